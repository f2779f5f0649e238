"""What the search for an issuer's vends makes of the logs."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.make import ROLE_ARN
from tests.support.tokens import ISSUER
from vending.aws.environment.revoking import issuer_finder
from vending.errors import TooLarge
from vending.times import iso

NOW = datetime.now(UTC)


class Logs:
    """CloudWatch Logs with these lines in each group."""

    def __init__(self, *records: dict[str, object]) -> None:
        self.records = records
        self.asked: list[dict[str, Any]] = []

    def filter_log_events(self, **parameters: Any) -> dict[str, Any]:
        self.asked.append(parameters)
        at = round(NOW.timestamp() * 1000)
        return {"events": [{"timestamp": at, "message": json.dumps(one)} for one in self.records]}


def line(session: str, **members: object) -> dict[str, object]:
    usual = {
        "record": "audit",
        "outcome": "granted",
        "vendId": session,
        "sessionId": session,
        "roleArn": ROLE_ARN,
        "roleSessionName": "a-name",
        "grant": "apps",
        "time": iso(NOW),
        "expiresAt": iso(NOW + timedelta(hours=1)),
        "durationSeconds": 3600,
        "issuer": ISSUER,
        "subject": "alice",
        "callerClaims": {"repository_id": "1"},
    }
    return usual | members


def test_the_vends_of_an_issuers_callers_are_found_in_every_log_and_nothing_else() -> None:
    """Callers choose some text of a line, so its own members count."""
    logs = Logs(
        line("theirs"),
        line("refused", outcome="refused"),
        line("others", issuer="https://other.example.com", targets=[ISSUER]),
        line("none", sessionId=None),
    )
    found = list(issuer_finder(logs, ["one", "two"])(ISSUER))
    assert [vend.session_id for vend in found] == ["theirs", "theirs"]
    assert found[0].members["callerClaims"] == {"repository_id": "1"}
    assert {asked["logGroupName"] for asked in logs.asked} == {"one", "two"}


def test_the_search_spends_nothing_on_what_has_ended() -> None:
    """Otherwise those who are revoked could exhaust it with vends that are over."""
    logs = Logs()
    list(issuer_finder(logs, ["one"])(ISSUER))
    ((since, until),) = [(asked["startTime"], asked["endTime"]) for asked in logs.asked]
    assert timedelta(hours=1) < timedelta(milliseconds=until - since) < timedelta(hours=1.1)


def test_whoever_floods_the_log_of_the_open_route_hides_no_session_in_the_others() -> None:
    class Flooded(Logs):
        def filter_log_events(self, **parameters: Any) -> dict[str, Any]:
            if parameters["logGroupName"] == "open":
                return {"events": [], "nextToken": "more"}
            return super().filter_log_events(**parameters)

    searched = iter(issuer_finder(Flooded(line("theirs")), ["one", "open"])(ISSUER))
    assert next(searched).session_id == "theirs"
    with pytest.raises(TooLarge):
        next(searched)
