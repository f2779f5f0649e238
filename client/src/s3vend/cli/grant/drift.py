"""Finds what is on the service and not in the file; `plan` and `apply` leave that as it is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from s3vend.cli.grant.difference import first_names
from s3vend.service.pages import pages

if TYPE_CHECKING:
    from s3vend.cli.grant.document import Document
    from s3vend.service.connect import Service

LISTS = {"locations": "scope", "issuers": "issuer", "grants": "id"}  # and the member that names one

Drift = Mapping[str, Sequence[str]]  # names of entries, by list


def find_drift(service: "Service", document: "Document") -> Drift:
    """Return the names of the entries that the lists of an accepted file do not have.

    A list that the file does not have at all is left aside, as --prune leaves it aside.
    """
    return {
        name: missing
        for name, member in LISTS.items()
        if name in document.members
        and (missing := list(_missing(service, name, member, document.members[name])))
    }


def drift_lines(drift: Drift) -> Iterator[str]:
    """Yield a line for each list."""
    for name, missing in drift.items():
        word, them = (name, "them") if len(missing) > 1 else (name.removesuffix("s"), "it")
        yield (
            f"Not in the file: {len(missing)} {word} on the service ({first_names(missing)}); "
            f"--prune would remove {them}."
        )


def _missing(
    service: "Service", name: str, member: str, entries: Sequence[Mapping[str, str]]
) -> Iterator[str]:
    named = {entry[member] for entry in entries}
    for stored in pages(service, f"/admin/{name}", name):
        if stored[member] not in named:
            yield stored[member]
