"""The changes of `/admin/changes` for people: what comes, what goes, what becomes another."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from s3vend.cli.terminal.text import as_text, paint, printable, put

SIGNS = {"add": ("+", "green"), "change": ("~", "yellow"), "remove": ("-", "red")}
WORDS = {"add": "to add", "change": "to change", "remove": "to remove"}
Change = Mapping[str, Any]


def put_changes(changes: Sequence[Change], where: Mapping[int, str]) -> None:
    """Every change with its members; ``where`` says where the file has each, by its position."""
    for position, one in enumerate(changes):
        sign, colour = SIGNS.get(one["action"], ("?", "yellow"))
        title = f"{sign} {one['kind']} {printable(str(one['id']))}"
        put(f"{paint(title, colour)}{paint(where.get(position, ''), 'dim')}")
        for line, kind in _members(one.get("before") or {}, one.get("after") or {}):
            put(f"    {paint(line, SIGNS[kind][1]) if kind else line}")
        if one.get("revocation"):
            put("    what was handed out under it stays valid until it ends, or is revoked")


def _members(before: Change, after: Change) -> Iterator[tuple[str, str | None]]:
    """Lines, and the action that each is."""
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if not before or not after:
            yield f"{printable(name)}: {as_text(new if after else old)}", None
        elif old != new:
            said = {"add": f"{name}: {_as_json(new)}", "remove": f"{name}: {_as_json(old)}"}
            if name in before and name in after:
                yield f"~ {printable(name)}: {_as_json(old)} -> {_as_json(new)}", "change"
            else:
                kind = "add" if name in after else "remove"
                yield f"{SIGNS[kind][0]} {said[kind]}", kind


def _as_json(value: object) -> str:
    return printable(json.dumps(value, ensure_ascii=False))


def summary(changes: Sequence[Change], revision: object) -> str:
    """How many of each, in a line."""
    if not changes:
        return f"No changes: what is granted is what the file says (revision {revision})."
    counts = [(sum(one["action"] == action for one in changes), WORDS[action]) for action in WORDS]
    said = ", ".join(f"{count} {word}" for count, word in counts)
    return f"{said} (revision {revision})."
