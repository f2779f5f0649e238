"""How long credentials and URLs last: bounds of grants, of STS and of role chaining."""

from datetime import datetime

from vending.errors import DurationNotAllowed, Fault
from vending.grants.grant import Grant

SHORTEST, LONGEST = 900, 3600  # seconds; the most is what role chaining allows
LONGEST_URL = 3300  # seconds; leaves a signing session of an hour room to be reused


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


def _allowed(asked: int, longest: int, member: str) -> int:
    if asked > longest:
        detail = f"{member} is {asked}; the most here is {longest} seconds."
        raise DurationNotAllowed(detail, faults=[Fault(f"/{member}", detail)])
    return asked
