"""Writes the transactions of a plan: as many as a request has time for, or up to a good end."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from vending.drafts.groups import Transaction
from vending.drafts.pages import name_of, transactions_in
from vending.errors import InternalError, PreconditionFailed, Unavailable
from vending.staging.effects import SECONDS, Effects, Write
from vending.staging.revision import Revision
from vending.staging.staged import Staged

type _Numbered = tuple[int, Transaction]


def write(
    staged: Staged,
    revision: Revision,
    effects: Effects,
    *,
    until: Callable[[Transaction], bool] = lambda _: False,
) -> tuple[Staged, Revision]:
    """Write the next transactions; return the change and the revision as they are then.

    ``until``: stop before a transaction of which this is true.

    Raises:
        PreconditionFailed: somebody else writes it at the same time, or has cancelled it.
        Unavailable: the table failed before anything was written.
    """
    done = started = revision.number - staged.base
    staged = record_late(staged, done, effects)
    try:
        for (number, one), following in _followed(_transactions(staged, done, effects)):
            if until(one) or (number > started and effects.seconds() > SECONDS):
                break
            after = _after(staged, number, following)
            changed = _at_an_end(staged, number)
            ends = (staged, changed) if changed != staged else None
            effects.write(Write(revision, after, one.writes, one.changes, ends))
            staged, revision = changed, after
            for change in one.changes:
                effects.on_change(change, after.number)
            done = number + 1
    except Unavailable:
        if done == started:
            raise
    return _recorded(staged, done, effects), revision


def record_late(staged: Staged, done: int, effects: Effects) -> Staged:
    """Record the last transaction's changes, if the request that wrote it may not have.

    It may have lost DynamoDB's answer, or ended. All before it were recorded.
    """
    if staged.recorded >= done:
        return staged
    _, last = next(_transactions(staged, done - 1, effects))
    for change in last.changes:
        effects.on_late(change, staged.base + done)
    return _recorded(staged, done, effects)


def _recorded(staged: Staged, done: int, effects: Effects) -> Staged:
    recorded = replace(staged, recorded=done)
    if recorded != staged:
        with suppress(PreconditionFailed, Unavailable):  # the last ones are recorded again then
            effects.save(recorded, staged)
            return recorded
    return staged


def _after(staged: Staged, number: int, following: Transaction | None) -> Revision:
    """The revision to which a transaction leads."""
    after = staged.base + number + 1
    if following is None:
        return Revision(after)
    return Revision(after, staged.id, half=following.joined)


def _at_an_end(staged: Staged, number: int) -> Staged:
    """The change with its first or its last transaction, which start and end the writing."""
    if number == staged.transactions - 1:
        return replace(staged, state="applied")
    return replace(staged, state="writing")


def _transactions(staged: Staged, start: int, effects: Effects) -> Iterator[_Numbered]:
    number, kept = start - 1, effects.kept(staged, name_of(staged.base, start))
    for number, one in transactions_in(kept, staged.base, start):
        yield number, one
    if number != staged.transactions - 1:
        raise InternalError("Something went wrong here.", reason="PlanIncomplete")


def _followed(found: Iterator[_Numbered]) -> Iterator[tuple[_Numbered, Transaction | None]]:
    """Yield each transaction with the one after it."""
    current = next(found, None)
    while current:
        following = next(found, None)
        yield current, following and following[1]
        current = following
