"""The effects of making, listing and ending shares, made for one request."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from vending.decision.effects import Effects
from vending.shares.owner import Owner
from vending.shares.share import Share
from vending.shares.standing import Standing


class NewShare(NamedTuple):
    """What is written in one transaction, if the ended times are still those that were read."""

    share: Share
    hashed: str  # the hash of its token
    owner: Owner
    ended: Mapping[str, str | None]  # by part, the item as it was read


@dataclass(frozen=True, slots=True)
class ShareEffects(Effects):
    """The effects of an owner's or an administrator's request."""

    new_id: Callable[[], str]  # of a share: it sorts before those of earlier shares
    random: Callable[[int], bytes]
    base_url: Callable[[], str]  # of links, without a slash at its end
    read_ended: Callable[[Sequence[str]], Mapping[str, str]]
    save: Callable[[NewShare], None]
    owned: Callable[[str, str], Iterator[str]]  # an owner's part, the first id; yields ids
    every: Callable[[str], Iterator[str]]  # the first id; yields ids
    standings: Callable[[Iterable[str]], Iterator[Standing]]  # in the order of the ids
    take: Callable[[str, str, datetime], None]  # id, by whom, when
