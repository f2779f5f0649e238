"""One AssumeRole: its policy, role session name, source identity and duration.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

import re
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256

from vending.caller import Caller
from vending.errors import AccessDenied, DurationNotAllowed, Fault
from vending.grants import Grant, Permission
from vending.identity import Identity
from vending.location import Location, RegisteredLocation
from vending.policy import grant_conditions, session_policy

SHORTEST, LONGEST = 900, 3600  # seconds; the most is what role chaining allows
MARGIN = 60  # seconds that may pass until STS starts the session
LONGEST_URL = 3300  # seconds; leaves a signing session of an hour room to be reused


@dataclass(frozen=True, slots=True)
class Credentials:
    """What STS lends; always temporary: there is a session token."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expiration: datetime
    packed_policy_size: int | None = None  # percent of the room that STS has for policies
    assumed_role: tuple[str, str] = ("", "")  # ARN and id of the session, as STS names it


@dataclass(frozen=True, slots=True)
class Session:
    """What is asked of STS, but for the id that makes this one session unique."""

    role_arn: str
    policy: str
    duration: int  # seconds
    caller: str  # canonical, with the unique id: sessions are never shared across callers
    grant: str
    source_identity: str
    external_id: str | None = None  # that a role in another account asks for

    def name(self, session_id: str) -> str:
        """At most 60 characters; a deny on ``aws:userid`` can match each part of it."""
        return f"{self.source_identity}-{grant_part(self.grant)}-{session_id}"


def session_for(
    caller: Caller,
    grant: Grant,
    targets: Sequence[Location],
    permission: Permission,
    *,
    location: RegisteredLocation,
    role_arn: str,
    duration: int,
    now: datetime,
) -> Session:
    """The session that gives ``permission`` on ``targets``, and nothing else.

    Raises:
        PolicyTooLarge: the policy does not fit.
        AccessDenied: a condition of the grant cannot be put for this caller.
    """
    if grant.vpc_endpoint and location.vpc_endpoint not in (None, grant.vpc_endpoint):
        # Only one of the two would stand in the policy, under one key.
        raise AccessDenied("No grant of yours covers this.", reason="VpcEndpoint")
    ends = now + timedelta(seconds=duration + MARGIN)
    conditions = grant_conditions(grant, caller, ends)
    lent = location.role_arn(role_arn)
    return Session(
        role_arn=lent,
        policy=session_policy(
            targets, permission, location, lent, conditions, versions=grant.versions
        ),
        duration=duration,
        caller=caller.identity.unique,
        grant=grant.id,
        source_identity=source_identity(caller),
        external_id=location.external_id,
    )


def believed(lent: Credentials, session: Session, now: datetime) -> Credentials:
    """With the end that STS says, but for one that is later than what was asked for."""
    latest = now + timedelta(seconds=session.duration + MARGIN)
    return lent if lent.expiration <= latest else replace(lent, expiration=latest)


def source_identity(caller: Caller) -> str:
    """At most 34 characters: the name cut to 20, and a hash of the whole identity."""
    readable = re.sub(r"[^A-Za-z0-9_+=,.@]", "_", caller.identity.name)[:20]
    return f"{readable}-{caller_part(caller.identity)}"


def caller_part(identity: Identity) -> str:
    """Of the role session name; the same for every session of one caller."""
    return short_hash(identity.canonical, 13)


def grant_part(id_: str) -> str:
    """Of the role session name; the same for every session of one grant."""
    return short_hash(id_, 8)


def credentials_duration(asked: int | None, grant: Grant) -> int:
    """Seconds of a session whose credentials are handed out; None asks for the most.

    Raises:
        DurationNotAllowed: more than the grant allows.
    """
    longest = longest_credentials(grant)
    return _allowed(asked if asked is not None else longest, longest, "durationSeconds")


def longest_credentials(grant: Grant) -> int:
    """Seconds; below ``SHORTEST`` the grant gives no credentials."""
    return min(LONGEST, grant.max_duration or LONGEST)


def url_lifetime(asked: int, grant: Grant, now: datetime) -> int:
    """Seconds that a presigned URL may be asked to live.

    Raises:
        DurationNotAllowed: more than the grant allows, or than is left of it.
    """
    return _allowed(asked, longest_url(grant, now), "expiresIn")


def longest_url(grant: Grant, now: datetime) -> int:
    """Seconds; no longer than the grant itself."""
    left = int((grant.expires - now).total_seconds()) if grant.expires else LONGEST_URL
    return min(LONGEST_URL, grant.max_duration or LONGEST_URL, left)


def check_duration(member: str, asked: int | None, shortest: int, longest: int) -> None:
    """What no grant can allow is refused before any grant is read."""
    if asked is not None and not shortest <= asked <= longest:
        detail = f"{member} is {str(asked)[:12]}; it is from {shortest} to {longest} seconds."
        raise DurationNotAllowed(detail, faults=[Fault(f"/{member}", detail)])


def identifier(random: bytes) -> str:
    """An id of a session or a vend: 10 random bytes as 16 lower-case base32 characters."""
    return b32encode(random).decode().lower()


@lru_cache(maxsize=1000)
def short_hash(text: str, length: int) -> str:
    """A hash of ``text`` in ``length`` lower-case base32 characters of 5 bits; 16 at most."""
    return b32encode(sha256(text.encode()).digest()[:10]).decode().lower()[:length]


def _allowed(asked: int, longest: int, member: str) -> int:
    if asked > longest:
        detail = f"{member} is {asked}; the most here is {longest} seconds."
        raise DurationNotAllowed(detail, faults=[Fault(f"/{member}", detail)])
    return asked
