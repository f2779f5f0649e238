"""Writes a document as YAML that a person would have written, and that parsers do not differ on.

Text is in double quotes unless every parser reads it as this text without them.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from s3vend.cli.grant.document import reads_as_text
from s3vend.printable import is_shown

WIDTH = 88  # columns; a longer list or mapping has a line for each of its members
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
# Text that is the same within a line's brackets: no space, no ':' and nothing that ends it.
_WORD = re.compile(r"[\w/$][\w./@+=$-]*")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}

Members = Mapping[str, Any]


def yaml_lines(document: Members, *, is_ascii: bool = False) -> Iterator[str]:
    """Return the lines of a document: its lists have a block for each entry.

    With ``is_ascii``, other characters are escaped.
    """
    return _members(document, partial(_text, is_ascii=is_ascii), "")


def _members(members: Members, write: Any, indent: str) -> Iterator[str]:
    for name, value in members.items():
        key = f"{indent}{write(name, is_inside=True)}:"
        line = f"{key} {_inline(value, write)}"
        if not value or not isinstance(value, (dict, list)) or _fits(value, line):
            yield line
        elif isinstance(value, dict):
            yield key
            yield from _members(value, write, f"{indent}  ")
        else:
            yield key
            for one in value:
                yield from _item(one, write, f"{indent}  ")


def _item(value: object, write: Any, indent: str) -> Iterator[str]:
    """Yield the lines of an item of a list."""
    if not isinstance(value, dict) or not value:
        yield f"{indent}- {_inline(value, write)}"
        return
    for number, line in enumerate(_members(value, write, f"{indent}  ")):
        yield line if number else f"{indent}- {line[len(indent) + 2 :]}"


def _fits(value: "Members | Sequence[object]", line: str) -> bool:
    """Whether a list or a mapping is written in its line: it is short, and has no other inside."""
    inner = value.values() if isinstance(value, Mapping) else value
    return len(line) <= WIDTH and not any(isinstance(one, (dict, list)) for one in inner)


def _inline(value: object, write: Any, *, is_inside: bool = False) -> str:
    if isinstance(value, str):
        return str(write(value, is_inside=is_inside))
    if isinstance(value, dict):
        listed = [f"{write(k, is_inside=True)}: {_inner(v, write)}" for k, v in value.items()]
        return f"{{{', '.join(listed)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_inner(one, write) for one in value)}]"
    return json.dumps(value)  # a number, true, false


def _inner(value: object, write: Any) -> str:
    return _inline(value, write, is_inside=True)


def _text(text: str, *, is_ascii: bool, is_inside: bool = False) -> str:
    """Return text as a scalar; ``is_inside`` brackets."""
    is_plain = _is_word(text) if is_inside else _is_word(text) or _is_phrase(text)
    if is_plain and (text.isascii() or not is_ascii):
        return text
    return f'"{"".join(_escaped(one, is_ascii=is_ascii) for one in text)}"'


def _is_word(text: str) -> bool:
    return bool(_WORD.fullmatch(text)) and _is_text(text)


def _is_phrase(text: str) -> bool:
    """Whether text is the same in a line of its own: it begins and ends no structure."""
    return (
        (text[:1].isalnum() or text[:1] in ("/", "_", "$"))
        and text == text.strip()
        and not text.endswith(":")
        and ": " not in text
        and " #" not in text
        and _is_text(text)
    )


def _is_text(text: str) -> bool:
    is_time = _TIME.fullmatch(text)
    return all(map(is_shown, text)) and (bool(is_time) or reads_as_text(text))


def _escaped(character: str, *, is_ascii: bool) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if is_shown(character) and (character.isascii() or not is_ascii):
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
