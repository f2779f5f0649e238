"""Finds what is on the service and not in the file; `plan` and `apply` leave that as it is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from s3vend.cli.grant.difference import first_names
from s3vend.cli.terminal.ending import say
from s3vend.service.pages import pages

if TYPE_CHECKING:
    from s3vend.cli.grant.document import Document
    from s3vend.service.connect import Service

# Each with the member that names an entry.
LISTS = {"locations": "scope", "issuers": "issuer", "grants": "id", "tests": "id"}

Drift = Mapping[str, Sequence[str]]  # names of entries, by list


def find_drift(service: "Service", document: "Document") -> Drift:
    """Return the names of the entries that the lists of an accepted file do not have.

    A list that the file does not have at all is left aside, as --prune leaves it aside.
    """
    return {
        name: missing
        for name in LISTS
        if name in document.members and (missing := list(_missing(service, name, document.members)))
    }


def drift_lines(drift: Drift, owner: str | None) -> Iterator[str]:
    """Yield a line for each list; ``owner`` is the one to whom the document is limited."""
    for name, missing in drift.items():
        word, them = (name, "them") if len(missing) > 1 else (name.removesuffix("s"), "it")
        yield (
            f"Not in the file: {len(missing)} {word}{of_owner(owner)} on the service "
            f"({first_names(missing)}); --prune would remove {them}."
        )


def say_emptied(document: "Document", changes: Sequence[Mapping[str, str]]) -> None:
    """Say for each empty list of the file how much --prune removes by it: whatever there is."""
    for name in LISTS:
        word = name.removesuffix("s")
        removed = [one for one in changes if (one["action"], one["kind"]) == ("remove", word)]
        if document.members.get(name) == [] and removed:
            say(
                f"the list {name!r} of the file is empty: --prune removes every {word}"
                f"{of_owner(document.members.get('owner'))} on the service ({len(removed)})"
            )


def of_owner(owner: str | None) -> str:
    """Return whose, in words."""
    return f" of {owner}" if owner else ""


def _missing(service: "Service", name: str, members: Mapping[str, Any]) -> Iterator[str]:
    member, owner = LISTS[name], members.get("owner")
    named = {entry[member] for entry in members[name]}
    for stored in pages(service, f"/admin/{name}", name):
        if stored[member] not in named and owner in (None, stored.get("owner")):
            yield stored[member]
