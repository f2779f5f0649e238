"""Writes a profile: replaces one section of the file, and keeps all other lines."""

import configparser
import re
from collections.abc import Mapping
from pathlib import Path

from s3vend.cli.terminal.refusal import Refusal
from s3vend.files.paths import private_directory

_SECTION = re.compile(r"\s*\[([^\]]*)\]")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


def write_profile(path: Path, name: str, members: Mapping[str, str]) -> None:
    """Write the profile to the file, which only this user can read and write.

    Raises:
        Refusal: a name or a value is invalid, or the file cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise Refusal(
            f"{name!r} is not a valid profile name; use up to 64 letters, digits, '.', '_' and '-'"
        )
    for member, value in members.items():
        if not value.isprintable() or value != value.strip() or not value:
            raise Refusal(
                f"{member} cannot be {value!r}; it must not be empty, or have control characters "
                "or spaces around it"
            )
    try:
        with private_directory(path.parent, make=True) as directory:
            old = directory.read(path.name).decode() if directory.has(path.name) else ""
            _check_readable(old, path)
            directory.write(path.name, replace_section(old, name, members).encode())
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise Refusal(f"{path} cannot be written: {reason}") from None


def replace_section(old: str, name: str, members: Mapping[str, str]) -> str:
    """Return the text with this section, in place of an existing one with the same name."""
    section = [f"[{name}]", *(f"{member} = {value}" for member, value in members.items())]
    before, after, inside, found = list[str](), list[str](), False, False
    for line in old.splitlines():
        if heading := _SECTION.match(line):
            inside = heading[1] == name
            found = found or inside
        if not inside:
            (after if found else before).append(line)
    while before and not before[-1].strip():
        before.pop()
    while after and not after[0].strip():
        after.pop(0)
    parts = [part for part in (before, section, after) if part]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _check_readable(text: str, path: Path) -> None:
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read_string(text)
    except configparser.Error as error:
        reason = str(error).splitlines()[0]
        raise Refusal(
            f"{path} is not a valid profiles file, and was not changed: {reason}"
        ) from None
