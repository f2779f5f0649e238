"""The output of changes for people: added, changed and removed entries, line by line."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from s3vend.cli.terminal.text import Painted, as_text, put_text

SIGNS = {"add": ("+", "green"), "change": ("~", "yellow"), "remove": ("-", "red")}
WORDS = {"add": "to add", "change": "to change", "remove": "to remove"}
Change = Mapping[str, Any]
STAYS = "stays valid until it expires or is revoked"
LISTED = 5  # names in a line


def put_changes(changes: Sequence[Change], where: Mapping[int, str]) -> None:
    """Write each change with its members; ``where`` maps positions of changes to file and line."""
    for position, change in enumerate(changes):
        sign, colour = SIGNS.get(change["action"], ("?", "yellow"))
        title = f"{sign} {change['kind']} {change['id']}{owner_of(change)}"
        put_text(Painted(title, colour), Painted(where.get(position, ""), "dim"), hang=2)
        for line, kind in _members(change.get("before") or {}, change.get("after") or {}):
            put_text("    ", Painted(line, SIGNS[kind][1]) if kind else line, hang=6)
        if offered := revocations_of(change):
            put_text(f"    what was vended {_under(change, offered)} {STAYS}", hang=6)
        for role in change.get("notCovered", ()):
            put_text(f"    sessions of {role['roleArn']} cannot be revoked; they expire", hang=6)


def owner_of(change: Change) -> str:
    """Return in words who owns what changes; empty if it has no owner."""
    entries = [change.get("before") or {}, change.get("after") or {}]
    owners = dict.fromkeys(str(one["owner"]) for one in entries if "owner" in one)
    return f" ({' -> '.join(owners)})" if owners else ""


def revocations_of(change: Change) -> "list[Mapping[str, Any]]":
    """Return the revocations that a change offers, ready to send."""
    own = change.get("revocation")
    return [*([own] if own else []), *change.get("revocations", ())]


def grants_in(revocations: "Sequence[Mapping[str, Any]]") -> str:
    """Return whose sessions these end, in words; a long list is cut."""
    if any(one.get("all") for one in revocations):
        return "all grants"
    return first_names([str(one["grantId"]) for one in revocations])


def first_names(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


def _under(change: Change, offered: "Sequence[Mapping[str, Any]]") -> str:
    return "under it" if change.get("revocation") else f"under {grants_in(offered)}"


def _members(before: Change, after: Change) -> Iterator[tuple[str, str | None]]:
    """Yield a line for each member, with its action; None in an added or removed entry."""
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if not before or not after:
            yield f"{name}: {as_text(new if after else old)}", None
        elif old != new:
            texts = {"add": f"{name}: {_as_json(new)}", "remove": f"{name}: {_as_json(old)}"}
            if name in before and name in after:
                yield f"~ {name}: {_as_json(old)} -> {_as_json(new)}", "change"
            else:
                kind = "add" if name in after else "remove"
                yield f"{SIGNS[kind][0]} {texts[kind]}", kind


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def summary(
    changes: Sequence[Change], revision: object, counts: "Mapping[str, int] | None" = None
) -> str:
    """Return the number of additions, changes and removals as one line.

    ``counts`` are those by action, if not all changes are here.
    """
    if not changes:
        return f"Nothing to apply: everything in the file is in place (revision {revision})."
    actions = Counter(change["action"] for change in changes) if counts is None else counts
    text = ", ".join(f"{actions.get(action, 0)} {word}" for action, word in WORDS.items())
    return f"{text} (revision {revision})."
