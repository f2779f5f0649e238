"""What the last run of the reconciler has brought into force, and the effects of a run."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from vending.revocations.revocation import Revocation


class Covered(NamedTuple):
    """What the last complete run has brought into force."""

    marks: Collection[str]  # of revocations
    merged: bool  # whether denials were merged into broader ones, because not all fitted
    taken_until: datetime | None = None  # until when another run has the lease


class Ledger(NamedTuple):
    """The effects on the table and the role; each raises ``Unavailable``.

    ``revocations`` yields the id of a damaged revocation. ``take`` takes the lease unless another
    owner has it; ``release`` gives it back, and stores what ``covered`` then returns.
    """

    revocations: Callable[[], Iterable[Revocation | str]]
    denials: Callable[[], tuple[str | None, str | None]]  # of places, and of holders
    save_denials: Callable[[str, str | None], None]  # the new text, and the text that it replaces
    save_holders: Callable[[str, str | None], None]
    has_policy: Callable[[str], bool]
    put_policy: Callable[[str], None]
    take: Callable[[str, datetime, datetime], bool]  # owner, now, until
    covered: Callable[[], Covered]
    release: Callable[[str, Covered | None], None]
    now: Callable[[], datetime]
    pause: Callable[[float], None]
    new_id: Callable[[], str]
