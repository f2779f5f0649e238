"""The types of members about shares: how long they live, and what an opener is shown."""

import re
import unicodedata
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator

from vending.bodies.described_fields import HIDDEN
from vending.bodies.fields import text
from vending.grants.sharing import LONGEST, SEEN_LEAST, SHORTEST

LABEL, SENDER, FILE_NAME = 200, 100, 200  # characters
PASSWORD_BYTES = 128  # in UTF-8, after normalising
MOST_USES = 1_000_000
SPAN = "([1-9][0-9]{0,6})(s|m|h|d)"

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600}
_NOT_SHOWN = re.compile(rf"[{HIDDEN}\ud800-\udfff\U000e0000-\U0010ffff]")
_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|]')  # characters that some systems do not take in a name


def _span(value: object) -> object:
    """Convert text such as ``7d`` to seconds; the next validator checks any other value."""
    if isinstance(value, str):
        if not (match := re.fullmatch(SPAN, value)):
            raise ValueError("must be a number of seconds, or text such as 30m, 12h or 7d")
        return int(match[1]) * _SECONDS[match[2]]
    return value


def is_shown(value: str, most: int) -> bool:
    """Whether it is one line of 1 to ``most`` characters that all can be seen."""
    return 1 <= len(value) <= most and value == value.strip() and not _NOT_SHOWN.search(value)


def _shown(most: int) -> PlainValidator:
    def read(value: object) -> str:
        if not is_shown(shown := text(value), most):
            raise ValueError(
                f"must be 1 to {most} printable characters in one line, without a space at its ends"
            )
        return shown

    return PlainValidator(read)


def is_file_name(name: str) -> bool:
    """Whether every system can save a file under this name."""
    return is_shown(name, FILE_NAME) and not _NOT_IN_NAMES.search(name) and name[0] != "."


def _file_name(value: object) -> str:
    if not is_file_name(name := text(value)):
        raise ValueError(
            f"must be the name of a file: 1 to {FILE_NAME} printable characters without a folder, "
            "without any of \\ / : * ? \" < > | and without a '.' at its start"
        )
    return name


def normalised(password: str) -> bytes:
    """The bytes of a password, the same however a keyboard composes its characters."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _password(value: object) -> str:
    password = text(value)
    plain = password.isprintable() and not re.search("[\ud800-\udfff]", password)
    if not plain or not 1 <= len(normalised(password)) <= PASSWORD_BYTES:
        raise ValueError(f"must be 1 to {PASSWORD_BYTES} bytes of printable characters")
    return password


ShareSeconds = Annotated[int, BeforeValidator(_span), Field(ge=SHORTEST, le=LONGEST)]
SeenSeconds = Annotated[int, BeforeValidator(_span), Field(ge=SEEN_LEAST, le=LONGEST)]
Label = Annotated[str, _shown(LABEL)]
Sender = Annotated[str, _shown(SENDER)]
FileName = Annotated[str, PlainValidator(_file_name)]
Password = Annotated[str, PlainValidator(_password)]
Uses = Annotated[int, Field(ge=1, le=MOST_USES)]
