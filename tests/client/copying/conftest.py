"""A bucket behind a service, and trees of files."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from s3vend.service.connect import Service
from tests.client.conftest import Serve
from tests.client.shelf import Shelf, serving_shelf

OLD = 1_600_000_000  # before `MODIFIED` of the bucket, in seconds since 1970
NEWER = 2_000_000_000
Write = Callable[..., Path]


@pytest.fixture
def shelf() -> Shelf:
    """The bucket."""
    return Shelf()


@pytest.fixture
def service(alone: pytest.MonkeyPatch, shelf: Shelf, serve: Serve) -> Service:
    """The service through which the bucket is used."""
    del alone
    return serving_shelf(shelf, serve)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A directory with files in three levels."""
    root = tmp_path / "tree"
    for name in ("a.csv", "b/c.csv", "b/d/e.csv", "b-c.csv"):
        write(root / name, f"content of {name}")
    return root


def write(path: Path, text: str, when: int = OLD) -> Path:
    """Write a file as of some time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (when, when))
    return path


def contents(root: Path) -> "dict[str, str]":
    """The files below a directory, by their relative paths."""
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
