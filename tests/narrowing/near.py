"""Keys and list prefixes near those that a session covers: within, beside, above, spelled alike."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote, unquote

from tests.narrowing.cases import Case

KEY_BYTES = 1024
FORMS: Final = ("NFC", "NFD", "NFKC", "NFKD")
# What else a wildcard would match, and how else a special character is spelled.
PLAIN = {"*": ("", "x", "x/y"), "?": ("", "x", "/"), "$": ("", "x"), "{": ("",), "\\": ("/", "")}


def near(case: Case, regions: Sequence[tuple[str, bool]], values: Mapping[str, str]) -> list[str]:
    """Each once, in a fixed order; ``values`` are those of IAM's variables."""
    found: dict[str, None] = {}
    for key, _ in dict.fromkeys([*regions, case.filled, *case.targets]):
        found |= dict.fromkeys(_around(key, values))
    return [key for key in found if key and len(key.encode(errors="replace")) <= KEY_BYTES]


def _around(key: str, values: Mapping[str, str]) -> Iterator[str]:
    yield from _neighbours(key)
    yield from _other_spellings(key, values)
    for position, character in list(enumerate(key))[:40]:
        for other in PLAIN.get(character, ()):
            yield key[:position] + other + key[position + 1 :]
    for position in {0, len(key) // 2, len(key) - 2, len(key) - 1} & set(range(len(key))):
        yield key[:position] + key[position + 1 :]
        yield key[:position] + "x" + key[position:]
        yield key[:position] + key[position].swapcase() + key[position + 1 :]


def _neighbours(key: str) -> Iterator[str]:
    yield from (key, key + "x", key + "x/y", key + "/", key + "*", key + "?", key + "\n", key + " ")
    yield from (key + "../x", key + "日/é", "/" + key, "x" + key, "x/" + key, "./" + key, key * 2)
    yield from (
        key.rstrip("/"),
        key.rstrip("/") + "x",
        key.rstrip("/") + "0/x",
        key[:-1] + "-private/x",
    )
    parts = key.rstrip("/").split("/")
    for count in range(len(parts)):
        above = "".join(part + "/" for part in parts[:count])
        yield from (above, above + "x", above + "x/y", above.rstrip("/"), above + "*", above + "/x")
    yield from (key.replace("/", "//"), key.replace("//", "/"), key.replace("/", "\\"))
    room = KEY_BYTES - len(key.encode())
    yield key + "x" * room
    yield key + "é" * (room // 2)


def _other_spellings(key: str, values: Mapping[str, str]) -> Iterator[str]:
    yield from (key.upper(), key.lower(), key.casefold(), key.title())
    yield from (unicodedata.normalize(form, key) for form in FORMS)
    yield from (quote(key), quote(key, safe=""), unquote(key), quote(quote(key)))
    yield from (key.replace(" ", "+"), key.replace("+", " "), key.replace("/", "%2F"))
    yield from (re.sub(r"([*?$])", r"${\1}", key), re.sub(r"\$\{([*?$])\}", r"\1", key))
    yield re.sub(r"([*?$])", r"\\\1", key)
    yield re.sub(r"\$\{([^}]*)\}", lambda found: values.get(found[1], found[0]), key)
    yield re.sub(r"\$\{[^}]*\}", "", key)
    yield key.encode("unicode_escape").decode()
    yield key.encode("ascii", "ignore").decode()
    yield key.encode("ascii", "replace").decode()
