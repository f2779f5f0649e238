"""Lists staged changes, and what a plan would change, in pages."""

import re
from collections.abc import Iterator, Mapping

from vending.answers import Page, Position
from vending.drafts.pages import name_of, transactions_in
from vending.errors import Fault, InvalidRequest, PreconditionFailed
from vending.staging.commit import found
from vending.staging.effects import Effects
from vending.staging.stage import looked_at

CHANGE_PARTS = 2  # of a position among changes: the transaction, and the place in it


def listed(page: Page, effects: Effects) -> dict[str, object]:
    """One page of the staged changes that have not expired, in the order of their ids."""
    start = page.start[0] if page.start else ""
    there = sorted(
        (one for one in effects.every() if one.is_there(effects.now) and one.id >= start),
        key=lambda one: one.id,
    )
    return page.answer("staged", (((one.id,), looked_at(one, effects)) for one in there))


def changes(id_: str, page: Page, effects: Effects) -> dict[str, object]:
    """One page of what a planned change adds, changes and removes, in the order of writing.

    Raises:
        NotFound: there is no such change.
        PreconditionFailed: it is not planned yet, or not any more.
    """
    staged = found(id_, effects)
    if not staged.plan:
        raise PreconditionFailed(
            "The document is not checked yet; commit it with 'dryRun' until it is planned."
        )
    start = (0, 0)
    if page.start:
        if not all(re.fullmatch("[0-9]{1,9}", part) for part in page.start):
            detail = "'nextToken' is not from this list; start again without it."
            raise InvalidRequest(detail, faults=[Fault("/nextToken", detail)])
        start = int(page.start[0]), int(page.start[1])
    kept = effects.kept(staged, name_of(staged.base, start[0]))

    def entries() -> Iterator[tuple[Position, Mapping[str, object]]]:
        for number, transaction in transactions_in(kept, staged.base, start[0]):
            for place, change in enumerate(transaction.changes):
                if (number, place) >= start:
                    yield (str(number), str(place)), change.as_json()

    return page.answer("changes", entries()) | {"revision": staged.base}
