"""Two sorted streams, name by name."""

from collections.abc import Iterator, Sequence

import pytest

from s3vend.copying.planning.merge import NotSorted, merged


def pairs(left: Sequence[str], right: Sequence[str]) -> "list[tuple[str | None, str | None]]":
    return list(merged(left, right, str, str))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("", "", []),
        ("ac", "", [("a", None), ("c", None)]),
        ("", "ac", [(None, "a"), (None, "c")]),
        ("aab", "abb", [("a", "a"), ("b", "b")]),  # some storages list a key twice
        ("abd", "bce", [("a", None), ("b", "b"), (None, "c"), ("d", None), (None, "e")]),
    ],
)
def test_names_meet(left: str, right: str, expected: "list[object]") -> None:
    assert pairs(left, right) == expected


def test_the_order_is_that_of_bytes() -> None:
    names = ["b-c", "b/c", "b0", "é", "\uffff", "\U0001f600"]
    assert names == sorted(names, key=str.encode)
    assert pairs(names, names) == [(name, name) for name in names]


@pytest.mark.parametrize(("left", "right"), [("ba", "z"), ("z", "ba"), ("a", "cb")])
def test_another_order_is_refused(left: str, right: str) -> None:
    with pytest.raises(NotSorted):
        pairs(left, right)


def test_no_more_than_one_entry_of_each_is_held() -> None:
    taken: list[int] = []

    def names() -> Iterator[str]:
        for number in range(1000):
            taken.append(number)
            yield f"{number:04}"

    for position, _ in enumerate(merged(names(), [], str, str)):
        assert len(taken) <= position + 2
