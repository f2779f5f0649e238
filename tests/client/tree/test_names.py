"""The paths of files for keys: none leaves the directory, and none takes the place of another."""

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3vend.tree.names import Names, Refused
from s3vend.tree.rules import LINUX, MACOS, WINDOWS, Rules
from tests.client.tree.names import EVERYWHERE, FINE, ON_WINDOWS

SEGMENT = st.sampled_from(
    ["a", "A", "b", "a-b", "a.txt", "é", "e\u0301", "É", "..", ".", "", "CON", "c:", "x ", "a\\b"]
)
KEYS = st.lists(st.lists(SEGMENT, min_size=1, max_size=3).map("/".join), max_size=20)


def paths(rules: Rules, *keys: str) -> "list[str | None]":
    """The path of each key, or None."""
    names = Names(rules)
    found = [names.path(key) for key in keys]
    return [None if isinstance(one, Refused) else one for one in found]


@pytest.mark.parametrize("name", [*EVERYWHERE, *ON_WINDOWS])
def test_a_key_with_such_a_part_anywhere_gets_no_file_and_a_reason(name: str) -> None:
    rules = LINUX if name in EVERYWHERE else WINDOWS
    for key in (name, f"{name}/b", f"a/{name}/b", f"a/{name}"):
        refused = Names(rules).path(key)
        assert isinstance(refused, Refused)
        assert refused.key == key
        assert repr(key) in refused.reason


@pytest.mark.parametrize("name", FINE)
@pytest.mark.parametrize("rules", [LINUX, MACOS, WINDOWS])
def test_any_other_key_is_a_path(name: str, rules: Rules) -> None:
    assert paths(rules, name, f"x/{name}") == [name, f"x/{name}"]


@pytest.mark.parametrize("key", ["dir/", "a/b/"])
def test_a_marker_of_a_directory_is_told_from_a_fault(key: str) -> None:
    refused = Names().path(key)
    assert isinstance(refused, Refused)
    assert "names a directory" in refused.reason


@pytest.mark.parametrize("rules", [LINUX, MACOS, WINDOWS])
def test_a_part_that_is_too_long_is_refused_by_name(rules: Rules) -> None:
    refused = Names(rules).path(f"a/{'x' * 256}/b")
    assert isinstance(refused, Refused)
    assert "it has 256" in refused.reason
    assert paths(rules, f"a/{'x' * 255}/b") != [None]


def test_what_is_a_file_is_no_directory_though_other_keys_come_between() -> None:
    keys = ("a", "a-b", "a-b/c", "a.txt", "a/b", "a/b/c", "a0", "b/a", "b/a/c")
    assert paths(LINUX, *keys) == ["a", "a-b", None, "a.txt", None, None, "a0", "b/a", None]


@pytest.mark.parametrize(
    ("keys", "rules"),
    [
        (("A", "a"), WINDOWS),
        (("A/x", "a/y"), WINDOWS),  # one directory, which would have one of the names
        (("A", "a/y"), WINDOWS),
        (("A/x", "a"), MACOS),
        (("e\u0301", "é"), MACOS),
        (("E\u0301.txt", "é.txt"), MACOS),
        (("dir/e\u0301/x", "dir/é/x"), Rules(folds_unicode=True)),
    ],
)
def test_of_keys_that_are_one_name_here_the_second_is_said_and_left(
    keys: "tuple[str, str]", rules: Rules
) -> None:
    names = Names(rules)
    assert names.path(keys[0]) == keys[0]
    refused = names.path(keys[1])
    assert isinstance(refused, Refused)
    assert "for one name" in refused.reason
    assert paths(LINUX, *keys) == list(keys)


def test_a_key_that_is_refused_takes_no_name_from_the_next_one() -> None:
    assert paths(WINDOWS, "A/CON", "B.", "a/b", "b") == [None, None, "a/b", "b"]


def test_a_path_that_a_key_has_taken_in_another_spelling_is_known() -> None:
    names = Names(MACOS)
    assert names.path("dir/report") == "dir/report"
    assert names.is_taken("Dir/report")
    assert names.is_taken("DIR")
    assert not names.is_taken("dir/report")
    assert not names.is_taken("dir/other")
    assert not Names(LINUX).is_taken("Dir/report")


def folded(path: str, rules: Rules) -> str:
    composed = unicodedata.normalize("NFC", path) if rules.folds_unicode else path
    return composed.lower() if rules.folds_case else composed


@given(KEYS, st.sampled_from([LINUX, MACOS, WINDOWS]))
def test_no_path_leaves_the_directory_and_no_two_clash(keys: "list[str]", rules: Rules) -> None:
    ordered = sorted(set(keys), key=str.encode)
    made = [path for path in paths(rules, *ordered) if path is not None]
    files = {folded(path, rules) for path in made}
    assert len(files) == len(made)
    for path in made:
        posix, windows = PurePosixPath(path), PureWindowsPath(path)
        assert not posix.is_absolute()
        assert not windows.drive or rules is not WINDOWS
        assert {"..", "."} & {*posix.parts, *windows.parts} == set()
        assert str(posix) == path
        assert {folded(str(one), rules) for one in posix.parents} & files == set()
