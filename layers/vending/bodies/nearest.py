"""Finds the member that an unknown one was probably meant to be, for ``parse``."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import get_args

from vending.bodies.body import Body

CLOSE = 0.75  # as difflib counts: 1 is the same name
SHORTEST = 3  # characters of a beginning that stands for one name
LONGEST = 100  # characters; no member's name has as many, and comparing takes their square

type Path = tuple[int | str, ...]


def nearest_member(body: type[Body], path: Path) -> str | None:
    """Return the known member that is closest to the unknown one at ``path``; None if none is.

    Capitals, ``_`` and ``-`` make no difference.
    """
    bodies = {body}
    for part in path[:-1]:
        bodies = _inside(bodies, part)
    unknown = str(path[-1])
    if len(unknown) > LONGEST:
        return None
    known = {_plain(name): name for one in bodies for name in _members(one)}
    plain = _plain(unknown)
    longer = [name for name in known if len(plain) >= SHORTEST and name.startswith(plain)]
    found = get_close_matches(plain, sorted(known), n=1, cutoff=CLOSE) or longer
    return known[found[0]] if len(found) == 1 else None


def _members(body: type[Body]) -> list[str]:
    return [str(field.alias) for field in body.model_fields.values()]


def _plain(name: str) -> str:
    return re.sub("[-_ ]", "", name).lower()


def _inside(bodies: set[type[Body]], part: int | str) -> set[type[Body]]:
    """The bodies at one more step of a path: a member, a place in a list, or a chosen variant."""
    fields = [field for one in bodies for field in one.model_fields.values()]
    if inner := {
        one for field in fields if field.alias == part for one in _bodies_in(field.annotation)
    }:
        return inner
    return {one for one in bodies if _is_chosen(one, part)} or bodies


def _is_chosen(body: type[Body], part: int | str) -> bool:
    """Whether ``part`` is the value of a member by which pydantic chose this body in a union."""
    return any(part in get_args(field.annotation) for field in body.model_fields.values())


def _bodies_in(hint: object) -> Iterator[type[Body]]:
    if isinstance(hint, type) and issubclass(hint, Body):
        yield hint
    for one in get_args(hint) or get_args(getattr(hint, "__value__", None)):
        yield from _bodies_in(one)
