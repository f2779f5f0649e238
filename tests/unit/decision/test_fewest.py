"""The fewest rows that cover every column, against all combinations."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from vending.decision.fewest import fewest

tables = some.integers(1, 6).flatmap(
    lambda columns: some.lists(
        some.lists(some.booleans(), min_size=columns, max_size=columns), min_size=1, max_size=7
    )
)


@given(tables, some.integers(1, 3))
def test_no_fewer_rows_cover_all_columns(table: list[list[bool]], most: int) -> None:
    chosen = fewest(table, most)
    covering = [
        rows
        for count in range(1, most + 1)
        for rows in combinations(range(len(table)), count)
        if all(any(table[row][column] for row in rows) for column in range(len(table[0])))
    ]
    if chosen is None:
        assert covering == []
    else:
        assert chosen in covering
        assert len(chosen) == min(map(len, covering))


@pytest.mark.parametrize(
    ("sentence", "table", "chosen"),
    [
        ("one row is enough", ["10", "11", "01"], (1,)),
        ("of equal rows the first", ["11", "11"], (0,)),
        ("of two pairs the one whose row for the first column comes first", ["10", "01", "10"], (0, 1)),
        ("the first column chooses first", ["011", "100", "101", "010"], (0, 1)),
        ("two rows where it takes two", ["01", "10"], (0, 1)),
        ("three rows where it takes three", ["001", "010", "100"], (0, 1, 2)),
        ("two rows rather than three of which two come first", ["1000", "0100", "1100", "0011"], (2, 3)),
        ("a column that no row has", ["10"], None),
        ("one too many", ["1000", "0100", "0010", "0001"], None),
    ],
)  # fmt: skip
def test_rows_are_chosen(sentence: str, table: list[str], chosen: tuple[int, ...] | None) -> None:
    assert fewest([[letter == "1" for letter in row] for row in table], 3) == chosen


@pytest.mark.parametrize(("most", "chosen"), [(1, None), (2, (0, 1)), (3, (0, 1)), (0, None)])
def test_no_more_rows_are_chosen_than_may_be(most: int, chosen: tuple[int, ...] | None) -> None:
    assert fewest([[True, False], [False, True]], most) == chosen


def test_without_any_row_there_is_no_choice() -> None:
    assert fewest([], 3) is None
