"""Sessions that are out: listed by session, as long as something vended is valid."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from tests.support.logged import identifier, reading, vended, vended_apart
from tests.support.make import NOW, USER_ARN
from vending.answers import Page
from vending.errors import InvalidRequest
from vending.trail.sessions_out import LISTED_VENDS, Revoked, sessions_out
from vending.trail.vends import Read

AFTER = NOW.replace(minute=5)  # five minutes after the vends
ONE, OTHER = identifier(1000), identifier(1001)


def not_revoked(role_arn: str, session_name: str, issued: datetime) -> None:
    """No session is revoked."""


def out(
    read: Read, query: Mapping[str, str] | None = None, revoked: Revoked = not_revoked
) -> list[dict[str, Any]]:
    page = Page.from_query(query or {}, parts=1)
    found: Any = sessions_out(read, query or {}, page, AFTER, revoked)
    assert found["settledUntil"] == "2026-11-23T12:04:50Z"
    listed: list[dict[str, Any]] = found["sessions"]
    return listed


def test_a_session_is_told_with_all_that_it_served_and_holds() -> None:
    read = reading(
        (0, vended(1)),
        (60, vended(2, time="2026-11-23T12:01:00Z", expiresAt="2026-11-23T12:31:00Z", permission="WRITE", action="multipart-uploads")),
        (90, vended(3, time="2026-11-23T12:01:30Z", expiresAt="2026-11-23T12:05:00Z")),
    )  # fmt: skip
    assert out(read) == [
        {
            "sessionId": ONE,
            "roleSessionName": f"AssumeS3User-caller-grant-{ONE}",
            "roleArn": "arn:aws:iam::123456789012:role/AllowedAssumeS3Role",
            "caller": USER_ARN,
            "grant": "g",
            "permission": "READ WRITE",
            "targets": ["s3://bkt/1", "s3://bkt/2"],
            "since": "2026-11-23T12:00:00Z",
            "expiresAt": "2026-11-23T12:31:00Z",
            "vendCount": 2,
            "vends": [
                {
                    "vendId": identifier(1),
                    "action": "presigned-urls",
                    "time": "2026-11-23T12:00:00Z",
                    "expiresAt": "2026-11-23T12:15:00Z",
                },
                {
                    "vendId": identifier(2),
                    "action": "multipart-uploads",
                    "time": "2026-11-23T12:01:00Z",
                    "expiresAt": "2026-11-23T12:31:00Z",
                },
            ],
        }
    ]


def test_what_has_ended_was_refused_or_gave_nothing_is_not_out() -> None:
    read = reading(
        (0, vended(1, expiresAt="2026-11-23T12:05:00Z")),
        (0, vended(2, outcome="refused", sessionId=OTHER)),
        (0, vended(3, outcome="failed", sessionId=OTHER)),
        (0, vended(4, action="explanations", sessionId=None, expiresAt=None)),
    )
    assert out(read) == []


def test_what_was_vended_an_hour_ago_may_be_out_still() -> None:
    long = vended(1, time="2026-11-23T11:05:10Z", expiresAt="2026-11-23T12:05:10Z")
    assert [one["sessionId"] for one in out(reading((-3289, long)))] == [ONE]


@pytest.mark.parametrize(
    ("query", "sessions"),
    [
        ({}, [ONE, OTHER]),
        ({"caller": USER_ARN}, [ONE]),
        ({"issuer": "https://i.example", "subject": "alice"}, [OTHER]),
        ({"subject": "bob"}, []),
        ({"grant": "g2"}, [OTHER]),
        ({"sessionId": ONE}, [ONE]),
    ],
)
def test_sessions_of_somebody_or_of_a_grant(query: dict[str, str], sessions: list[str]) -> None:
    alice = {"caller": None, "issuer": "https://i.example", "subject": "alice"}
    read = reading((0, vended(1)), (0, vended(2, sessionId=OTHER, grant="g2", **alice)))
    assert [one["sessionId"] for one in out(read, query)] == sessions


def test_sessions_come_page_by_page() -> None:
    read = reading(*((0, vended(n, sessionId=identifier(1000 + n))) for n in range(5)))
    query, seen = {"limit": "2"}, []
    while True:
        page = Page.from_query(query, parts=1)
        answer: Any = sessions_out(read, query, page, AFTER, not_revoked)
        seen += [one["sessionId"] for one in answer["sessions"]]
        if "nextToken" not in answer:
            break
        query["nextToken"] = answer["nextToken"]
    assert seen == [identifier(1000 + n) for n in range(5)]


def test_of_many_vends_the_last_are_listed_and_all_counted() -> None:
    (session,) = out(reading(*((n / 1000, vended(n)) for n in range(100))))
    assert session["vendCount"] == 100
    assert [one["vendId"] for one in session["vends"]] == [
        identifier(n) for n in range(100 - LISTED_VENDS, 100)
    ]
    assert len(session["targets"]) == 20


def test_what_no_record_could_have_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        out(reading(), {"caller": "somebody"})


def test_a_revoked_session_is_shown_as_revoked_by_when_it_was_first_seen() -> None:
    asked: list[object] = []

    def revoked(*session: object) -> str:
        asked.append(session)
        return "denied"

    read = reading(
        (0, vended(1, expiresAt="2026-11-23T12:01:00Z")),  # over, but the session's first
        (60, vended(2, time="2026-11-23T12:01:00Z")),
    )
    (session,) = out(read, revoked=revoked)
    assert session["revocation"] == "denied"
    assert asked == [(session["roleArn"], session["roleSessionName"], NOW)]
    assert "revocation" not in out(read)[0]


@pytest.mark.parametrize(
    ("query", "sessions"),
    [
        ({}, [ONE, OTHER]),
        ({"grant": "g1"}, [OTHER]),
        ({"sessionId": ONE}, [ONE]),
        ({"target": "s3://bkt1/*"}, [OTHER]),
        ({"target": "s3://bkt0/1"}, [ONE]),
        ({"target": "s3://bkt2/*"}, []),
    ],
)
def test_of_urls_under_several_grants_each_session_is_out_with_what_is_its_own(
    query: dict[str, str], sessions: list[str]
) -> None:
    listed = out(reading((0, vended_apart(1, 1000, 1001))), query)
    assert [one["sessionId"] for one in listed] == sessions
    assert [one["grant"] for one in listed] == [f"g{[ONE, OTHER].index(one)}" for one in sessions]
    assert all(one["targets"] == [f"s3://bkt{one['grant'][1]}/1"] for one in listed)
    assert all(one["vendCount"] == 1 and "grants" not in one for one in listed)
