"""What a decision needs of the world: the time, the caller's grants, and counters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from vending.denials.denials import Denials
from vending.grants.grant import Grant
from vending.grants.location import Location
from vending.grants.rate_limit import RateLimit
from vending.ids import short_hash


@dataclass(frozen=True, slots=True)
class Known:
    """What the table says of a bucket, for one caller, and what is denied to anybody."""

    grants: tuple[Grant, ...]
    location: Location | None
    denials: Denials


type LoadGrants = Callable[[Sequence[str], str], Known]  # grantee keys, bucket


HASH = 16  # characters of a caller's and of a grant's, in the table
WORDS = {"requests": "requests", "urls": "URLs"}


@dataclass(frozen=True, slots=True)
class Counter:
    """One number of a caller's in a minute: what is added to it, and the most that it may be."""

    kind: Literal["requests", "urls"]
    grant: str | None  # its id; None: of all grants together
    added: int
    most: int

    @property
    def name(self) -> str:
        """In the item of the caller and the minute."""
        return self.kind if self.grant is None else f"{self.kind}#{short_hash(self.grant, HASH)}"

    @property
    def limit(self) -> str:
        """For the caller, who knows the grant."""
        whose = "from each caller" if self.grant is None else f"under the grant {self.grant!r}"
        return f"{self.most:,} {WORDS[self.kind]} a minute {whose}"


# A caller's hash, the start of a minute, and what to add to, all or nothing. Answers None where it
# was added, else the counters' numbers by name, as they were found and left.
type Add = Callable[[str, datetime, Sequence[Counter]], Mapping[str, int] | None]


@dataclass(frozen=True, slots=True)
class Rates:
    """What counting needs of the world, and the stack's own limit for every caller."""

    stack: RateLimit  # over all grants
    add: Add
    vends_uncounted: bool  # while counting fails


@dataclass(frozen=True, slots=True)
class Effects:
    """What deciding takes, made for one request."""

    load_grants: LoadGrants
    rates: Rates
    role_arn: str  # of the service's own role
    now: datetime
