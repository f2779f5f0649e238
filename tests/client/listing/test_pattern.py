"""Patterns of keys."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3vend.errors import SettingsError
from s3vend.listing.pattern import Pattern, pattern_of
from s3vend.listing.target import Below

P = "s3://b/p/"


@pytest.mark.parametrize(
    ("target", "prefix", "segments"),
    [
        (P + "*.csv", "p/", ("*.csv",)),
        (P + "a?/x", "p/", ("a?", "x")),
        (P + "q/[ab]", "p/q/", ("[ab]",)),
        (P + "**", "p/", ("**",)),
        (P + "20*/*", "p/", ("20*", "*")),
        (P + "**/*", "p/", ("**", "*")),
        (P + "tenant*", "p/", ("tenant*",)),
        ("s3://b/*.csv", "", ("*.csv",)),
        ("s3://b/*/x", "", ("*", "x")),
        ("s3://b//*/x", "/", ("*", "x")),
        (P + "a%20+b/*x", "p/a%20+b/", ("*x",)),
    ],
)
def test_what_is_literal_up_to_the_first_pattern_is_listed(
    target: str, prefix: str, segments: "tuple[str, ...]"
) -> None:
    assert pattern_of(target) == Pattern(Below("b", prefix), segments)


@pytest.mark.parametrize(
    "target", [P + "*", P, "s3://b/*", "s3://b/", "s3://b", P + "key", P + "a[", P + "]", P + "[]", P + "{a,b}"]
)  # fmt: skip
def test_a_key_and_all_below_a_prefix_are_not_patterns(target: str) -> None:
    assert pattern_of(target) is None


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("s3://b*/p/x", "has a pattern in the bucket's name"),
        ("s3://[b]/p/x*", "has a pattern in the bucket's name"),
        ("p/*.csv", "is not a target"),
        (P + "20*/", r"ends with a slash, but a pattern is for keys; use s3://b/p/20\*/\*\* for all"),
        (P + "a**/x", r"has \*\* beside other characters; put it between slashes"),
        (P + "***", "beside other characters"),
    ],
)  # fmt: skip
def test_a_pattern_that_is_not_clear_is_refused(target: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        pattern_of(target)


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("*.csv", ["a.csv", ".csv", ".a.csv", "a\nb.csv"], ["a.CSV", "a.csv.gz", "d/a.csv", "csv"]),
        ("a?", ["ab", "a\u00e4", "a\U0001f600", "a*"], ["a", "abc", "a/", "Ab"]),
        ("[a-c]x", ["ax", "cx"], ["dx", "-x", "x", "[a-c]x"]),
        ("[!a]x", ["bx", "!x"], ["ax", "x"]),
        ("[*]", ["*"], ["a", "**"]),
        ("[", [], []),
        ("20*/*", ["2024/a", "20/b"], ["2024/", "2024/a/b", "2024", "19/a"]),
        ("*/x", ["a/x"], ["x", "/x", "a/b/x"]),
        ("**", ["a", "a/b", "a/", "", "//"], []),
        ("**/x", ["x", "a/x", "a/b/x", "/x", "x/x"], ["x/y", "ax", "x/"]),
        ("a*/**", ["a/b", "a1/b/c", "a/"], ["a", "a1", "b/a"]),
        ("**/*", ["a", "a/b", "a//b"], ["a/", ""]),
        ("**/a/**/b/*.x", ["a/b/c.x", "1/a/2/3/b/.x", "a/b/b/b/c.x"], ["a/b.x", "b/a/c.x"]),
        ("**/**/a", ["a", "b/a"], ["ab"]),
        ("*//b", ["a//b"], ["a/b", "a/c/b"]),
        ("*.(a|b)+$^", ["x.(a|b)+$^"], ["x.a"]),
    ],
)  # fmt: skip
def test_a_pattern_matches_as_in_a_shell(
    pattern: str, matching: "list[str]", others: "list[str]"
) -> None:
    found = pattern_of(f"{P}{pattern}")
    if found is None:
        assert matching == others == []
        return
    assert [key for key in matching + others if found.matches(f"p/{key}")] == matching


@given(st.lists(st.sampled_from(["a", "b", "", "**"]), max_size=6), st.text("ab/", max_size=9))
@settings(max_examples=300, deadline=timedelta(seconds=5))
def test_two_stars_match_as_the_definition_says(segments: "list[str]", key: str) -> None:
    def defined(wanted: "list[str]", found: "list[str]") -> bool:
        if not wanted:
            return not found
        if wanted[0] != "**":
            return bool(found) and found[0] == wanted[0] and defined(wanted[1:], found[1:])
        least = 1 if len(wanted) == 1 else 0
        return any(defined(wanted[1:], found[at:]) for at in range(least, len(found) + 1))

    pattern = Pattern(Below("b", ""), tuple(segments))
    wanted = [one for at, one in enumerate(segments) if segments[at : at + 2] != ["**", "**"]]
    assert pattern.matches(key) == defined(wanted, key.split("/"))


def test_no_key_makes_a_pattern_slow() -> None:
    """Without a bound by segments, this would take years."""
    pattern = pattern_of(P + "**/" + "*a" * 20 + "b/**/" + "a/**/" * 20 + "c")
    assert pattern is not None
    assert not pattern.matches("p/" + "a" * 500 + "/" + "a/" * 250)


@pytest.mark.parametrize(
    ("pattern", "one_level"), [("*.csv", True), ("**", False), ("a*/b", False), ("?", True)]
)
def test_a_pattern_of_one_segment_is_found_on_one_level(pattern: str, one_level: bool) -> None:
    found = pattern_of(P + pattern)
    assert found is not None
    assert found.is_one_level == one_level
