"""What the routes of staged changes need of the table, the clock and the stack, as functions."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from vending.catalogue.proposal import Setting
from vending.drafts.changed import Changed
from vending.grants.expectation import Expectation
from vending.questions.standing import Standing
from vending.staging.revision import Revision
from vending.staging.staged import Staged
from vending.table import Key

SECONDS = 20.0  # of one request's work; API Gateway waits 29


@dataclass(frozen=True, slots=True)
class Write:
    """One transaction: entries and decisions, the revision, and at the ends the staged change."""

    before: Revision
    after: Revision
    items: Mapping[Key, str | None]  # None deletes an item
    changes: tuple[Changed, ...] = ()  # which the history remembers
    staged: tuple[Staged, Staged] | None = None  # before and after


@dataclass(frozen=True, slots=True)
class Effects:
    """Each function raises ``Unavailable`` where the table fails."""

    revision: Callable[[], Revision]
    standing: Callable[[], Standing]  # as it is now
    tests: Callable[[], Mapping[str, Expectation]]
    load: Callable[[str], Staged | None]
    every: Callable[[], Iterable[Staged]]
    # The change after and before; raises ``PreconditionFailed`` unless the table has the latter.
    save: Callable[[Staged, Staged | None], None]
    keep: Callable[[Staged, str, str], None]  # a text under a name
    kept: Callable[[Staged, str], Iterator[tuple[str, str]]]  # names and texts, from a name on
    write: Callable[[Write], None]  # raises ``PreconditionFailed`` as ``save`` does
    setting: Setting
    now: datetime
    new_id: Callable[[], str]
    seconds: Callable[[], float]  # since the request began
    environments_by: Callable[[], str]  # when all functions have loaded what is written now
    # The audit record of a change that was written, and its revision; late: by an earlier request,
    # which may have recorded it.
    on_change: Callable[[Changed, int], None]
    on_late: Callable[[Changed, int], None]
