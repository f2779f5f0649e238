"""Counts tries of a share's password before they are checked, so that nobody can guess it.

At most ``EACH`` in 15 minutes for a link and an address, and ``ALL`` in an hour for a link. The
item lists the tries of the last hour; it is replaced only if it is still what was read.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import NamedTuple

from vending.errors import TooManyRequests
from vending.ids import short_hash
from vending.table import refuse_damaged_item

EACH, EACH_SECONDS = 5, 15 * 60
ALL, ALL_SECONDS = 50, 3600
ROUNDS = 8  # in which somebody else's try may come first

type Read = Callable[[str], str | None]  # of a share's item, consistent
# Replaces the item of a share, if it is still as it was read; whether it was.
type Replace = Callable[[str, str | None, str, datetime], bool]


@dataclass(frozen=True, slots=True)
class TryEffects:
    """The effects of counting tries."""

    read: Read
    replace: Replace
    new_id: Callable[[], str]
    now: datetime


class Try(NamedTuple):
    """One try: when, and from where."""

    id: str
    time: float  # seconds since 1970
    place: str


def count_try(share: str, source_ip: str, effects: TryEffects) -> Try:
    """Count one try, and return it; call it before the password is checked.

    Raises:
        TooManyRequests: there were too many; nothing is counted.
        Unavailable: the table failed.
    """
    one = Try(effects.new_id(), effects.now.timestamp(), place_of(source_ip))
    for _ in range(ROUNDS):
        before = effects.read(share)
        tries = _recent(_decode(before), one.time)
        check(tries, one)
        if effects.replace(share, before, _encode([*tries, one]), effects.now):
            return one
    raise _too_many(1)  # very many at this moment


def take_back(share: str, one: Try, effects: TryEffects) -> None:
    """Remove a try whose password was right; one that stays counts as a wrong one."""
    for _ in range(ROUNDS):
        before = effects.read(share)
        tries = _decode(before)
        left = [other for other in tries if other.id != one.id]
        if len(left) == len(tries) or effects.replace(share, before, _encode(left), effects.now):
            return


def check(tries: Sequence[Try], one: Try) -> None:
    """Raise ``TooManyRequests`` if this try is one too many after the others."""
    young = [
        other.time
        for other in tries
        if other.place == one.place and one.time - other.time < EACH_SECONDS
    ]
    if len(young) >= EACH:
        raise _too_many(ceil(sorted(young)[-EACH] + EACH_SECONDS - one.time))
    if len(tries) >= ALL:
        times = sorted(other.time for other in tries)
        raise _too_many(ceil(times[-ALL] + ALL_SECONDS - one.time))


def place_of(source_ip: str) -> str:
    """A hash of the address; of IPv6, of the network that one subscriber has."""
    try:
        address = ip_address(source_ip)
    except ValueError:
        return ""  # all of unknown addresses together
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    bits = 64 if isinstance(address, IPv6Address) else 32
    network = ip_network((int(address) if bits == 32 else str(address), bits), strict=False)
    return short_hash(str(network), 8)


def _recent(tries: Sequence[Try], now: float) -> list[Try]:
    return [one for one in tries if now - one.time < ALL_SECONDS]


def _decode(document: str | None) -> list[Try]:
    if document is None:
        return []
    with refuse_damaged_item():
        return [Try(str(id_), float(at), str(place)) for id_, at, place in json.loads(document)]


def _encode(tries: Sequence[Try]) -> str:
    return json.dumps(tries, separators=(",", ":"))


def _too_many(seconds: int) -> TooManyRequests:
    return TooManyRequests(
        "Too many tries of this link's password.", retry_after=max(1, seconds), reason="Tries"
    )
