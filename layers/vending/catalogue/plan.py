"""Plans the changes that make the catalogue equal to a document, or lists its faults."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from vending.catalogue.changes import Change, Entry, Kind
from vending.catalogue.checks import CHECKS
from vending.catalogue.proposal import Proposal, Setting, Stored
from vending.documents.document import ChangesRequest
from vending.errors import InvalidRequest


def plan(request: ChangesRequest, stored: Stored, setting: Setting) -> list[Change]:
    """The changes that make the catalogue equal to the document.

    An absent list changes nothing. Entries that a list does not name are removed with ``prune``,
    and kept without it.

    Raises:
        InvalidRequest: a check found faults.
    """
    proposal = Proposal.of(request, stored, setting)
    if faults := [fault for check in CHECKS for fault in check(proposal)]:
        raise InvalidRequest("The document cannot be applied.", faults=faults)
    pruned = proposal.pruned
    return [
        *_differences("location", proposal.locations, stored.locations, pruned),
        *_differences("issuer", proposal.issuers, stored.issuers, pruned),
        *_differences("grant", proposal.grants, stored.grants, pruned),
    ]


def _differences(
    kind: Kind, entries: Iterable[Entry], stored: Mapping[str, Entry], pruned: Collection[Kind]
) -> Iterator[Change]:
    named = set()
    for position, entry in enumerate(entries):
        named.add(entry.id)
        before = stored.get(entry.id)
        if entry != before:
            yield Change(kind, entry.id, f"/{kind}s/{position}", before, entry)
    if kind in pruned:
        for id_, before in stored.items():
            if id_ not in named:
                yield Change(kind, id_, f"/{kind}s", before, None)
