"""Pages of a plan: read from any transaction on, and never mixed with those of another plan."""

import json

import pytest

from vending.drafts.changed import Changed
from vending.drafts.groups import Transaction
from vending.drafts.pages import PAGE_CHARACTERS, name_of, pages, transactions_in
from vending.errors import InternalError
from vending.table import Key


def made(count: int, name: str = "g", size: int = PAGE_CHARACTERS // 3) -> list[Transaction]:
    """Transactions of which three fill a page."""
    return [
        Transaction(
            (Changed("grant", f"{name}{n}", f"/grants/{n}", None, "x" * size),),
            {Key("iam#1", f"b{n}"): None if n % 2 else "[]"},
            joined=n == 1,
        )
        for n in range(count)
    ]


def read(kept: dict[str, str], revision: int, start: int) -> list[tuple[int, Transaction]]:
    begin = name_of(revision, start)
    found = ((name, kept[name]) for name in sorted(kept) if name >= begin)
    return list(transactions_in(found, revision, start))


@pytest.mark.parametrize("count", [0, 1, 3, 4, 9])
def test_a_plan_is_read_as_it_was_written_from_any_transaction_on(count: int) -> None:
    whole = made(count)
    kept = dict(pages(41, whole))
    last = [json.loads(text)["first"] - 1 for text in kept.values()][1:] + [count - 1] * bool(count)
    assert [*kept] == [name_of(41, number) for number in last]
    for start in range(count + 1):
        assert read(kept, 41, start) == list(enumerate(whole))[start:]


@pytest.mark.parametrize(("more", "sizes"), [(0, [2, 2, 1]), (1, [1, 1, 1, 1, 1])])
def test_a_page_ends_with_the_transaction_by_which_it_is_too_large(
    more: int, sizes: list[int]
) -> None:
    ((_, empty),) = pages(41, made(1, size=0))
    room = 2_000_000 - len(empty.removeprefix('{"first":0,"transactions":[').removesuffix("]}"))
    whole = made(1, size=room + more) * 5
    assert [len(json.loads(text)["transactions"]) for _, text in pages(41, whole)] == sizes


def test_a_plan_that_is_made_again_has_nothing_of_the_one_before() -> None:
    """Also if that had more pages, or other ones."""
    earlier, later, last = made(10), made(5, "h"), made(7, "i")
    kept = dict([*pages(4, earlier), *pages(41, later), *pages(410, last)])
    for revision, whole in ((4, earlier), (41, later), (410, last)):
        assert read(kept, revision, 0) == list(enumerate(whole))


def test_a_page_that_is_missing_is_an_error() -> None:
    kept = dict(pages(41, made(9)))
    assert len(kept) == 3
    del kept[sorted(kept)[1]]
    with pytest.raises(InternalError):
        read(kept, 41, 0)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"first":0,"transactions":[[]]}'])
def test_a_damaged_page_is_an_error(text: str) -> None:
    with pytest.raises(InternalError):
        read({name_of(41, 0): text}, 41, 0)
