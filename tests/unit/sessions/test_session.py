"""Names, ids and durations of a session."""

import re
from base64 import b32encode
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.support.effects import decided, effects, one_session
from tests.support.make import (
    ACCOUNT,
    NOW,
    ROLE_ARN,
    USER_ARN,
    caller,
    credentials,
    grant,
    knowing,
    location,
)
from tests.support.tokens import ISSUER
from vending.callers.caller import Caller
from vending.callers.identity import WebIdentity
from vending.denials.names import source_identity
from vending.errors import AccessDenied, DurationNotAllowed, PolicyTooLarge
from vending.grants.grant import Permission
from vending.grants.keys import Keys
from vending.ids import identifier, short_hash
from vending.sessions.durations import (
    check_shortest,
    credentials_duration,
    in_words,
    url_lifetime,
)
from vending.sessions.policy import POLICY_CHARACTERS
from vending.sessions.session import Session
from vending.sessions.statements import BUCKET_LOCATION


def session(
    arn: str = USER_ARN, grant_id: str = "a-grant", unique_id: str = "AIDA2EXAMPLEEXAMPLE1"
) -> Session:
    return one_session(
        caller(arn, unique_id=unique_id),
        decided(grant("s3://bkt/* READ", id=grant_id), location()),
        [Keys("bkt", "a")],
        Permission.READ,
        900,
        effects(knowing()),
    )


@pytest.mark.parametrize(
    "name", ["Al", "AssumeS3User", "n" * 64, "aws:x", "a-b-c", "+=,.@-_", "-----"]
)
def test_names_are_what_sts_takes_whatever_the_caller_is_called(name: str) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/{name.replace(':', '')}"
    made = session(arn)
    role_session_name = made.name(identifier(bytes(range(10))))
    assert re.fullmatch(r"[A-Za-z0-9_+=,.@-]{2,60}", role_session_name)
    assert re.fullmatch(r"[A-Za-z0-9_+=,.@-]{2,64}", made.source_identity)
    readable, caller_part, grant_part, session_part = role_session_name.split("-")
    assert made.source_identity == f"{readable}-{caller_part}"
    assert (len(caller_part), len(grant_part), len(session_part)) == (13, 8, 16)
    assert len(readable) <= 20


@pytest.mark.parametrize(("left", "bound"), [(959, True), (960, False), (961, False)])
def test_a_grant_that_ends_within_a_session_and_a_minute_is_in_its_policy(
    left: int, bound: bool
) -> None:
    made = one_session(
        caller(),
        decided(grant("s3://bkt/* READ", expires=NOW + timedelta(seconds=left)), location()),
        [Keys("bkt", "a")],
        Permission.READ,
        900,
        effects(knowing()),
    )
    assert ("DateLessThan" in made.policy) is bound


def session_for_key(key: str, *, handed_out: bool) -> Session:
    return one_session(
        caller(),
        decided(grant("s3://bkt/* READ"), location()),
        [Keys("bkt", "a" * 900), Keys("bkt", key)],
        Permission.READ,
        900,
        effects(knowing()),
        handed_out=handed_out,
    )


@pytest.mark.invariant(5)
def test_credentials_that_are_handed_out_tell_the_region_and_a_signing_session_does_not() -> None:
    handed_out = session_for_key("a", handed_out=True)
    assert BUCKET_LOCATION in handed_out.policy
    assert handed_out.left_out == ()
    assert handed_out.as_answered() == {}
    assert BUCKET_LOCATION not in session_for_key("a", handed_out=False).policy


@pytest.mark.invariant(2)
def test_the_region_is_left_out_first_and_nothing_that_fits_is_refused() -> None:
    """The key that only just fits stays, and the answer and the record say what does not."""
    without, whole = (len(session_for_key("k", handed_out=out).policy) for out in (False, True))
    room, statement = POLICY_CHARACTERS - without + 1, whole - without
    for characters, left_out in (
        (room - statement, ()),
        (room - statement + 1, (BUCKET_LOCATION,)),
        (room, (BUCKET_LOCATION,)),
    ):
        made = session_for_key("k" * characters, handed_out=True)
        assert made.left_out == left_out
        assert (BUCKET_LOCATION in made.policy) is not bool(left_out)
        assert len(made.policy) <= POLICY_CHARACTERS
        assert made.as_recorded("s").get("leftOut", []) == [*left_out]
    with pytest.raises(PolicyTooLarge):
        session_for_key("k" * (room + 1), handed_out=True)


