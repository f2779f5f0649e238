"""The order of `--include` and `--exclude`."""

import pytest

from s3vend.cli.trees.filters import _ordered, filters_of


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("sync a b", "sync a b"),
        ("--exclude * --include=*.csv", "--filter -* --filter=+*.csv"),
        ("--include a --exclude b --include c", "--filter=+a --filter=-b --filter=+c"),
        ("a -- --include x", "a -- --include x"),
        ("a --include", "a --include"),
        ("--exclude=", "--filter=-"),
    ],
)
def test_both_options_become_one_in_order(words: str, expected: str) -> None:
    assert list(_ordered(words.split())) == expected.replace("--filter -*", "--filter=-*").split()


def test_the_last_match_wins() -> None:
    filters = filters_of(["-*", "+*.csv", "-secret*"])
    assert filters.admits("a/b.csv")
    assert not filters.admits("secret.csv")
    assert not filters.admits("b.txt")
    assert filters_of(None).admits("anything")
