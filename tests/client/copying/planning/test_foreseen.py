"""Names of a walk that are read before its files are taken."""

from pathlib import Path

from s3vend.copying.planning.foreseen import Foreseen
from s3vend.listing.spans import PAGE, SPANS
from s3vend.tree.found import Found, LocalFile, Skipped

COUNT = 2 * SPANS * PAGE


def found(number: int) -> Found:
    """Each hundredth is left out."""
    name = f"{number:06}"
    if number % 100 == 0:
        return Skipped(name, Path(name), "it is a socket", is_fault=False)
    return LocalFile(name, Path(name), 1, 0, ())


def test_every_thousandth_name_is_foreseen_and_all_is_found_in_its_order() -> None:
    walk = [found(number) for number in range(COUNT)]
    files = Foreseen(walk)
    names = files.names_after("000500")
    assert len(names) == SPANS - 1
    between = [one for one in walk if "000500" < one.relative <= names[0]]
    assert sum(isinstance(one, LocalFile) for one in between) == PAGE
    assert list(files) == walk


def test_the_file_that_was_taken_last_is_not_yet_listed() -> None:
    walk = [found(number) for number in range(1, 2 * PAGE)]
    whole, files = Foreseen(walk), Foreseen(walk)
    assert next(files) == walk[0]
    assert files.names_after("") == whole.names_after("") != []


def test_the_walk_is_read_no_further_than_the_list() -> None:
    walk = (found(number) for number in range(COUNT))
    files = Foreseen(walk)
    files.names_after("")
    assert next(walk).relative == f"{SPANS * PAGE:06}"
    assert next(files).relative == "000000"


def test_after_the_last_name_nothing_is_expected() -> None:
    walk = [found(number) for number in range(PAGE + PAGE // 100 + 2)]
    last = walk[-1].relative
    assert last not in Foreseen(walk).names_after("")
    assert Foreseen(walk).names_after(last) == []
