"""The times before which shares are over: revocations leave them, and every use reads them.

Sessions live an hour, and shares up to 90 days. So these times are kept longer than the denials,
and only ever move on. docs/adr/0041-shares-end.md has the reasons.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from vending.callers.identity import Identity, WebIdentity
from vending.denials.holders import Holders
from vending.denials.names import caller_part, grant_part
from vending.ids import short_hash
from vending.table import refuse_damaged_item, table_key

KEPT = timedelta(days=100)  # longer than any share
MOST = 200  # times of one issuer; more become one of everybody
ALL = "all"

type Times = Mapping[tuple[tuple[str, str], ...], datetime]  # by claims; none: everybody


def ended_parts(identity: Identity, grant_id: str) -> tuple[str, ...]:
    """The parts that can end a share of this owner under this grant."""
    parts = (caller_ended(caller_part(identity)), grant_ended(grant_part(grant_id)), ALL)
    return (*parts, issuer_ended(identity.issuer)) if isinstance(identity, WebIdentity) else parts


def caller_ended(part: str) -> str:
    """The part of a caller, given its part of a role session name."""
    return table_key("caller", part)


def grant_ended(part: str) -> str:
    """The part of a grant, given its part of a role session name."""
    return table_key("grant", part)


def issuer_ended(url: str) -> str:
    """The part of all holders of claims of an issuer."""
    return table_key("issuer", short_hash(url, 16))


@dataclass(frozen=True, slots=True)
class Ended:
    """All times that the parts of one share have."""

    times: tuple[tuple[str, Times], ...]  # the issuer whose claims they name, or ""

    @classmethod
    def read(cls, documents: Iterable[str]) -> Self:
        """The times in these items; raises ``InternalError`` for a damaged one."""
        return cls(tuple(map(_decode, documents)))

    def has(self, created: datetime, identity: Identity) -> bool:
        """Whether what this caller made at ``created`` is over."""
        return any(created < time for time in self._of(identity))

    def _of(self, identity: Identity) -> Iterator[datetime]:
        for issuer, times in self.times:
            for claims, time in times.items():
                if not issuer or Holders(issuer, claims).include(identity):
                    yield time


def later(document: str | None, time: datetime, holders: Holders | None = None) -> str:
    """The item with this time, unless it has a later one already; times never go back."""
    issuer = holders.issuer if holders else ""
    before = dict(_decode(document)[1]) if document else {}
    claims = holders.claims if holders else ()
    before[claims] = max(time, before.get(claims, time))
    kept = {one: at for one, at in before.items() if at > time - KEPT}
    if len(kept) > MOST:
        kept = {(): max(kept.values())}
    listed = [[claims, at.isoformat()] for claims, at in sorted(kept.items())]
    return json.dumps({"issuer": issuer, "times": listed}, separators=(",", ":"))


def kept_until(document: str) -> datetime:
    """When DynamoDB may delete the item."""
    return max(_decode(document)[1].values()) + KEPT


def _decode(document: str) -> tuple[str, Times]:
    with refuse_damaged_item():
        members = json.loads(document)
        times = {
            tuple((str(name), str(value)) for name, value in claims): _time(at)
            for claims, at in members["times"]
        }
        return str(members["issuer"]), times


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
