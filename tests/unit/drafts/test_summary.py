"""What a plan comes to has room in one item, whatever the document is."""

from vending.catalogue.batches import encode
from vending.catalogue.warnings import Warned
from vending.drafts.summary import ROLES_BYTES, WARNED_BYTES, first_of, first_roles
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


def roles(count: int, size: int) -> list[dict[str, object]]:
    return [{"roleArn": f"{n:0{size}}"} for n in range(count)]


def test_roles_without_room_are_left_out_and_each_is_named_once() -> None:
    assert list(first_roles(roles(3, 60) * 2)) == roles(3, 60)
    first = list(first_roles(roles(1_000, 550)))
    assert first == roles(1_000, 550)[: len(first)]
    assert 0 <= ROLES_BYTES - len(encode(first)) < 600
