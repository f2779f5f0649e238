"""Reads Content-Type (RFC 9110, 8.3) and Content-Disposition (RFC 6266 and 8187) of a body."""

import re
from collections.abc import Iterator

from vending.bodies.fields import text

TYPE_CHARACTERS, DISPOSITION_CHARACTERS = 512, 2048  # of a whole value
PARAMETERS = 10

_TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]+"  # noqa: S105 - an RFC 9110 token, not a secret
_QUOTED = r'"(?:[ !#-\[\]-~]|\\[ -~])*"'  # printable ASCII: nothing ends a header within it
_SPACE = "[ \t]*"
_PARAMETER = rf"{_SPACE};{_SPACE}({_TOKEN})({_SPACE}={_SPACE})({_TOKEN}|{_QUOTED})"
PARAMETER_PATTERN = rf"({_PARAMETER})*"
_NAME = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"  # RFC 6838: no '*', which would be a pattern
TYPE = rf"{_NAME}/{_NAME}"
DISPOSITION = "[Aa][Tt]{2}[Aa][Cc][Hh][Mm][Ee][Nn][Tt]|[Ii][Nn][Ll][Ii][Nn][Ee]"
_EXTENDED = r"(?i:UTF-8'[A-Za-z0-9-]{0,35}'((?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-Fa-f]{2})+))"
_PERCENT = b"%([0-9A-Fa-f]{2})"
_CONTROL = r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"


def content_type(value: object) -> str:
    """Read a content type with any parameters; the space around ``;`` becomes one after it."""
    words = (
        f"must be a content type of at most {TYPE_CHARACTERS} characters, such as text/csv or "
        'text/plain; charset="utf-8"'
    )
    return _read(text(value), TYPE, TYPE_CHARACTERS, words, spaced=False)


def disposition(value: object) -> str:
    """Read a content disposition; ``filename*`` may have any name in UTF-8."""
    words = (
        f"must be attachment or inline with at most {DISPOSITION_CHARACTERS} characters, such as "
        "attachment; filename=\"a.csv\"; filename*=UTF-8''%E2%82%AC.csv; only filename* takes "
        "characters beyond ASCII, percent-encoded"
    )
    return _read(text(value), DISPOSITION, DISPOSITION_CHARACTERS, words, spaced=True)


def _read(value: str, start: str, most: int, words: str, *, spaced: bool) -> str:
    first = re.match(start, value)
    if not first or len(value) > most:
        raise ValueError(words)
    parameters = list(_parameters(value, first.end(), words, spaced=spaced))
    names = [name.lower() for name, _ in parameters]
    if len(set(names)) != len(names) or len(names) > PARAMETERS:
        raise ValueError(f"must have at most {PARAMETERS} parameters, each with a name of its own")
    return "; ".join([first[0], *(f"{name}={given}" for name, given in parameters)])


def _parameters(value: str, at: int, words: str, *, spaced: bool) -> Iterator[tuple[str, str]]:
    """Yield each parameter; with ``spaced``, there may be space around its ``=``."""
    parameter = re.compile(_PARAMETER)
    while at < len(value):
        match = parameter.match(value, at)
        if not match or not (spaced or match[2] == "="):
            raise ValueError(words)
        if match[1].endswith("*") and not _is_extended(match[3]):
            raise ValueError(words)
        yield match[1], match[3]
        at = match.end()


def _is_extended(value: str) -> bool:
    """Whether it is an RFC 8187 value: text in UTF-8 without control characters."""
    if not (match := re.fullmatch(_EXTENDED, value)):
        return False
    try:
        decoded = re.sub(_PERCENT, lambda byte: bytes.fromhex(byte[1].decode()), match[1].encode())
        return not re.search(_CONTROL, decoded.decode())
    except UnicodeDecodeError:
        return False
