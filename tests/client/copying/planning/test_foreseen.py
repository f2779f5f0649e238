"""Names of a walk that are known before its files are looked at."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from s3vend.copying.planning.foreseen import CHUNK, Foreseen, walked_ahead
from s3vend.errors import TransferError
from s3vend.listing.spans import PAGE, SPANS
from s3vend.tree.found import Found, LocalFile

NAMES = [f"{number:06}" for number in range(2 * SPANS * PAGE)]


def test_every_thousandth_name_is_foreseen() -> None:
    names = Foreseen(NAMES).names_after("000500")
    assert len(names) == SPANS - 1
    assert [one for one in NAMES if "000500" < one <= names[0]][PAGE - 1 :] == [names[0]]


def test_who_asks_again_gets_the_names_that_follow() -> None:
    whole, names = Foreseen(NAMES), Foreseen(NAMES)
    names.names_after("")
    for after in ("000000", "004711", NAMES[SPANS * PAGE + 5], NAMES[-PAGE - 2]):
        assert names.names_after(after) == Foreseen(NAMES).names_after(after) != []
    assert whole.names_after("") == Foreseen(NAMES).names_after("")


def test_no_more_names_are_read_than_the_list_reads() -> None:
    names = iter(NAMES)
    files = Foreseen(names)
    files.names_after("")
    assert next(names) == f"{SPANS * PAGE:06}"


def test_after_the_last_name_nothing_is_expected() -> None:
    some = NAMES[: PAGE + 1]
    last = some[-1]
    assert last not in Foreseen(some).names_after("")
    assert Foreseen(some[:PAGE]).names_after("") == []
    assert Foreseen(some).names_after(last) == []


def walk(seen: "list[str]") -> Iterator[Found]:
    for name in NAMES:
        seen.append(name)
        yield LocalFile(name, Path(name), 1, 0, ())


def test_a_walk_goes_on_meanwhile_and_no_further_than_the_list() -> None:
    seen: list[str] = []
    found = walked_ahead(walk(seen))
    assert next(found).relative == NAMES[0]
    most = SPANS * PAGE + 2 * CHUNK  # in the queue, taken, and not yet put
    end = time.monotonic() + 10
    while len(seen) < SPANS * PAGE and time.monotonic() < end:
        time.sleep(0.01)
    assert SPANS * PAGE <= len(seen) <= most
    assert [one.relative for one in found] == NAMES[1:]


def test_a_walk_stops_when_nobody_takes_its_files() -> None:
    before = threading.active_count()
    found = walked_ahead(walk([]))
    next(found)
    del found
    end = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < end:
        time.sleep(0.01)
    assert threading.active_count() <= before


def test_what_a_walk_raises_is_raised() -> None:
    def broken() -> Iterator[Found]:
        yield from walk([])
        raise TransferError("it broke")

    with pytest.raises(TransferError, match="it broke"):
        list(walked_ahead(broken()))
