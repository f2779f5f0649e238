"""Every attempt of the corpus gets the answer that its row requires, and nothing beside it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.attacks import (
    accounts,
    administration,
    batches,
    bodies,
    buckets,
    callers,
    chosen_text,
    doors,
    expectations,
    holders,
    keys,
    leaks,
    never_lent,
    origins,
    owners,
    prefixes,
    questions,
    revoked,
    several,
    shares,
    staged,
    sts,
    tenants,
    tokens,
    uploads,
    urls,
)
from tests.attacks.attack import Attack
from tests.attacks.opened import by_answer, by_policy
from tests.attacks.world import World, standing
from tests.support.contract import members

MODULES = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        *(prefixes, keys, buckets, several, accounts, callers, tenants),
        *(tokens, sts, bodies, urls, batches, uploads, administration, owners, expectations),
        *(staged, questions, never_lent, leaks, revoked, chosen_text, holders, origins, shares),
    )
}
GROUPS = {name: module.ATTACKS for name, module in MODULES.items()}
ROWS = [
    pytest.param(row, id=f"{group}: {row.attempt}")
    for group, rows in GROUPS.items()
    for row in rows
]
# Refusals that no grant could change: nothing is asked of anybody.
FROM_THE_REQUEST = {
    *("InvalidRequest", "DurationNotAllowed", "TooLarge"),
    *("NotAuthenticated", "TooManyClaims"),
    *("ValidationError", "InvalidAction", "RequestEntityTooLarge"),
    *("InvalidIdentityToken", "ExpiredTokenException"),
}
ERROR = {"type", "title", "status", "detail", "code", "requestId", "errors", "message"}
STS_ERROR = {"Type", "Code", "Message"}
LISTS = re.compile("/(grants|identity|issuers|locations|tests|audit|sessions|vends)($|/)")
SHARES = re.compile("/s/|/shares")
SECRET = re.compile(
    r'(?:"(?:secretAccessKey|sessionToken|SecretAccessKey|SessionToken|x-amz-signature|x-amz-security-token)": "|'
    r"X-Amz-Signature=)([^\"&]+)"
)
IN_FORM = re.compile("WebIdentityToken=([^&]*)")
TOKEN = re.compile(r"[A-Za-z0-9_-]{20,}")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with standing() as made:
        yield made


def told(status: int, body: dict[str, Any]) -> str:
    """Status, code and pointers."""
    pointers = [fault["pointer"] or "''" for fault in body.get("errors", [])]
    if "message" in body:  # for SDKs, which read no pointers
        pointers = re.findall(r" (/\w+):", body["message"])
    return " ".join([str(status), body.get("code", body.get("Code", "")), *pointers]).strip()


def read(answered: Mapping[str, Any]) -> Any:
    """The members of an answer, also of one as STS writes it."""
    if answered["statusCode"] == 303:
        return {"method": "GET", "url": answered["headers"]["Location"]}
    if answered["headers"]["Content-Type"].startswith("text/html"):
        return {"title": answered["body"], "code": "page"}
    if answered["body"].startswith("{"):
        return json.loads(answered["body"])
    headers = {name.lower(): value for name, value in answered["headers"].items()}
    return members(Given(answered["statusCode"], headers, answered["body"]))


class Given(NamedTuple):
    """An answer of a function."""

    status: int
    headers: Mapping[str, str]
    json: Any


class Outcome(NamedTuple):
    """What came of an attempt."""

    answer: str
    body: dict[str, Any]
    calls: tuple[str, ...]  # of AWS's operations
    policies: tuple[str, ...]  # of sessions that were asked of STS
    written: list[dict[str, Any]]  # to the log
    headers: Mapping[str, str]


type Attempt = Callable[[Attack], Outcome]


@pytest.fixture(scope="module")
def attempt(world: World) -> Attempt:
    """`attempt(row)`: each row takes place once."""
    made: dict[str, Outcome] = {}

    def once(row: Attack) -> Outcome:
        if row.attempt not in made:
            made[row.attempt] = outcome(row, world)
        return made[row.attempt]

    return once


def outcome(row: Attack, world: World) -> Outcome:
    body, headers = {}, {}
    try:
        answered = world.answer(row.event)
        if "body" in answered:
            headers = answered["headers"]
            assert headers["Cache-Control"] == "no-store"
            body = read(answered)
        answer = told(answered["statusCode"], body)
    except Exception as error:  # noqa: BLE001 - of the authorizer: API Gateway makes it an answer
        answer = f"401 {error}"
    lines = [json.loads(line) for line in world.out.getvalue().splitlines()]
    return Outcome(answer, body, tuple(world.calls), tuple(world.policies), lines, headers)


@pytest.mark.invariant(2)
@pytest.mark.parametrize("row", ROWS)
def test_an_attack_gets_its_answer_and_opens_nothing_beside(row: Attack, attempt: Attempt) -> None:
    found = attempt(row)
    assert found.answer == row.answer, found.body
    if not row.answer.startswith(("200", "303")):
        assert found.body.keys() <= ERROR or found.body.keys() == STS_ERROR
    opened = list(by_answer(found.body))
    if not opened:
        policies = (
            (found.body["sessionPolicy"],) if "sessionPolicy" in found.body else found.policies
        )
        opened = [line for policy in policies for line in by_policy(policy)]
    assert sorted(opened) == sorted(row.gets)


@pytest.mark.invariant(1)
@pytest.mark.parametrize("row", ROWS)
def test_sts_is_asked_only_when_all_is_decided_and_the_table_when_all_is_read(
    row: Attack, attempt: Attempt
) -> None:
    found = attempt(row)
    if row.gets:
        assert "AssumeRole" not in found.calls[:1], "the grants are read first"
        return
    noted = (
        {"PutItem"} if row.answer.startswith("200") else set()
    )  # that an owner of links was seen
    assert set(found.calls) <= {"BatchGetItem", "Query"} | noted, "a refusal changes nothing"
    if found.answer.split()[1] in FROM_THE_REQUEST and not row.looked_up:
        assert not {"BatchGetItem"} & set(found.calls)


@pytest.mark.invariant(10)
@pytest.mark.parametrize("row", ROWS)
def test_an_attack_leaves_one_record_and_no_secret(row: Attack, attempt: Attempt) -> None:
    found = attempt(row)
    assert not [line for line in found.written if line.get("level") == "ERROR"]
    records = [line for line in found.written if line.get("record") == "audit"]
    context = row.event["requestContext"]
    path = context["resourcePath"]
    reads = context["httpMethod"] == "GET" and SHARES.search(path)
    lists = reads or (LISTS.search(path) and "type" not in row.event)
    preflight = row.event["requestContext"]["httpMethod"] == "OPTIONS"
    assert len(records) == (0 if lists or preflight else 1)
    for record in records:
        assert record["outcome"] == ("granted" if row.gets or row.answer == "200" else "refused")
    sent = json.dumps(row.event["headers"]) + json.dumps(row.event["multiValueHeaders"])
    sent += "".join(IN_FORM.findall(row.event.get("body") or ""))
    asked = row.event.get("multiValueQueryStringParameters") or {}
    sent += " ".join(asked.get("WebIdentityToken", []))
    sent += " ".join((row.event.get("pathParameters") or {}).get("token", "").split())
    secrets = {*SECRET.findall(json.dumps(found.body)), *TOKEN.findall(sent), "hunter2-hunter2"}
    told = "" if row.gets else json.dumps(found.body)
    assert not [one for one in secrets if one in json.dumps(found.written) + told]


@pytest.mark.invariant(16)
@pytest.mark.parametrize("row", ROWS)
def test_an_attempt_is_recorded_and_answered_under_the_id_that_no_client_chose(
    row: Attack, attempt: Attempt
) -> None:
    found, own = attempt(row), row.event["requestContext"].get("extendedRequestId", "")
    assert {one.get("extendedRequestId", "") for one in found.written if "record" in one} <= {own}
    assert found.body.get("requestId", own) == own


@pytest.mark.parametrize("row", ROWS)
def test_no_page_can_read_what_an_attempt_gets(row: Attack, attempt: Attempt) -> None:
    told = {name for name in attempt(row).headers if name.startswith("Access-Control")}
    assert not told


def test_no_attempt_stands_there_twice_and_each_has_its_source() -> None:
    rows = [row for rows in GROUPS.values() for row in rows]
    assert len({row.attempt for row in rows}) == len(rows) >= 150
    for row in rows:
        assert re.match(r"rule \d+$|CVE-|GHSA-|https://", row.source), row.attempt
        assert row.answer in ("200", "303") or not row.gets


def test_what_was_granted_is_there_to_be_had() -> None:
    """The refusals would be worth little if nothing was ever granted."""
    granted = [group for group, rows in GROUPS.items() if any(row.gets for row in rows)]
    assert len(granted) >= 8


def test_the_page_counts_every_group() -> None:
    tables = {
        f"`{group}`": (module.__doc__ or "", len(module.ATTACKS))
        for group, module in MODULES.items()
    }
    door = len(doors.KNOCKS) + len(doors.TRIES) + len(doors.URLS)
    tables["`doors`, on the local cloud"] = (doors.__doc__ or "", door)
    rows = [
        f"| {group} | {doc.strip().rstrip('.').partition('; ')[0]} | {count} |"
        for group, (doc, count) in tables.items()
    ]
    rows.append(f"| | all together | {sum(count for _, count in tables.values())} |")
    page = (Path(__file__).parents[2] / "docs/attacks.md").read_text(encoding="utf-8")
    corpus = page.partition("## Against the client\n")[0]  # its own test counts these
    table = [line for line in corpus.splitlines() if line.startswith("| ")][1:]
    assert table == rows, "\n".join(rows)
