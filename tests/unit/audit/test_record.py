"""A request leaves exactly one record, however it ends."""

import json
from contextlib import nullcontext

import pytest

from tests.support.make import NOW, caller, wanted
from tests.support.tokens import ISSUER
from vending.audit.record import VERSION, audit_record
from vending.callers.caller import Caller
from vending.callers.identity import WebIdentity
from vending.decision.wanted import LISTED_TARGETS, as_recorded
from vending.errors import AccessDenied, TokenRefused, Unavailable


def emitted(fails: BaseException | None = None) -> dict[str, object]:
    lines: list[str] = []

    def run() -> None:
        with audit_record(
            lines.append, "credentials", ids={"requestId": "r"}, vend_id="v", time=NOW
        ) as record:
            record.add(caller().as_recorded())
            record.add(as_recorded(wanted("s3://bkt/a READ", "s3://bkt/b READ")))
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


@pytest.mark.invariant(11)
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


@pytest.mark.invariant(11)
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
    with audit_record(
        lines.append, "presigned-urls", ids={"requestId": "r"}, vend_id="v", time=NOW
    ) as record:
        record.note(
            **as_recorded(
                wanted(*(f"s3://bkt/{n} {'READ' if n % 2 else 'WRITE'}" for n in range(1000)))
            )
        )
    members = json.loads(lines[0])
    assert members["targetCount"] == 1000
    assert len(members["targets"]) == LISTED_TARGETS
    assert members["permission"] == "READ WRITE"


def test_a_subjects_record_has_its_issuer_and_the_hash_of_its_token_and_no_claims() -> None:
    lines: list[str] = []
    alice = Caller("web-identity", WebIdentity(ISSUER, "alice", {"a": "b"}, "a-hash"), "192.0.2.7")
    with audit_record(
        lines.append, "credentials", ids={"requestId": "r"}, vend_id="v", time=NOW
    ) as record:
        record.add(alice.as_recorded())
    assert json.loads(lines[0]) == {
        "record": "audit",
        "version": VERSION,
        "time": "2026-11-23T12:00:00Z",
        "requestId": "r",
        "vendId": "v",
        "action": "credentials",
        "door": "web-identity",
        "issuer": ISSUER,
        "subject": "alice",
        "tokenHash": "a-hash",
        "sourceIp": "192.0.2.7",
        "outcome": "granted",
    }


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, None),
        (TokenRefused("Expired"), "refused"),
        (Unavailable("IssuerUnreachable"), "failed"),
        (ZeroDivisionError("a secret"), "failed"),
        (KeyboardInterrupt(), "failed"),
    ],
)
def test_of_failures_only_what_ends_well_leaves_no_record(
    error: BaseException | None, outcome: str | None
) -> None:
    lines: list[str] = []
    with (
        pytest.raises(type(error)) if error else nullcontext(),
        audit_record(
            lines.append,
            "authentication",
            ids={"requestId": "r"},
            vend_id="v",
            time=NOW,
            failures_only=True,
        ),
    ):
        if error:
            raise error
    assert [json.loads(line)["outcome"] for line in lines] == ([outcome] if outcome else [])


def test_a_refusal_without_an_error_is_recorded_among_failures_too() -> None:
    lines: list[str] = []
    with audit_record(
        lines.append, "a", ids={"requestId": "r"}, vend_id="v", time=NOW, failures_only=True
    ) as record:
        record.note(outcome="refused")
    assert len(lines) == 1
