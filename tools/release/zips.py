"""Writes zip files that are equal wherever and whenever they are made of equal files.

Names are sorted, modes are 644 and 755, and there are no times. What is compressed also depends on
the zlib of the Python that runs this, which the provenance names.
"""

import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

TIME = (1980, 1, 1, 0, 0, 0)  # the earliest of a zip: a release without a change has equal zips
_UNIX, _EXECUTABLE = 3, 0o100


def entries(directory: Path) -> dict[str, Path]:
    """Return the files below a directory by their names; raises ValueError for what is no file."""
    found = {}
    for path in directory.rglob("*"):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise ValueError(f"{path} is neither a file nor a directory")
        if path.is_file():
            found[path.relative_to(directory).as_posix()] = path
    return found


def write(to: Path, files: Mapping[str, Path]) -> None:
    """Write a zip of these files, by their names in it."""
    with zipfile.ZipFile(to, "x") as archive:
        for name in sorted(files):
            mode = 0o755 if files[name].stat().st_mode & _EXECUTABLE else 0o644
            entry = zipfile.ZipInfo(name, TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = (stat.S_IFREG | mode) << 16
            archive.writestr(entry, files[name].read_bytes())
