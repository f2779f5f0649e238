"""The effects of a decision as one frozen value: time, grants and rate limit counters."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from vending.denials.denials import Denials
from vending.grants.grant import Grant
from vending.grants.location import Location
from vending.grants.rate_limit import RateLimit
from vending.ids import short_hash


@dataclass(frozen=True, slots=True)
class Known:
    """The grants for one caller in some buckets, the buckets' locations, and all denials."""

    grants: tuple[Grant, ...]
    locations: tuple[Location, ...]
    denials: Denials

    def location_of(self, bucket: str) -> Location | None:
        """The location of this bucket, if it is registered."""
        return next((one for one in self.locations if one.id == bucket), None)


type LoadGrants = Callable[[Sequence[str], Sequence[str]], Known]  # grantee keys, buckets
type LoadDenials = Callable[[], Denials]


HASH = 16  # characters of the hash of a caller or a grant in the counters' items
WORDS = {"requests": "requests", "urls": "URLs"}


class Counter(NamedTuple):
    """A counter of one caller in one minute: the number to add, and the maximum."""

    kind: Literal["requests", "urls"]
    grant: str | None  # the grant's id; None: over all grants
    added: int
    most: int

    @property
    def name(self) -> str:
        """The counter's name in the item of the caller and the minute."""
        return self.kind if self.grant is None else f"{self.kind}#{short_hash(self.grant, HASH)}"

    @property
    def limit(self) -> str:
        """The limit in words for the caller, who knows the grant."""
        whose = "for each caller" if self.grant is None else f"under the grant {self.grant!r}"
        return f"{self.most:,} {WORDS[self.kind]} per minute {whose}"


# Takes a caller's hash, the start of a minute and its counters, and adds to all of them or to none.
# Returns None if it added, else the unchanged numbers by counter name.
type Add = Callable[[str, datetime, Sequence[Counter]], Mapping[str, int] | None]


class Rates(NamedTuple):
    """The stack's rate limit for each caller, and the effect that counts."""

    stack: RateLimit  # over all grants
    add: Add
    vends_uncounted: bool  # whether to vend when counting fails


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects of a decision, made for one request."""

    load_grants: LoadGrants
    load_denials: LoadDenials
    rates: Rates
    role_arn: str  # the service's own role
    now: datetime
    never_lent: Callable[[], Collection[str]]  # patterns of buckets, beside those in the code
