"""JSON (RFC 8259) read once; duplicate members, ``null`` and ``NaN`` are faults at their place."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vending.errors import Fault, InvalidRequest

MEMBERS = 100  # of one object; no body has as many, and each would be a fault to report
NAME_CHARACTERS = 100  # of a member, in a pointer


@dataclass(frozen=True, slots=True)
class _NotJson:
    name: str  # NaN, Infinity, -Infinity


def read_strictly(text: str) -> tuple[object, list[Fault]]:
    """The document, and the faults that have a place in it.

    Raises:
        InvalidRequest: not JSON, nested too deeply, or an object with too many members.
    """
    odd: list[object] = []
    twice: dict[int, str] = {}

    def members(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(pairs) > MEMBERS:
            raise InvalidRequest(
                f"An object has {len(pairs)} members; none here has over {MEMBERS}."
            )
        made = dict(pairs)
        if len(made) != len(pairs):
            names = [name for name, _ in pairs]
            twice[id(made)] = next(name for name in names if names.count(name) > 1)
            odd.append(made)  # keeps it, and so its id
        return made

    def constant(name: str) -> _NotJson:
        odd.append(name)
        return _NotJson(name)

    try:
        document = json.loads(text, object_pairs_hook=members, parse_constant=constant)
    except json.JSONDecodeError as error:
        detail = f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise InvalidRequest(detail) from None
    except (RecursionError, ValueError):
        raise InvalidRequest("The body is nested too deeply, or has too long a number.") from None
    return document, list(_faults(document, twice)) if odd or "null" in text else []


def pointer(path: tuple[int | str, ...]) -> str:
    """The JSON pointer (RFC 6901) of a member; very long names are cut."""
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
                yield Fault(pointer((*path, twice[id(value)])), "is there twice")
            pending += [((*path, name), inner) for name, inner in reversed(value.items())]
        elif isinstance(value, list):
            pending += [((*path, place), value[place]) for place in reversed(range(len(value)))]
