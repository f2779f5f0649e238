"""Reads JSON (RFC 8259) strictly: duplicate members, ``null`` and ``NaN`` are faults."""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from vending.errors import Fault, InvalidRequest

MEMBERS = 100  # of one object; no body has as many, and each unknown member is one more fault
NAME_CHARACTERS = 100  # of a member's name in a pointer


class _NotJson(NamedTuple):
    name: str  # NaN, Infinity, -Infinity


def read_strictly(text: str) -> tuple[object, list[Fault]]:
    """Return the document, and the faults that a JSON pointer can name.

    Raises:
        InvalidRequest: it is not JSON, nested too deeply, or an object has too many members.
    """
    odd: list[object] = []
    twice: dict[int, str] = {}

    def read_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(pairs) > MEMBERS:
            raise InvalidRequest(f"An object has {len(pairs)} members; the limit is {MEMBERS}.")
        members = dict(pairs)
        if len(members) != len(pairs):
            names = [name for name, _ in pairs]
            twice[id(members)] = next(name for name in names if names.count(name) > 1)
            odd.append(members)  # keeps the object alive, so that no other gets its id
        return members

    def read_constant(name: str) -> _NotJson:
        odd.append(name)
        return _NotJson(name)

    try:
        document = json.loads(text, object_pairs_hook=read_object, parse_constant=read_constant)
    except json.JSONDecodeError as error:
        detail = f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise InvalidRequest(detail) from None
    except (RecursionError, ValueError):
        raise InvalidRequest(
            "The body is nested too deeply, or contains too long a number."
        ) from None
    return document, list(_faults(document, twice)) if odd or "null" in text else []


def pointer(path: tuple[int | str, ...]) -> str:
    """Return the JSON pointer (RFC 6901) of a member; long names are cut."""
    return "".join(
        f"/{str(part)[:NAME_CHARACTERS].replace('~', '~0').replace('/', '~1')}" for part in path
    )


def _faults(document: object, twice: Mapping[int, str]) -> Iterator[Fault]:
    pending: list[tuple[tuple[int | str, ...], object]] = [((), document)]
    while pending:
        path, value = pending.pop()
        if value is None and path:
            yield Fault(pointer(path), "is null; leave it out instead")
        elif isinstance(value, _NotJson):
            yield Fault(pointer(path), f"{value.name} is not JSON")
        elif isinstance(value, dict):
            if id(value) in twice:
                yield Fault(pointer((*path, twice[id(value)])), "appears twice")
            pending += [((*path, name), inner) for name, inner in reversed(value.items())]
        elif isinstance(value, list):
            pending += [((*path, index), value[index]) for index in reversed(range(len(value)))]
