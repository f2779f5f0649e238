"""`--include` and `--exclude`, against the rule of the AWS CLI's documentation, word by word."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3vend.tree.filters import Filter, Filters

PATTERN = st.text("ab/.*?[]!-\n", max_size=6)
PATH = st.text("ab/.-]!\n", min_size=1, max_size=6)


def filters(*words: str) -> Filters:
    """`+p` is --include p, and `-p` is --exclude p."""
    return Filters(tuple(Filter(word[1:], word[0] == "+") for word in words))


@pytest.mark.parametrize(
    ("words", "admitted", "others"),
    [
        ((), ("a", "a/b"), ()),
        (("-*",), (), ("a", "a/b", ".hidden")),
        (("-*", "+*.txt"), ("a.txt", "dir/a.txt"), ("a.csv", "a.txt.gz")),
        (("+*.txt", "-*"), (), ("a.txt",)),  # the last match wins
        (("-.git/*",), ("git/x", ".gitignore"), (".git/config", ".git/a/b")),
        (("-a?c",), ("ac", "abbc"), ("abc", "a/c")),  # the AWS CLI's ? also matches a slash
        (("-[ab]x",), ("cx", "[ab]x"), ("ax", "bx")),
        (("-[!ab]x",), ("ax",), ("cx", "/x")),
        (("-dir",), ("dir/a", "a/dir"), ("dir",)),  # the whole path, not a part of it
        (("-./a",), ("a",), ()),
        (("-*", "+*.TXT"), ("a.TXT",), ("a.txt",)),
    ],
)
def test_the_last_filter_that_matches_the_path_decides(
    words: "tuple[str, ...]", admitted: "tuple[str, ...]", others: "tuple[str, ...]"
) -> None:
    chosen = filters(*words)
    assert [path for path in (*admitted, *others) if chosen.admits(path)] == list(admitted)


def matches(path: str, pattern: str) -> bool:
    """The documentation's symbols: `*` everything, `?` any character, `[a]` any, `[!a]` none."""
    if not pattern:
        return not path
    first, rest = pattern[0], pattern[1:]
    if first == "*":
        return any(matches(path[at:], rest) for at in range(len(path) + 1))
    if not path:
        return False
    # A bracket that is never closed is itself; one that comes first is in the set.
    if first == "[" and (found := re.match(r"\[(!?)(\]?[^]]*)\]", pattern)):
        return in_set(path[0], found[2]) != bool(found[1]) and matches(
            path[1:], pattern[found.end() :]
        )
    return first in ("?", path[0]) and matches(path[1:], rest)


def in_set(character: str, members: str) -> bool:
    """Whether a set has a character; `a-b` is a range, unless the hyphen is first or last."""
    at = 0
    while at < len(members):
        if members[at + 1 : at + 2] == "-" and at + 2 < len(members):
            if members[at] <= character <= members[at + 2]:
                return True
            at += 3
        else:
            if members[at] == character:
                return True
            at += 1
    return False


@given(st.lists(st.tuples(st.booleans(), PATTERN), max_size=5), PATH)
def test_any_filters_decide_as_the_documentation_of_the_aws_cli_says(
    drawn: "list[tuple[bool, str]]", path: str
) -> None:
    included = True  # by default, all files are included
    for includes, pattern in drawn:  # filters that appear later take precedence
        if matches(path, pattern):
            included = includes
    chosen = Filters(tuple(Filter(pattern, includes) for includes, pattern in drawn))
    assert chosen.admits(path) is included


@pytest.mark.parametrize(
    ("words", "reached", "others"),
    [
        ((), ("a/",), ()),
        (("-*",), (), ("a/", "a/b/")),
        (("-*", "+*.txt"), ("a/", "a/b/"), ()),
        (("-*", "+a/b/*.txt"), ("a/", "a/b/", "a/b/c/"), ("b/", "a/c/")),
        (("-*", "+a/b.txt"), ("a/",), ("b/", "a/b/")),
        (("-a/*",), ("b/",), ("a/", "a/b/")),
        (("-a/*", "+a/[bc]/*"), ("a/", "a/b/"), ()),
        (("-*.txt",), ("a/",), ()),
    ],
)
def test_a_directory_is_reached_if_something_below_may_be_admitted(
    words: "tuple[str, ...]", reached: "tuple[str, ...]", others: "tuple[str, ...]"
) -> None:
    chosen = filters(*words)
    assert [path for path in (*reached, *others) if chosen.reaches(path)] == list(reached)


@given(st.lists(st.tuples(st.booleans(), PATTERN), max_size=5), PATH, PATH)
def test_nothing_is_admitted_below_what_is_not_reached(
    drawn: "list[tuple[bool, str]]", above: str, name: str
) -> None:
    chosen = Filters(tuple(Filter(pattern, includes) for includes, pattern in drawn))
    assert chosen.reaches(f"{above}/") or not chosen.admits(f"{above}/{name}")
