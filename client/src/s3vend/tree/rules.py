"""What a file system does with names, as data, and why it cannot have a name.

Whoever wrote an object chose its key, which becomes the name of a file.
"""

import re
import sys
from typing import NamedTuple

_PLAIN = re.compile(r"[A-Za-z0-9_-](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_NOT_ON_WINDOWS = re.compile('[<>:"|?*]')  # a colon also names a drive or a stream
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"}
)


class Rules(NamedTuple):
    """What a file system allows in a name, and which names are one file to it."""

    windows: bool = False  # characters, endings and devices of Windows
    folds_case: bool = False  # A and a are one file
    folds_unicode: bool = False  # so are é as one character and as two
    most: int = 255  # units of a name
    unit: str = "utf-8"  # whose bytes are counted; on Windows and macOS characters of UTF-16


LINUX = Rules()
MACOS = Rules(folds_case=True, folds_unicode=True, unit="utf-16-le")
WINDOWS = Rules(windows=True, folds_case=True, unit="utf-16-le")
HERE = {"win32": WINDOWS, "darwin": MACOS}.get(sys.platform, LINUX)
_WIDTH = {"utf-8": 1, "utf-16-le": 2}  # bytes of a unit


def is_plain(name: str) -> bool:
    """Whether a name is as most are, and has nothing that a rule of any file system is about.

    On Windows, it may still be a device's.
    """
    return _PLAIN.fullmatch(name) is not None


def key_fault(name: str, *, windows: bool = HERE.windows) -> str | None:
    """Return why a segment of a key cannot be a file's name, or a file's name a segment of a key.

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


def length_fault(name: str, rules: Rules = HERE) -> str | None:
    """Return why a name is too long for the file system; None if it is not."""
    length = len(name.encode(rules.unit, "surrogatepass")) // _WIDTH[rules.unit]
    if length <= rules.most:
        return None
    counted = "bytes" if rules.unit == "utf-8" else "characters"
    return f"it has {length} {counted}, and the file system takes {rules.most}"
