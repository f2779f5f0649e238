"""Packages of the local cloud's functions, unpacked once.

MiniStack unpacks a function and its layer, 2,000 files, for every execution environment. The
cloud's process calls this before it serves; then equal packages are unpacked once, and each
environment gets links to them.
"""

import hashlib
import tempfile
import threading
import zipfile
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Self

READ_ONLY = 0o444  # files, as on Lambda; directories stay writable, so that anyone can remove them
_ONE_AT_A_TIME = threading.Lock()


def unpack_once(runtime: ModuleType, directory: Path) -> None:
    """Replace ZipFile in MiniStack's runtime; raises AttributeError if it imports no zipfile."""
    replaced = {"ZipFile": partial(Package, directory)}
    vars(runtime)["zipfile"] = SimpleNamespace(**vars(runtime.zipfile) | replaced)


class Package:
    """As much of a ZipFile as the runtime uses; `directory` has what was unpacked before."""

    def __init__(self, directory: Path, archive: str) -> None:
        self._directory = directory
        self._archive = Path(archive)

    def __enter__(self) -> Self:
        with self._archive.open("rb") as opened:
            self._unpacked = self._directory / hashlib.file_digest(opened, "sha256").hexdigest()
        with _ONE_AT_A_TIME:
            if not self._unpacked.exists():
                _unpack(self._archive, self._unpacked)
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.unlink()  # the environment's own copy, 15 MB, which nothing reads again

    def namelist(self) -> list[str]:
        """Return the names that `extractall` makes: those at the top."""
        return [path.name for path in self._unpacked.iterdir()]

    def extractall(self, directory: str) -> None:
        """Link what was unpacked into the directory."""
        for name in self.namelist():
            Path(directory, name).symlink_to(self._unpacked / name)


def _unpack(archive: Path, directory: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        directory.parent.mkdir(exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=directory.parent))
        opened.extractall(unfinished)
    for path in unfinished.rglob("*"):
        if path.is_file():
            path.chmod(READ_ONLY)
    unfinished.rename(directory)
