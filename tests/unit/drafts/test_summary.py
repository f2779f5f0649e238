"""What a plan comes to has room in one item, whatever the document is."""

from vending.catalogue.warnings import Warned
from vending.drafts.summary import WARNED_BYTES, first_of
from vending.errors import FAULTS


def warned(count: int, size: int) -> list[Warned]:
    return [Warned("Expired", f"/grants/{n}", "x" * size) for n in range(count)]


def test_few_warnings_are_all_listed() -> None:
    assert list(first_of(warned(FAULTS, 10), 0)) == warned(FAULTS, 10)
    assert list(first_of([], 0)) == []


def test_more_warnings_are_counted() -> None:
    *first, last = first_of(warned(FAULTS + 3, 10), 4)
    assert first == warned(FAULTS, 10)
    assert last == Warned("MoreWarnings", "", "7 more warnings are left out")


def test_warnings_without_room_are_counted_too() -> None:
    long = warned(FAULTS, WARNED_BYTES // 10)
    *first, last = first_of(long, 0)
    assert first == long[: len(first)]
    assert 8 <= len(first) < 10
    assert last.detail == f"{FAULTS - len(first)} more warnings are left out"
