"""`audit`: what it asks, and what it shows."""

from datetime import datetime, timezone

import pytest

from s3vend.cli.watch import audit
from tests.client.conftest import Serve
from tests.client.typed import answering, typed

ID = "abcdefghijklmnop"

pytestmark = pytest.mark.usefixtures("nobody")


def test_audit_asks_for_what_was_typed_and_shows_who_did_what(at: Serve) -> None:
    record = {"time": "t", "action": "credentials", "outcome": "refused", "code": "AccessDenied"}
    record |= {"vendId": ID, "caller": "arn:x", "targets": ["s3://b/k", {"bucket": "b"}]}  # type: ignore[dict-item]
    served = at(answering({"GET /admin/audit": {"records": [record]}}))
    ended = typed("audit", "--outcome", "refused", "--since", "2026-01-01T00:00:00Z")
    assert "refused AccessDenied" in ended.out
    assert served.asked[0].path.endswith(
        "?limit=1000&outcome=refused&since=2026-01-01T00%3A00%3A00Z"
    )
    assert typed("audit", "-o", "json").json == {"records": [record]}


def test_sessions_and_one_vend_are_shown(at: Serve) -> None:
    session = {"sessionId": ID, "grant": "g", "expiresAt": "t", "vendCount": 3, "subject": "me"}
    session["issuer"] = "https://i"
    vend = {"record": {"vendId": ID}}
    answers = {"GET /admin/sessions": {"sessions": [session]}, f"GET /admin/vends/{ID}": vend}
    at(answering(answers))
    assert typed("audit", "sessions").out.splitlines()[1].split() == [
        *(ID, "https://i", "me", "g", "valid", "t", "3")
    ]
    assert typed("audit", "vend", ID).json == vend


@pytest.mark.parametrize(
    ("revocation", "shown"),
    [
        ("denied", "revoked  t"),
        ("pending", "revoked, pending"),
        ("notReached", "revoked, not reached"),
        (None, "valid"),
    ],
)
def test_a_revoked_session_is_shown_as_revoked(
    revocation: "str | None", shown: str, at: Serve
) -> None:
    session = {"sessionId": ID, "grant": "g", "expiresAt": "t", "vendCount": 3, "caller": "arn:x"}
    session |= {"revocation": revocation} if revocation else {}
    at(answering({"GET /admin/sessions": {"sessions": [session]}}))
    ended = typed("audit", "sessions")
    assert shown in ended.out
    assert typed("audit", "sessions", "-o", "json").json == {"sessions": [session]}


@pytest.mark.parametrize(
    ("typed_", "sent"),
    [
        ("2h", "2026-01-01T10:00:00Z"),
        ("30m", "2026-01-01T11:30:00Z"),
        ("1d", "2025-12-31T12:00:00Z"),
        ("2026-01-01T00:00:00+09:00", "2026-01-01T00:00:00+09:00"),
        (None, None),
    ],
)
def test_a_time_may_be_said_as_how_long_ago(typed_: "str | None", sent: "str | None") -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
    assert audit.absolute_time(typed_, noon) == sent
