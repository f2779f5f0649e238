"""Where a copy goes: the key of an upload, the file of a download. A slash at the end: below it."""

import os
import re
from contextlib import suppress
from pathlib import Path

from s3vend.errors import SettingsError
from s3vend.tree.rules import HERE, key_fault, windows_fault

DEVICES = Path("/dev")  # /dev/stdout is a link there
_BUCKET = re.compile(r"s3://[^/]+")


def check_target(target: object) -> None:
    """Check that a target of `upload` or `download` is one, and not the file.

    Raises:
        SettingsError: it does not begin with `s3://`.
    """
    if not str(target).startswith("s3://"):
        raise SettingsError(
            f"{str(target)!r} is not a target; use s3://bucket/key. upload takes a file and a "
            "target, download takes a target and a file."
        )


def upload_target(path: str | os.PathLike[str], target: str) -> str:
    """Return the key for an upload of ``path`` to ``target``, as `s3://bucket/key`.

    Below a prefix (`s3://bucket/dir/`), or in a bucket (`s3://bucket`), the file's name ends the
    key.

    Raises:
        SettingsError: the file has no name, or its name cannot be the end of a key.
    """
    prefix = f"{target}/" if _BUCKET.fullmatch(target) else target
    if not prefix.endswith("/"):
        return target
    name = Path(path).name
    if reason := key_fault(name):
        raise SettingsError(
            f"{target} is a prefix, and {name!r}, the name of the file, cannot be the end of a "
            f"key: {reason}; name the key, such as {prefix}name"
        )
    return prefix + name


def download_path(
    target: str, path: str | os.PathLike[str], *, windows: bool = HERE.windows
) -> Path:
    """Return the file for a download of ``target`` to ``path``, a file or a directory.

    In a directory the file is called as the last part of the key. A ``path`` that ends with a
    slash is a directory, which the download creates if it is missing.

    Raises:
        SettingsError: the path, or the name in the key, cannot be used.
    """
    try:
        return _download_path(target, os.fspath(path), windows=windows)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be used: {error.strerror}. Choose another path."
        ) from None


def _download_path(target: str, text: str, *, windows: bool) -> Path:
    path = Path(text)
    if not text:
        raise SettingsError("The path is empty. Name a file or a directory; . is this directory.")
    if path.is_dir() or re.split(r"[/\\]" if windows else "/", text)[-1] in ("", "."):
        _check_directory(path, windows=windows)
        path /= _name_in(path, target, windows=windows)
    elif not path.parent.is_dir():
        raise SettingsError(
            f"The directory {path.parent} does not exist. Create it first, or end the path with a "
            "slash if it is a directory."
        )
    elif windows and (reason := windows_fault(path.name)):
        raise SettingsError(f"{path} cannot be a file's name: {reason}. Choose another name.")
    _check_no_device(path, path.parent)
    with suppress(FileNotFoundError):  # its directory may be missing too
        path.lstat()  # such as a name that is too long
    # A link is replaced by the file, wherever it leads.
    if not path.is_symlink() and path.exists() and not path.is_file():
        kind = "a directory" if path.is_dir() else "neither a file nor a directory"
        raise SettingsError(
            f"{path} is {kind}, and the download would replace it. Choose another path."
        )
    return path


def _check_directory(path: Path, *, windows: bool) -> None:
    """Raise `SettingsError` unless it is a directory, or one can be created there."""
    for place in (path, *path.parents):
        if place.is_dir():
            return _check_no_device(path, place) if place != path else None
        if place.is_symlink() or place.exists():
            raise SettingsError(
                f"{place} is not a directory, as the slash after it says. Choose another path."
            )
        if windows and (reason := windows_fault(place.name)):
            raise SettingsError(f"{place} cannot be a directory's name: {reason}.")
    return None


def _name_in(path: Path, target: str, *, windows: bool) -> str:
    name = target.rpartition("/")[2]
    if reason := key_fault(name, windows=windows):
        raise SettingsError(
            f"{path} is a directory, and the end of {target!r} cannot be a file's name: "
            f"{reason}. Name the file."
        )
    return name


def _check_no_device(path: Path, directory: Path) -> None:
    if directory.resolve() == DEVICES:
        raise SettingsError(
            f"{path} is in the directory of devices, where the download would replace it for all "
            "programs. Choose another path; for stdout, use s3vend cp with -."
        )
