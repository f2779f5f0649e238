"""The file that a download goes to. Whoever wrote the object chose the name in its key."""

import os
import re
from pathlib import Path

from s3vend.errors import SettingsError

WINDOWS = os.name == "nt"
DEVICES = Path("/dev")  # /dev/stdout is a link there
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_NOT_ON_WINDOWS = re.compile('[<>:"|?*]')  # a colon also names a drive or a stream
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"}
)


def final_path(target: str, path: str | os.PathLike[str], *, windows: bool = WINDOWS) -> Path:
    """Return the file for a download of ``target`` to ``path``, a file or a directory.

    A ``path`` that ends with a slash is a directory.

    Raises:
        SettingsError: the path, or the name in the key, cannot be used.
    """
    try:
        if os.fspath(path).endswith(("/", os.sep)) and not Path(path).is_dir():
            raise SettingsError(f"The directory {path} does not exist. Create it first.")
        return _final_path(target, Path(path), windows=windows)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be used: {error.strerror}. Choose another path."
        ) from None


def _final_path(target: str, path: Path, *, windows: bool) -> Path:
    if not path.is_dir():
        if not path.parent.is_dir():
            raise SettingsError(f"The directory {path.parent} does not exist. Create it first.")
        if windows and (reason := windows_fault(path.name)):
            raise SettingsError(f"{path} cannot be a file's name: {reason}. Choose another name.")
    else:
        name = target.rpartition("/")[2]
        if reason := key_fault(name, windows=windows):
            raise SettingsError(
                f"{path} is a directory, and the end of {target!r} cannot be a file's name: "
                f"{reason}. Name the file."
            )
        path /= name
    if path.parent.resolve() == DEVICES:
        raise SettingsError(
            f"{path} is in the directory of devices, where the download would replace it for all "
            "programs. Choose another path; for stdout, use s3vend cp with -."
        )
    # A link is replaced by the file, wherever it leads.
    if not path.is_symlink() and path.exists() and not path.is_file():
        kind = "a directory" if path.is_dir() else "neither a file nor a directory"
        raise SettingsError(
            f"{path} is {kind}, and the download would replace it. Choose another path."
        )
    return path


def key_fault(name: str, *, windows: bool = WINDOWS) -> str | None:
    """Return why the end of a key cannot be a file's name, or a file's name the end of a key.

    What Windows reads as a path is refused everywhere, since files move between systems.
    """
    if name in ("", ".", ".."):
        return "it is empty" if not name else f"it is {name}"
    if "\\" in name:
        return "it contains a backslash, which is a separator on Windows"
    if _CONTROL.search(name):
        return "it contains control characters"
    return windows_fault(name) if windows else None


def windows_fault(name: str) -> str | None:
    """Return why Windows would not create a file with this name, but something else."""
    if match := _NOT_ON_WINDOWS.search(name):
        return f"it contains {match[0]}, which Windows does not allow"
    if name.endswith((".", " ")):
        return "it ends with a period or a space, which Windows removes"
    if name.partition(".")[0].rstrip(" ").upper() in _DEVICES:
        return "Windows reserves it for a device"
    return None