def test_twenty_characters_of_a_name_are_for_people() -> None:
    made = session(f"arn:aws:iam::{ACCOUNT}:role/{'abcdefghij' * 3}")
    assert made.name("s").split("-")[0] == "abcdefghijabcdefghij"


PARTNER = "arn:aws:iam::999999999999:role/team/Partner"


def test_a_location_may_have_a_role_of_its_own_in_whose_account_the_bucket_is() -> None:
    made = one_session(
        caller(),
        decided(grant("s3://bkt/* READ"), location(role=PARTNER, external_id="s3vend-1")),
        [Keys("bkt", "a")],
        Permission.READ,
        900,
        effects(knowing()),
    )
    assert (made.role_arn, made.external_id) == (PARTNER, "s3vend-1")
    assert '"aws:ResourceAccount":"999999999999"' in made.policy
    assert (session().role_arn, session().external_id) == (ROLE_ARN, None)
    assert f'"aws:ResourceAccount":"{ACCOUNT}"' in session().policy


@pytest.mark.parametrize("of_grant", ["vpce-0a1b2c3d", None])
def test_a_locations_vpc_endpoint_holds_whatever_the_grant_says(of_grant: str | None) -> None:
    def through(of_location: str) -> Session:
        return one_session(
            caller(),
            decided(
                grant("s3://bkt/* READ", vpc_endpoint=of_grant), location(vpc_endpoint=of_location)
            ),
            [Keys("bkt", "a")],
            Permission.READ,
            900,
            effects(knowing()),
        )

    assert '"aws:SourceVpce":"vpce-0a1b2c3d"' in through("vpce-0a1b2c3d").policy
    if of_grant:
        with pytest.raises(AccessDenied):  # the location changed after the grant
            through("vpce-99999999")
    else:
        assert '"aws:SourceVpce":"vpce-99999999"' in through("vpce-99999999").policy


@pytest.mark.invariant(11)
def test_a_session_name_tells_caller_grant_and_session_apart() -> None:
    first, second = session(), session(f"arn:aws:iam::{ACCOUNT}:role/AssumeS3User")
    assert first.name("s").split("-")[0] == second.name("s").split("-")[0]
    assert first.name("s").split("-")[1] != second.name("s").split("-")[1]
    assert session(grant_id="b").name("s").split("-")[2] != first.name("s").split("-")[2]


def test_no_two_callers_ask_for_the_same_session() -> None:
    assert session() == session()
    assert session() != session(unique_id="AIDA2EXAMPLEEXAMPLE2")
    assert session() != session(USER_ARN.replace(ACCOUNT, "999999999999"))


def test_the_source_identity_of_a_role_does_not_depend_on_its_session() -> None:
    assert source_identity(caller()) == f"AssumeS3User-{short_hash(USER_ARN, 13)}"


def outside(subject: str, *, issuer: str = ISSUER, proof: str = "a-hash", **claims: str) -> Session:
    """A session for a caller from outside AWS."""
    who = Caller("web-identity", WebIdentity(issuer, subject, claims, proof), "192.0.2.7")
    scope = Keys("bkt", f"{claims.get('t', 't')}/", is_prefix=True)
    return one_session(
        who,
        decided(grant("s3://bkt/* READ"), location()),
        [scope],
        Permission.READ,
        900,
        effects(knowing()),
    )


@pytest.mark.parametrize(
    "subject",
    [
        "a",
        "104857600123456789012",
        "repo:octo-org/app:ref:refs/heads/main",
        "system:serviceaccount:team:app",
        "日本語",
        "a b\u2028c",
        "-" * 512,
        "aws:alice",
        "auth0|5f7c8ec7c33c6c004bbafe82",
    ],
)
def test_names_are_what_sts_takes_whatever_the_issuer_calls_its_subject(subject: str) -> None:
    made = outside(subject)
    parts = made.name(identifier(bytes(range(10)))).split("-")
    assert re.fullmatch(r"[A-Za-z0-9_+=,.@-]{2,60}", made.name(identifier(bytes(range(10)))))
    assert re.fullmatch(r"(?!aws:)[A-Za-z0-9_+=,.@-]{2,64}", made.source_identity)
    assert [len(part) for part in parts[1:]] == [13, 8, 16]
    assert 1 <= len(parts[0]) <= 20


