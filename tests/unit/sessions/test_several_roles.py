"""A session has one role, external id and name; what STS says of its time is held to the request."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.effects import decided, effects
from tests.support.make import (
    NOW,
    ROLE_ARN,
    caller,
    credentials,
    grant,
    knowing,
    location,
    wanted,
)
from vending.decision.decide import Decision
from vending.denials.names import grant_part, source_identity
from vending.errors import AccessDenied, Fault, SeveralGrants
from vending.grants.grant import Permission
from vending.sessions.session import (
    MARGIN,
    Lent,
    Session,
    issued_at,
    limit_expiration,
    session_for,
    signing_session,
)

BELOW, ABOVE = (f"arn:aws:iam::{digit * 12}:role/Theirs" for digit in "09")  # of our own role's ARN
assert BELOW < ROLE_ARN < ABOVE


def again(text: str) -> str:
    """The same text as another object, as one that was read elsewhere."""
    return text.encode().decode()


def lent_by(*roles: tuple[str | None, str | None]) -> Session:
    """The session of one grant for each bucket, which these roles lend with these external ids."""
    lines = [(f"s3://bkt{n}/x READ", f"s3://bkt{n}/y READ") for n in range(len(roles))]
    needs = [wanted(*pair) for pair in lines]
    decisions = [
        decided(
            grant(f"s3://bkt{n}/* READ", id=f"g{n}"),
            location(f"bkt{n}", role=role, external_id=external_id),
        )._replace(
            wanted=[replace(one, pointer=f"/targets/{n}/{k}") for k, one in enumerate(needs[n])],
        )
        for n, (role, external_id) in enumerate(roles)
    ]
    return session_for(caller(), lent(decisions), 900, effects(knowing()))


def lent(decisions: Sequence[Decision]) -> list[Lent]:
    return [Lent(one, (one.match.scope,), Permission.READ) for one in decisions]


@pytest.mark.parametrize(
    ("roles", "other"),
    [
        ([(None, None), (ABOVE, None)], 1),
        ([(None, None), (BELOW, None)], 1),
        ([(ABOVE, None), (None, None)], 1),
        ([(BELOW, None), (None, None)], 1),
        ([(ABOVE, "id-a"), (ABOVE, "id-b")], 1),
        ([(ABOVE, "id-b"), (ABOVE, "id-a")], 1),
        ([(ABOVE, "id-a"), (ABOVE, None)], 1),
        ([(None, None), (ROLE_ARN, None), (ABOVE, None)], 2),
        ([(None, None), (ABOVE, None), (None, None)], 1),
    ],
)
def test_the_first_bucket_that_another_role_lends_is_named(
    roles: list[tuple[str | None, str | None]], other: int
) -> None:
    with pytest.raises(SeveralGrants) as refused:
        lent_by(*roles)
    assert refused.value.detail == (
        f"Different roles lend bkt0 and bkt{other}, and a session has one role. Send one request "
        "for each of these buckets."
    )
    assert refused.value.faults == (
        Fault(f"/targets/{other}/0", "needs another role than the first"),
    )


@pytest.mark.parametrize(
    ("roles", "role", "external_id"),
    [
        ([(None, None)], ROLE_ARN, None),
        ([(None, None), (again(ROLE_ARN), None)], ROLE_ARN, None),
        ([(ABOVE, "an-id"), (again(ABOVE), again("an-id"))], ABOVE, "an-id"),
    ],
)
def test_one_role_lends_everything(
    roles: list[tuple[str | None, str | None]], role: str, external_id: str | None
) -> None:
    made = lent_by(*roles)
    assert (made.role_arn, made.external_id) == (role, external_id)
    assert made.grants == tuple(f"g{n}" for n in range(len(roles)))
    assert made.source_identity == source_identity(caller())


@pytest.mark.parametrize(("count", "readable"), [(1, 20), (2, 15), (3, 6)])
def test_a_session_s_name_has_room_for_all_its_grants(count: int, readable: int) -> None:
    made = lent_by(*[(None, None)] * count)
    long = replace(made, source_identity=f"{'n' * 30}-{'c' * 13}")
    name, caller_part, grants, session_id = long.name("s" * 16).split("-")
    assert name == "n" * readable
    assert (caller_part, session_id) == ("c" * 13, "s" * 16)
    assert grants == ".".join(grant_part(f"g{n}") for n in range(count))
    assert long.as_recorded("s" * 16) == {
        "sessionId": "s" * 16,
        "roleSessionName": long.name("s" * 16),
        "roleArn": ROLE_ARN,
        "sourceIdentity": long.source_identity,
        "durationSeconds": 900,
    }
    assert replace(long, left_out=("s3:X",)).as_recorded("s")["leftOut"] == ["s3:X"]


@pytest.mark.parametrize(
    ("of_grant", "of_location", "refused"),
    [
        (None, None, False),
        ("vpce-0a", None, False),
        (None, "vpce-0a", False),
        ("vpce-0a", "vpce-0a", False),
        ("vpce-0a", "vpce-0b", True),
    ],
)
def test_a_grant_and_a_location_of_two_endpoints_never_go_together(
    of_grant: str | None, of_location: str | None, refused: bool
) -> None:
    decision = decided(
        grant("s3://bkt/* READ", vpc_endpoint=of_grant), location(vpc_endpoint=of_location)
    )
    if not refused:
        assert signing_session(caller(), decision, effects(knowing())).left_out == ()
        return
    with pytest.raises(AccessDenied) as error:
        signing_session(caller(), decision, effects(knowing()))
    assert (error.value.detail, error.value.reason) == (
        "None of your grants allows this.",
        "VpcEndpoint",
    )


def test_a_signing_session_lasts_an_hour_and_tells_no_region() -> None:
    made = signing_session(caller(), decided(grant("s3://bkt/* READ")), effects(knowing()))
    assert made.duration == 3600
    assert "GetBucketLocation" not in made.policy


def test_who_gets_credentials_may_read_tags_and_a_signing_session_writes_them() -> None:
    decision = decided(grant("s3://bkt/* READWRITE", tagging=True))
    signs = signing_session(caller(), decision, effects(knowing()))
    both = [Lent(decision, (decision.match.scope,), Permission.READWRITE)]
    handed_out = session_for(caller(), both, 900, effects(knowing()), handed_out=True)
    for made, told, not_told in (
        (signs, "s3:PutObjectTagging", "s3:GetObjectTagging"),
        (handed_out, "s3:GetObjectTagging", "s3:PutObjectTagging"),
    ):
        assert told in made.policy
        assert not_told not in made.policy


def test_sts_is_not_believed_that_a_session_lasts_longer_than_was_asked_for() -> None:
    made = replace(lent_by((None, None)), duration=900)
    for seconds, believed in ((100, 100), (960, 960), (961, 960), (36_000, 960)):
        ends = limit_expiration(credentials(seconds), made, NOW).expiration
        assert ends == NOW + timedelta(seconds=believed)
    assert MARGIN == 60


def test_a_session_was_issued_its_duration_before_its_end_and_never_later_than_now() -> None:
    made = replace(lent_by((None, None)), duration=900)
    for seconds, ago in ((900, 0), (899, 1), (901, 0), (100, 800)):
        assert issued_at(credentials(seconds), made, NOW) == NOW - timedelta(seconds=ago)
