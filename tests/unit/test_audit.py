"""Exactly one record, however a request ends."""

import json

import pytest

from tests.make import NOW, caller, wanted
from vending.audit import LISTED_TARGETS, VERSION, recorded
from vending.errors import AccessDenied, Unavailable


def emitted(fails: BaseException | None = None) -> dict[str, object]:
    lines: list[str] = []

    def run() -> None:
        with recorded(lines.append, "credentials", request_id="r", vend_id="v", time=NOW) as record:
            record.caller(caller())
            record.wanted(wanted("s3://bkt/a READ", "s3://bkt/b READ"))
            if fails:
                raise fails

    if fails:
        with pytest.raises(type(fails)):
            run()
    else:
        run()
    (line,) = lines
    assert "\n" not in line
    members: dict[str, object] = json.loads(line)
    return members


def test_a_granted_request_leaves_one_record() -> None:
    assert emitted() == {
        "record": "audit",
        "version": VERSION,
        "time": "2026-11-23T12:00:00Z",
        "requestId": "r",
        "vendId": "v",
        "action": "credentials",
        "door": "iam",
        "caller": "arn:aws:iam::123456789012:user/AssumeS3User",
        "uniqueId": "AIDA2EXAMPLEEXAMPLE1",
        "sourceIp": "192.0.2.7",
        "targets": ["s3://bkt/a", "s3://bkt/b"],
        "targetCount": 2,
        "permission": "READ",
        "outcome": "granted",
    }


@pytest.mark.parametrize(
    ("error", "outcome", "code", "reason"),
    [
        (AccessDenied("no", reason="NoGrant"), "refused", "AccessDenied", "NoGrant"),
        (Unavailable("Throttling"), "failed", "Unavailable", "Throttling"),
        (ZeroDivisionError("a secret"), "failed", "InternalError", "ZeroDivisionError"),
        (KeyboardInterrupt(), "failed", "InternalError", "KeyboardInterrupt"),
    ],
)
def test_a_request_that_fails_leaves_one_record_with_its_reason(
    error: BaseException, outcome: str, code: str, reason: str
) -> None:
    members = emitted(error)
    assert (members["outcome"], members["code"], members["reason"]) == (outcome, code, reason)
    assert "a secret" not in json.dumps(members)


def test_a_thousand_targets_are_counted_and_the_first_listed() -> None:
    lines: list[str] = []
    with recorded(lines.append, "presigned-urls", request_id="r", vend_id="v", time=NOW) as record:
        record.wanted(
            wanted(*(f"s3://bkt/{n} {'READ' if n % 2 else 'WRITE'}" for n in range(1000)))
        )
    members = json.loads(lines[0])
    assert members["targetCount"] == 1000
    assert len(members["targets"]) == LISTED_TARGETS
    assert members["permission"] == "READ WRITE"
