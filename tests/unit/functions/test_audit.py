"""The function ``audit`` as Lambda loads it, with log groups of a few lines."""

import json
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from tests.support.contract import Contract
from tests.support.logged import Groups, identifier, line, vended, vended_apart
from tests.support.make import NOW
from tests.unit.functions.test_functions import CONTEXT, event
from tests.unit.functions.test_functions import load as load  # noqa: PLC0414 - a fixture of that module
from tests.unit.functions.test_functions import services as services  # noqa: PLC0414 - likewise
from tools.reference.record import schema
from vending.audit.metrics import METRICS
from vending.aws.table import revocations
from vending.denials.denials import Denials, Place

type Load = Callable[[str], ModuleType]

LATER = NOW + timedelta(minutes=5)
OTHER = identifier(1001)
REFUSED = vended(3, outcome="refused", code="AccessDenied", reason="NoGrant", sessionId=None)


@pytest.fixture
def asked(load: Load) -> Callable[..., Any]:
    """`asked(name, **query)` returns status and body, with two groups, five minutes after NOW."""
    function = load("audit")
    function.__dict__["cloudwatch"] = Groups(
        credentials=[[(0, line(vended(1))), (5, line(vended(2))), (9, line(REFUSED))]],
        presigned_urls=[[(6, line(vended(4, sessionId=OTHER, roleSessionName=f"a-b-c-{OTHER}")))]],
    )
    function.__dict__["now"] = lambda: LATER

    def ask(name: str, id_: str = "", **query: str) -> tuple[int, Any]:
        made = event(name) | {
            "multiValueQueryStringParameters": {key: [value] for key, value in query.items()},
            "pathParameters": {"id": id_},
        }
        response = function.handler(made, CONTEXT)
        return response["statusCode"], json.loads(response["body"])

    return ask


def ids(records: list[dict[str, Any]]) -> list[str]:
    return [one["vendId"] for one in records]


def test_an_administrator_reads_the_records_of_all_functions_in_order(
    asked: Callable[..., Any],
) -> None:
    status, body = asked("admin-audit")
    assert status == 200
    assert ids(body["records"]) == [identifier(number) for number in (1, 2, 4, 3)]
    assert body["records"][0] == vended(1)
    assert body["settledUntil"] == "2026-11-23T12:04:50Z"


def test_an_administrator_reads_them_page_by_page(asked: Callable[..., Any]) -> None:
    _, first = asked("admin-audit", limit="3")
    _, second = asked("admin-audit", limit="3", nextToken=first["nextToken"])
    assert ids(first["records"] + second["records"]) == [identifier(n) for n in (1, 2, 4, 3)]
    assert "nextToken" not in second


def test_an_administrator_reads_what_was_refused(asked: Callable[..., Any]) -> None:
    _, body = asked("admin-audit", outcome="refused")
    assert body["records"] == [REFUSED]


def test_an_administrator_sees_which_sessions_are_out(asked: Callable[..., Any]) -> None:
    status, body = asked("admin-sessions")
    assert status == 200
    assert {one["sessionId"]: ids(one["vends"]) for one in body["sessions"]} == {
        identifier(1000): [identifier(1), identifier(2)],
        identifier(1001): [identifier(4)],
    }


def test_a_vend_is_looked_up_with_the_others_of_its_session(asked: Callable[..., Any]) -> None:
    status, body = asked("admin-vend", identifier(1))
    assert status == 200
    assert body["record"] == vended(1)
    assert ids(body["session"]["vends"]) == [identifier(1), identifier(2)]


def test_a_vend_of_several_sessions_is_looked_up_with_each_of_them(load: Load) -> None:
    function, apart = load("audit"), vended_apart(7, 1000, 1001)
    lines = [(0.0, line(vended(1))), (1.0, line(apart))]
    function.__dict__.update(cloudwatch=Groups(urls=[lines]), groups=["urls"], now=lambda: LATER)
    asking = event("admin-vend") | {"pathParameters": {"id": identifier(7)}}
    body = json.loads(function.handler(asking, CONTEXT)["body"])
    assert body["record"] == apart
    assert "session" not in body
    assert [(one["sessionId"], one["grant"], ids(one["vends"])) for one in body["sessions"]] == [
        (identifier(1000), "g0", [identifier(1), identifier(7)]),
        (identifier(1001), "g1", [identifier(7)]),
    ]


def test_a_vend_is_found_though_another_log_is_too_long_to_search(load: Load) -> None:
    function = load("audit")
    groups = Groups(credentials=[[(0, line(vended(1))), (9, line(vended(2)))]], flooded=[[]] * 101)
    changed = {"cloudwatch": groups, "groups": ["credentials", "flooded"], "now": lambda: LATER}
    function.__dict__.update(changed)
    asking = event("admin-vend") | {"pathParameters": {"id": identifier(2)}}
    response = function.handler(asking, CONTEXT)
    assert response["statusCode"] == 200, response["body"]
    assert ids(json.loads(response["body"])["session"]["vends"]) == [identifier(1), identifier(2)]


def test_what_gave_nothing_has_no_session(asked: Callable[..., Any]) -> None:
    status, body = asked("admin-vend", identifier(3))
    assert (status, body["record"]) == (200, REFUSED)
    assert "session" not in body


def test_a_vend_that_is_not_there_is_not_found(asked: Callable[..., Any]) -> None:
    status, body = asked("admin-vend", identifier(9))
    assert (status, body["code"]) == (404, "NotFound")
    assert "'since'" in body["detail"]


def test_a_vend_is_looked_up_in_the_time_that_is_given(asked: Callable[..., Any]) -> None:
    assert asked("admin-vend", identifier(1), since="2026-11-23T12:00:00Z")[0] == 200
    assert asked("admin-vend", identifier(1), since="2026-11-23T12:00:01Z")[0] == 404


def test_logs_that_are_not_there_are_a_fault_of_the_setup_and_nothing_to_wait_for(
    load: Load,
) -> None:
    response = load("audit").handler(event("admin-audit"), CONTEXT)  # moto has no such groups
    assert response["statusCode"] == 424
    assert "Retry-After" not in response["headers"]


def test_the_function_reads_logs_and_what_is_revoked_and_nothing_else(
    load: Load, services: list[str]
) -> None:
    for name in ("admin-audit", "admin-sessions"):
        load("audit").handler(event(name), CONTEXT)
    assert set(services) == {"logs", "dynamodb"}


def test_a_session_that_is_revoked_says_so(load: Load, asked: Callable[..., Any]) -> None:
    _, before = asked("admin-sessions")
    assert all("revocation" not in one for one in before["sessions"])
    function = load("audit")
    denied = Denials.of([(Place("session", identifier(1001)), None)]).encode()
    dynamodb = function.__dict__["standing"].args[1]
    revocations.save_denials(dynamodb, "grants", denied, None)
    _, after = asked("admin-sessions")
    assert {one["sessionId"]: one.get("revocation") for one in after["sessions"]} == {
        identifier(1000): None,
        identifier(1001): "denied",
    }
    _, one = asked("admin-vend", identifier(4))
    assert one["session"]["revocation"] == "denied"


@pytest.mark.parametrize("record", [vended(1), REFUSED], ids=["granted", "refused"])
def test_the_records_of_these_tests_are_such_as_the_schema_tells(record: dict[str, object]) -> None:
    assert Contract({"components": {}}).faults(schema(), record) == []


def test_the_schema_has_every_member_that_is_a_metric() -> None:
    assert METRICS.keys() <= schema()["properties"].keys()
