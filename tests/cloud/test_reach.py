"""Witnesses tried: what `who-can` says is vended, and what it does not say is refused."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.cloud.client import Call, Credentials
from local.cloud.environments import ACCOUNT
from local.stack.seed import BUCKET
from tests.cloud.conftest import NewCaller
from tests.cloud.test_cli import Typed, typed  # noqa: F401 - a fixture

ROUTE = "/admin/reach"
PLACE = f"s3://{BUCKET}/reach"
NAMES = ("ReachReader", "ReachWriter", "ReachNobody")

type Ask = Callable[..., Any]


def arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:user/{name}"


def line(id_: str, grantee: object, scope: str, permission: str) -> dict[str, object]:
    return {
        "id": f"reach-{id_}",
        "owner": "reach-tests",
        "grantee": grantee,
        "scope": f"{PLACE}/{scope}",
        "permission": permission,
    }


GRANTS = [
    line("reader", {"iam": arn("ReachReader")}, "shared/*", "READ"),
    line("writer", {"iam": arn("ReachWriter")}, "shared/in/*", "WRITE"),
    line("homes", {"iam": ACCOUNT}, "home/${caller.kind}/${caller.name}/*", "READWRITE"),
    line("one", {"iam": arn("ReachWriter")}, "shared/one*.csv", "READ"),
]


@pytest.fixture(scope="module")
def granted(call: Call, administrator: Credentials) -> Iterator[int]:
    """The revision at which the grants stand; without them afterwards."""
    body = {"version": 1, "owner": "reach-tests", "grants": GRANTS}
    answer = call("POST", "/admin/changes", body, administrator)
    assert answer.status == 200, answer.json
    yield int(answer.json["revision"])
    call("POST", "/admin/changes", body | {"grants": [], "prune": True}, administrator)


@pytest.fixture(scope="module")
def users(new_user: NewCaller) -> dict[str, Credentials]:
    return {arn(name): new_user(name=name) for name in NAMES}


@pytest.fixture
def ask(call: Call, administrator: Credentials, granted: int) -> Ask:
    """`ask(target=…)`: the whole answer."""

    def asked(**members: object) -> Any:
        answer = call("POST", ROUTE, members, administrator)
        assert answer.status == 200, answer.json
        assert answer.json["revision"] >= granted
        return answer.json["reaches"]

    return asked


def lent(call: Call, who: Credentials, target: object, permission: str) -> int:
    body = {"target": target, "permission": permission}
    return call("POST", "/iam/credentials", body, who).status


KEYS = (
    *("shared/x", "shared/in/x", "shared/in", "shared/one*.csv", "shared/one1.csv", "sharedx"),
    *(
        "home/user/ReachReader/x",
        "home/user/ReachWriter/x",
        "home/user/ReachNobody/x",
        "home/role/ReachNobody/x",
        "home/x",
        "nobodys/x",
    ),
)


@pytest.mark.parametrize("permission", ["READ", "WRITE", "READWRITE"])
@pytest.mark.parametrize("key", KEYS)
def test_exactly_the_callers_who_are_said_to_reach_a_key_are_lent_it(
    key: str, permission: str, ask: Ask, call: Call, users: dict[str, Credentials]
) -> None:
    target = {"bucket": BUCKET, "key": f"reach/{key}"}
    for name, keys in users.items():
        said = ask(target=target, permission=permission, **{"as": {"iam": name}})
        status = lent(call, keys, target, permission)
        assert (status == 200) is bool(said), (name, status, said)


def test_every_witness_of_what_a_caller_reaches_is_lent_to_it(
    ask: Ask, call: Call, users: dict[str, Credentials]
) -> None:
    for name, keys in users.items():
        reached = ask(**{"as": {"iam": name}})
        assert reached, "the homes are everybody's"
        for one in reached:
            (grant,) = one["grants"]
            target = one["example"]["target"]
            if grant["id"].startswith("reach-"):
                assert lent(call, keys, target, grant["permission"]) == 200, one


def test_a_decision_for_another_caller_is_the_one_that_it_gets(
    call: Call, administrator: Credentials, users: dict[str, Credentials], granted: int
) -> None:
    for name, keys in users.items():
        for key in KEYS:
            asked = {"target": {"bucket": BUCKET, "key": f"reach/{key}"}, "permission": "READ"}
            own = call("POST", "/iam/explanations", asked, keys).json
            told = call(
                "POST", "/admin/explanations", asked | {"as": {"iam": name}}, administrator
            ).json
            assert told == own, (name, key)


def test_the_past_before_a_change_is_known(
    call: Call, administrator: Credentials, granted: int
) -> None:
    """The stack of the tests is new, so its history reaches back to its first change."""
    asked = {"target": f"{PLACE}/shared/x", "at": "2020-01-01T00:00:00Z"}
    answer = call("POST", ROUTE, asked, administrator)
    assert answer.status == 200, answer.json
    assert (answer.json["reaches"], answer.json["revision"]) == ([], 0)


def test_a_caller_asks_nothing_of_this(call: Call, users: dict[str, Credentials]) -> None:
    who = users[arn("ReachReader")]
    assert call("POST", ROUTE, {"target": f"{PLACE}/*"}, who).status == 403
    asked = {"target": f"{PLACE}/x", "permission": "READ", "as": {"iam": arn("ReachWriter")}}
    assert call("POST", "/admin/explanations", asked, who).status == 403
    assert call("POST", "/iam/explanations", asked, who).status == 400


def test_the_command_says_somebody_and_nobody_by_its_exit_code(
    typed: Typed,  # noqa: F811 - the fixture
    administrator: Credentials,
    granted: int,
) -> None:
    ended = typed("who-can", f"{PLACE}/shared/x", who=administrator)
    assert ended.code == 0, ended.err
    assert f"user ReachReader of account {ACCOUNT} can READ" in ended.out
    assert "under the grant reach-reader (reach-tests)" in ended.out
    ended = typed("who-can", f"s3://{BUCKET}t/x", who=administrator)
    assert (ended.code, ended.out) == (1, f"Nobody can READ s3://{BUCKET}t/x.\n")
    assert f"no location and no grant has the bucket '{BUCKET}t'; did you mean" in ended.err
    assert typed("who-can", f"{PLACE}/x", "--at", "2099-01-01", who=administrator).code == 2
    assert typed("reach", arn("ReachNobody"), who=administrator).code == 0


def test_a_question_that_is_refused_is_no_answer(
    typed: Typed,  # noqa: F811 - the fixture
    users: dict[str, Credentials],
    tmp_path: Path,
) -> None:
    who = users[arn("ReachReader")]
    file = tmp_path / "vending.yaml"
    file.write_text("version: 1\n", encoding="utf-8")
    for words in (
        ("who-can", f"{PLACE}/shared/x"),
        ("reach", arn("ReachReader")),
        ("explain", f"{PLACE}/shared/x", "--as", arn("ReachWriter")),
        ("check", str(file), "--against", "service"),
    ):
        ended = typed(*words, who=who)
        assert (ended.code, ended.out) == (2, ""), ended.err
