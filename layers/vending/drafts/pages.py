"""A plan as the table keeps it: pages of transactions, each named by its last transaction.

Names have the plan's revision too: pages of an earlier plan may still be there.
"""

import json
from collections.abc import Iterable, Iterator, Sequence

from vending.catalogue.batches import encode
from vending.drafts.changed import Changed
from vending.drafts.groups import Transaction
from vending.table import Key, refuse_damaged_item

PAGE_CHARACTERS = 2_000_000  # of a page, before it is compressed to about a tenth


def name_of(revision: int, number: int) -> str:
    """The name of the page whose last transaction is this one; names sort by it."""
    return f"{_plan(revision)}{number:08}"


def pages(revision: int, transactions: Sequence[Transaction]) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each page of a plan for this revision."""
    lines, size, first = list[str](), 0, 0
    for number, one in enumerate(transactions):
        line = encode(
            [
                [
                    [each.kind, each.id, each.pointer, each.before, each.after]
                    for each in one.changes
                ],
                [[*key, text] for key, text in one.decisions.items()],
                one.joined,
            ]
        )
        lines.append(line)
        size += len(line)
        if size > PAGE_CHARACTERS:
            yield name_of(revision, number), _page(first, lines)
            lines, size, first = [], 0, number + 1
    if lines:
        yield name_of(revision, len(transactions) - 1), _page(first, lines)


def _page(first: int, lines: Iterable[str]) -> str:
    return f'{{"first":{first},"transactions":[{",".join(lines)}]}}'


def transactions_in(
    kept: Iterable[tuple[str, str]], revision: int, start: int
) -> Iterator[tuple[int, Transaction]]:
    """Yield the numbered transactions of the plan for this revision, from ``start`` on.

    Raises:
        InternalError: a page is missing or damaged.
    """
    expected = start
    for name, text in kept:
        if not name.startswith(_plan(revision)):
            return
        with refuse_damaged_item():
            page = json.loads(text)
            first = int(page["first"])
            read = [
                Transaction(
                    tuple(Changed(*each) for each in changes),
                    {Key(pk, sk): document for pk, sk, document in decisions},
                    joined,
                )
                for changes, decisions, joined in page["transactions"]
            ]
            if first > expected:
                raise ValueError(name)
        for number, transaction in enumerate(read, first):
            if number >= start:
                yield number, transaction
        expected = first + len(read)


def _plan(revision: int) -> str:
    """What the names of a plan's pages begin with."""
    return f"plan#{revision}#"