def test_no_two_subjects_ask_for_the_same_session() -> None:
    assert outside("alice", proof="one") == outside("alice", proof="two")
    assert outside("alice") != outside("alice", t="another-tenant")
    different = [
        outside("alice"),
        outside("bob"),
        outside("alice", issuer=f"{ISSUER}/"),
        outside(USER_ARN),
        session(),
    ]
    assert len({one.caller for one in different}) == len(different)
    assert len({one.source_identity for one in different}) == len(different)


def test_ids_are_sixteen_characters_of_all_their_random_bits() -> None:
    assert identifier(bytes(10)) == "a" * 16
    assert len({identifier(bytes([byte, *bytes(9)])) for byte in range(256)}) == 256


@given(some.binary(min_size=10, max_size=10))
def test_ids_are_what_the_standard_library_encodes(random: bytes) -> None:
    assert identifier(random) == b32encode(random).decode().lower()


def test_a_short_hash_is_the_start_of_sha_256() -> None:
    whole = b32encode(sha256("ключ".encode()).digest()).decode().lower()
    assert [short_hash("ключ", length) for length in (8, 13, 16)] == [
        whole[:8],
        whole[:13],
        whole[:16],
    ]


@pytest.mark.parametrize(
    ("asked", "most", "seconds"),
    [
        (None, None, 3600),
        (None, 1800, 1800),
        (900, None, 900),
        (3600, None, 3600),
        (1800, 1800, 1800),
    ],
)
def test_credentials_last_as_asked_or_as_long_as_the_grant_allows(
    asked: int | None, most: int | None, seconds: int
) -> None:
    granted = grant("s3://bkt/* READ", max_duration=most)
    assert credentials_duration(asked, [granted]) == seconds


def test_more_than_the_grant_allows_is_refused_with_the_limit() -> None:
    granted = grant("s3://bkt/* READ", max_duration=1800)
    with pytest.raises(DurationNotAllowed, match=r"1801.*1800"):
        credentials_duration(1801, [granted])
    with pytest.raises(DurationNotAllowed, match=r"1801.*1800"):
        url_lifetime(1801, granted, NOW)


@pytest.mark.invariant(6)
@pytest.mark.parametrize(("left", "asked"), [(100, 100), (3300, 3300), (9999, 3300)])
def test_a_url_lives_at_most_as_long_as_its_grant(left: int, asked: int) -> None:
    granted = grant("s3://bkt/* READ", expires=NOW + timedelta(seconds=left))
    assert url_lifetime(asked, granted, NOW) == asked
    with pytest.raises(DurationNotAllowed, match=str(asked)):
        url_lifetime(asked + 1, granted, NOW)


@pytest.mark.parametrize("asked", [0, -1, 899])
def test_what_is_too_short_for_every_grant_is_refused_with_the_bound(asked: int) -> None:
    with pytest.raises(DurationNotAllowed, match=r"at least 900 seconds \(15m\)") as refused:
        check_shortest("durationSeconds", asked, 900)
    assert refused.value.faults[0].pointer == "/durationSeconds"


@pytest.mark.parametrize("asked", [None, 900, 10**12])
def test_what_is_not_too_short_is_for_the_grant_to_allow(asked: int | None) -> None:
    check_shortest("durationSeconds", asked, 900)


@pytest.mark.parametrize(
    ("longest", "said"),
    [
        (None, "3300 seconds (55m)"),
        (600, "600 seconds (10m)"),
        (90, "90 seconds."),
        (7200, "3300 seconds (55m)"),
    ],
)
def test_a_url_that_is_wanted_for_too_long_is_refused_with_what_its_grant_allows(
    longest: int | None, said: str
) -> None:
    for asked in (86_400, 10**30):
        with pytest.raises(DurationNotAllowed) as refused:
            url_lifetime(asked, grant("s3://bkt/* READ", max_duration=longest), NOW)
        assert f"the grant 'a-grant' allows at most {said}" in refused.value.detail
        assert len(refused.value.detail) < 100


def test_hours_are_written_as_people_write_them() -> None:
    assert [in_words(one) for one in (59, 60, 3600, 5400)] == [
        "59 seconds",
        "60 seconds (1m)",
        "3600 seconds (1h)",
        "5400 seconds (1h30m)",
    ]


def test_credentials_do_not_show_their_secrets() -> None:
    assert "a-secret" not in repr(credentials())
    assert "a-token" not in repr(credentials())
