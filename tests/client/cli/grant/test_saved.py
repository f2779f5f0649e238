"""A plan that is saved, and applied exactly as it was planned."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.client.cli.grant.test_plan import CHANGES, FILE, changing, posted
from tests.client.conftest import Serve, Served
from tests.client.tokens import token
from tests.client.typed import TOKEN, answering, problem, typed

pytestmark = pytest.mark.usefixtures("nobody")


@pytest.fixture
def served(at: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Served:
    """A service, after `plan --prune --out saved` in the working directory."""
    served = at(answering(changing(CHANGES)))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vending.yaml").write_text(FILE)
    ended = typed("plan", "vending.yaml", "--prune", "--out", "saved")
    assert ended.code == 2
    assert "s3vend apply --plan-file saved" in ended.err
    served.asked.clear()
    return served


def changed(**members: object) -> None:
    """Write these members into the saved plan."""
    path = Path("saved")
    path.write_text(json.dumps(json.loads(path.read_text()) | members))


def test_a_plan_is_for_this_user_alone_and_contains_no_secret(served: Served) -> None:
    path = Path("saved")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    assert TOKEN not in text
    assert token() not in text
    assert json.loads(text).keys() == {
        *("version", "file", "service", "prune", "revision", "members", "lines", "changes")
    }
    assert served.url in text


def test_what_was_planned_is_what_is_written(served: Served) -> None:
    Path("vending.yaml").write_text("version: 1\ngrants: []\n")  # it does not matter any more
    ended = typed("apply", "--plan-file", "saved", "--yes")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("+ grant new  vending.yaml:3\n")
    asked: list[Any] = [one.json for one in posted(served)]
    assert [one["dryRun"] for one in asked] == [True, False]
    for one in asked:
        assert [grant["id"] for grant in one["grants"]] == ["new", "wider"]
        assert (one["revision"], one["prune"]) == (7, True)


def test_nothing_is_written_where_the_service_has_changed(served: Served, at: Serve) -> None:
    later = at(answering({"POST /admin/changes": problem(412, "PreconditionFailed")}))
    changed(service=later.url)
    ended = typed("apply", "--plan-file", "saved", "--yes")
    assert ended.code == 1
    assert [one.json["dryRun"] for one in later.asked] == [True]


@pytest.mark.parametrize(
    ("members", "code", "said"),
    [
        ({"changes": []}, 1, "would not make the changes of the plan"),
        ({"changes": CHANGES[:2]}, 1, "would not make the changes of the plan"),
        ({"revision": 6}, 1, "would not make the changes of the plan"),
        ({"service": "https://other.example.com"}, 2, "is for https://other.example.com"),
        ({"version": 2}, 2, "another version"),
        ({"version": True}, 2, "is not a plan"),
        ({"prune": "yes"}, 2, "is not a whole plan"),
        ({"more": 1}, 2, "is not a whole plan"),
    ],
)
def test_a_plan_that_was_changed_is_not_written(
    members: "dict[str, object]", code: int, said: str, served: Served
) -> None:
    changed(**members)
    ended = typed("apply", "--plan-file", "saved", "--yes")
    assert ended.code == code
    assert said in ended.err
    assert not any(one.json["dryRun"] is False for one in posted(served))


def test_a_plan_for_another_service_is_not_even_shown_to_this_one(served: Served) -> None:
    changed(service="https://other.example.com")
    assert typed("apply", "--plan-file", "saved", "--yes").code == 2
    assert served.asked == []


def test_the_revision_of_a_plan_comes_before_one_in_its_document(served: Served) -> None:
    members = json.loads(Path("saved").read_text())["members"]
    changed(members=members | {"revision": 8, "dryRun": False, "prune": False})
    typed("apply", "--plan-file", "saved", "--yes")
    sent: list[Any] = [one.json for one in posted(served)]
    assert [(one["revision"], one["dryRun"], one["prune"]) for one in sent] == [
        (7, True, True),
        (7, False, True),
    ]


@pytest.mark.parametrize("content", ["", "[]", "{}", "version: 1", "\x00", "[" * 100_000])
def test_another_file_is_not_a_plan(content: str, served: Served) -> None:
    Path("saved").write_text(content)
    ended = typed("apply", "--plan-file", "saved", "--yes")
    assert (ended.code, served.asked) == (2, [])
    assert "saved is not a plan" in ended.err


def shared(path: Path) -> None:
    path.chmod(0o622)


def linked(path: Path) -> None:
    path.rename("real")
    path.symlink_to("real")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (shared, "others can write to it"),
        (linked, "symbolic link"),
        (Path.unlink, "No such file"),
    ],
)
def test_a_plan_that_others_may_have_written_is_not_read(
    spoil: Callable[[Path], None], said: str, served: Served
) -> None:
    spoil(Path("saved"))
    ended = typed("apply", "--plan-file", "saved", "--yes")
    assert (ended.code, served.asked) == (2, [])
    assert said in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("apply", "name either a FILE"),
        ("apply vending.yaml --plan-file saved", "name either a FILE"),
        ("apply --plan-file saved --prune", "--prune and --owner belong to plan"),
    ],
)
def test_a_plan_is_applied_by_itself(words: str, said: str, served: Served) -> None:
    ended = typed(*words.split())
    assert (ended.code, served.asked) == (2, [])
    assert said in ended.err


def test_a_plan_is_confirmed_like_a_file(served: Served) -> None:
    ended = typed("apply", "--plan-file", "saved")
    assert ended.code == 1
    assert "use --yes" in ended.err
    assert [one.json["dryRun"] for one in posted(served)] == [True]


@pytest.mark.parametrize(
    ("path", "said"), [("-", "name of a file"), (".", "a directory"), ("no/such", "No such file")]
)
def test_a_plan_needs_a_place(path: str, said: str, served: Served) -> None:
    ended = typed("plan", "vending.yaml", "--out", path)
    assert ended.code == 1, "2 is for changes"
    assert said in ended.err


def test_a_saved_plan_is_in_the_json(served: Served) -> None:
    assert typed("plan", "vending.yaml", "--out", "saved", "-o", "json").json["planFile"] == "saved"
    ended = typed("apply", "--plan-file", "saved", "--yes", "-o", "json")
    assert (ended.code, ended.json["applied"]) == (0, True)
