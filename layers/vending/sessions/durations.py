"""How long credentials and URLs may last: the limits of grants, STS and role chaining."""

from collections.abc import Sequence
from datetime import datetime

from vending.errors import DurationNotAllowed, Fault
from vending.grants.grant import Grant

SHORTEST, LONGEST = 900, 3600  # seconds; role chaining allows one hour
LONGEST_URL = 3300  # seconds; leaves five minutes in which a signing session can be reused


def credentials_duration(requested: int | None, grants: Sequence[Grant]) -> int:
    """The duration of a session for credentials, in seconds; None requests the maximum.

    Raises:
        DurationNotAllowed: longer than one of the grants allows.
    """
    shortest = min(grants, key=longest_credentials)
    longest = longest_credentials(shortest)
    if requested is None:
        return longest
    return _at_most(requested, longest, "durationSeconds", shortest)


def longest_credentials(grant: Grant) -> int:
    """The grant's maximum for credentials, in seconds; below ``SHORTEST`` it allows none."""
    return min(LONGEST, grant.max_duration or LONGEST)


def url_lifetime(requested: int, grant: Grant, now: datetime) -> int:
    """The requested lifetime of presigned URLs, in seconds.

    Raises:
        DurationNotAllowed: longer than the grant allows, or than the grant itself lasts.
    """
    return _at_most(requested, longest_url(grant, now), "expiresIn", grant)


def longest_url(grant: Grant, now: datetime) -> int:
    """The grant's maximum for a presigned URL, in seconds; not beyond the grant's own end."""
    left = int((grant.expires - now).total_seconds()) if grant.expires else LONGEST_URL
    return min(LONGEST_URL, grant.max_duration or LONGEST_URL, left)


def check_shortest(member: str, requested: int | None, shortest: int) -> None:
    """Refuse a duration that is too short for every grant, before any grant is read.

    One that is too long is refused when the grant is known, so that the error names its limit.

    Raises:
        DurationNotAllowed: less than ``shortest`` seconds.
    """
    if requested is not None and requested < shortest:
        raise _not_allowed(member, requested, f"it must be at least {in_words(shortest)}")


def in_words(seconds: int) -> str:
    """The seconds, and how people write them if they are whole minutes, such as `55m`."""
    if seconds % 60 or not seconds:
        return f"{seconds} seconds"
    hours, minutes = divmod(seconds // 60, 60)
    written = (f"{hours}h" if hours else "") + (f"{minutes}m" if minutes else "")
    return f"{seconds} seconds ({written})"


def _at_most(requested: int, longest: int, member: str, grant: Grant) -> int:
    if requested > longest:
        limit = f"the grant {grant.id!r} allows at most {in_words(longest)}"
        raise _not_allowed(member, requested, limit)
    return requested


def _not_allowed(member: str, requested: int, limit: str) -> DurationNotAllowed:
    shown = str(requested)[:12]
    detail = f"{member} is {shown}; {limit}."
    return DurationNotAllowed(detail, faults=[Fault(f"/{member}", detail)])
