"""What was vended, found again by its ids."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import pytest

from tests.make import NOW, USER_ARN
from vending.trail import Line, Read, Vend, vend_of, vends_of

GRANTED: dict[str, object] = {
    "record": "audit",
    "version": 1,
    "time": "2026-11-23T12:00:00Z",
    "vendId": "v1",
    "action": "presigned-urls",
    "caller": USER_ARN,
    "grant": "g",
    "outcome": "granted",
    "sessionId": "s1",
    "roleSessionName": "AssumeS3User-c-g-s1",
    "roleArn": "arn:aws:iam::123456789012:role/AllowedAssumeS3Role",
    "durationSeconds": 3600,
    "expiresAt": "2026-11-23T12:15:00Z",
}


def reading(*lines: Mapping[str, object]) -> Read:
    def read(members: Mapping[str, str], since: datetime, until: datetime) -> Iterable[Line]:
        assert since <= until
        return [
            Line(NOW, line)
            for line in lines
            if all(line.get(name) == value for name, value in members.items())
        ]

    return read


def test_a_vend_is_found_with_its_session_and_what_it_gave() -> None:
    vend = vend_of(reading(GRANTED), "v1", since=NOW, until=NOW)
    assert vend == Vend(
        vend_id="v1",
        session_id="s1",
        role_arn="arn:aws:iam::123456789012:role/AllowedAssumeS3Role",
        session_name="AssumeS3User-c-g-s1",
        caller={"caller": USER_ARN},
        grant="g",
        at=NOW,
        expires_at=NOW + timedelta(minutes=15),
        ends=NOW + timedelta(hours=1),
        members=GRANTED,
    )


def test_a_subjects_vend_names_issuer_and_subject() -> None:
    subject = {"issuer": "https://i.example", "subject": "alice"}
    members = {name: value for name, value in GRANTED.items() if name != "caller"} | subject
    vend = vend_of(reading(members), "v1", since=NOW, until=NOW)
    assert vend
    assert vend.caller == subject


@pytest.mark.parametrize(
    "members",
    [
        GRANTED | {"outcome": "refused"},
        GRANTED | {"outcome": "failed"},
        {name: value for name, value in GRANTED.items() if name != "sessionId"},
        GRANTED | {"sessionId": 1},
    ],
)
def test_what_gave_nothing_is_no_vend(members: Mapping[str, object]) -> None:
    assert vend_of(reading(members), "v1", since=NOW, until=NOW) is None


def test_the_vends_of_a_session_are_all_that_it_served() -> None:
    lines = [GRANTED | {"vendId": f"v{n}"} for n in range(3)]
    lines += [GRANTED | {"vendId": "other", "sessionId": "s2"}]
    lines += [GRANTED | {"vendId": "refused", "outcome": "refused"}]
    found = vends_of(reading(*lines), "s1", since=NOW, until=NOW)
    assert [vend.vend_id for vend in found] == ["v0", "v1", "v2"]
