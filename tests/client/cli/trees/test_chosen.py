"""Whether a command line of `cp` means one file or many."""

from pathlib import Path

import pytest

from s3vend.cli.terminal.refusal import Refusal
from s3vend.cli.trees.chosen import Chosen


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dir").mkdir()
    (tmp_path / "a.csv").write_text("x")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "recursive", "is_many"),
    [
        ("a.csv s3://b/k", False, False),
        ("a.csv s3://b/k/", True, False),
        ("- s3://b/k", False, False),
        ("s3://b/k .", False, False),
        ("s3://b/k .", True, True),
        ("s3://b/a*b file", False, False),
        ("s3://b/a*b dir", False, True),
        ("s3://b/p/*.csv new/", False, True),
        ("s3://b/p/ new", True, True),
        ("s3://b/p/* new", True, True),
        ("s3://b new", True, True),
        ("dir s3://b/k", True, True),
        ("a.csv b.csv s3://b/k/", False, True),
    ],
)
def test_many_are_several_sources_trees_and_patterns(
    words: str, recursive: bool, is_many: bool
) -> None:
    *sources, destination = words.split()
    chosen = Chosen(sources, destination, recursive)
    assert chosen.is_many is is_many
    if is_many:
        chosen.check()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "recursive", "reason"),
    [
        ("dir s3://b/k/", False, "dir is a directory; use -r"),
        ("s3://b/p/ .", False, "s3://b/p/ is a prefix; use -r"),
        ("s3://b .", False, "s3://b is a prefix; use -r"),
        ("a.csv - s3://b/k/", False, "- is one file"),
        ("dir -", True, "- is one file"),
        ("a.csv b.csv s3://b/k", False, "end it with a slash: s3://b/k/"),
        ("s3://b/20* new", False, "end it with a slash: new/"),
        ("s3://b/20* -", False, "- is one file"),
        ("s3://b/a s3://b/c new", False, "end it with a slash: new/"),
    ],
)
def test_what_is_not_copied_together_is_refused(words: str, recursive: bool, reason: str) -> None:
    *sources, destination = words.split()
    chosen = Chosen(sources, destination, recursive)
    assert chosen.is_many
    with pytest.raises(Refusal, match=reason):
        chosen.check()
