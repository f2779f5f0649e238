"""What targets of `rm` stand for."""

import pytest

from s3vend.errors import SettingsError
from s3vend.removal.targets import Group, groups_of


def test_named_objects_of_a_bucket_are_one_group_without_duplicates() -> None:
    targets = ["s3://b/p/x", "s3://c/y", "s3://b/z", "s3://b/p/x"]
    assert groups_of(targets, recursive=False, literal=False) == [
        Group("s3://b/", "s3://b/", ("p/x", "z")),
        Group("s3://c/", "s3://c/", ("y",)),
    ]


@pytest.mark.parametrize(
    ("target", "recursive", "literal", "group"),
    [
        ("s3://b/p/", True, False, Group("s3://b/p/", "s3://b/p/")),
        ("s3://b/p/*", True, False, Group("s3://b/p/*", "s3://b/p/")),
        ("s3://b", True, False, Group("s3://b", "s3://b/")),
        ("s3://b/p/*.csv", False, False, Group("s3://b/p/*.csv", "s3://b/p/")),
        ("s3://b/p/*", False, True, Group("s3://b/", "s3://b/", ("p/*",))),
        ("s3://b/p*/", True, True, Group("s3://b/p*/", "s3://b/p*/", literal=True)),
    ],
)
def test_a_target_is_a_key_a_prefix_or_a_pattern(
    target: str, recursive: bool, literal: bool, group: Group
) -> None:
    assert groups_of([target], recursive=recursive, literal=literal) == [group]


@pytest.mark.parametrize(
    ("target", "recursive", "said"),
    [
        ("s3://b/p/", False, "is a prefix; use --recursive to delete all objects below it"),
        ("s3://b/p/*", False, "is a prefix; use --recursive"),
        ("s3://b", False, "is a prefix; use --recursive"),
        ("s3://b/p", True, "is a key, .*; end it with a slash to .*: s3://b/p/"),
        ("s3://b/p/*.csv", True, r"is a pattern, .* crosses levels with \*\*"),
        ("s3://b*/p/x", False, "in the bucket's name"),
        ("p/x", False, "is not a target"),
        ("s3://b/p*/", True, "ends with a slash, but a pattern is for keys"),
    ],
)
def test_what_is_not_clear_is_refused(target: str, recursive: bool, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        groups_of([target], recursive=recursive, literal=False)
