"""Plans the changes that make the catalogue equal to a document, with warnings, or its faults."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from vending.catalogue import tenancy
from vending.catalogue.changes import Change, Entry, Kind
from vending.catalogue.checks import CHECKS, foreign_audience
from vending.catalogue.proposal import Proposal, Setting, Stored
from vending.documents.document import ChangesRequest
from vending.errors import FAULTS, Fault, InvalidRequest
from vending.grants.grant import Grant
from vending.grants.scope import PATH


class Plan(NamedTuple):
    """The changes that a document makes, and what to know before it is applied."""

    changes: list[Change]
    warnings: list[Fault]


def plan(request: ChangesRequest, stored: Stored, setting: Setting) -> Plan:
    """The changes that make the catalogue equal to the document, and warnings.

    An absent list changes nothing. Entries that a list does not name are removed with ``prune``,
    and kept without it.

    Raises:
        InvalidRequest: a check found faults.
    """
    proposal = Proposal.of(request, stored, setting)
    if faults := [fault for check in CHECKS for fault in check(proposal)]:
        raise InvalidRequest("The document cannot be applied.", faults=faults)
    pruned = proposal.pruned
    changes = [
        *_differences("location", proposal.locations, stored.locations, pruned),
        *_differences("issuer", proposal.issuers, stored.issuers, pruned),
        *_differences("grant", proposal.grants, stored.grants, pruned),
    ]
    return Plan(changes, _first(_warnings(proposal)))


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


def _first(found: Iterator[Fault]) -> list[Fault]:
    """The first ``FAULTS`` warnings; one more says how many are left out."""
    listed = list(islice(found, FAULTS))
    if left := sum(1 for _ in found):
        listed.append(Fault("", f"{left} more warnings are left out"))
    return listed


def _warnings(proposal: Proposal) -> Iterator[Fault]:
    yield from _of_issuers(proposal)
    for position, grant in enumerate(proposal.grants):
        for reason in _of_grantee(grant, proposal):
            yield Fault(f"/grants/{position}/grantee", reason)
        for name in grant.scope.nested:
            reason = (
                f"${{{name}{PATH}}} nests: a caller whose claim is 'sales' also reaches the keys "
                "of one whose claim is 'sales/emea'; without ':path' a value is one segment"
            )
            yield Fault(f"/grants/{position}/scope", reason)
    for grant in proposal.unchanged_grants:
        for reason in _of_grantee(grant, proposal):
            yield Fault("/grants", f"the stored grant {grant.id!r}: {reason}")


def _of_issuers(proposal: Proposal) -> Iterator[Fault]:
    for position, issuer in enumerate(proposal.issuers):
        if issuer == proposal.stored.issuers.get(issuer.id):
            for member, reason in tenancy.issuer_faults(issuer):
                yield Fault(f"/issuers/{position}/{member}", reason)
            for reason in foreign_audience(issuer):
                yield Fault(f"/issuers/{position}/audience", reason)
        for reason in tenancy.issuer_warnings(issuer):
            yield Fault(f"/issuers/{position}", reason)


def _of_grantee(grant: Grant, proposal: Proposal) -> Iterator[str]:
    """Why a stored grant would be refused if it were new, and which names it relies on."""
    if reason := proposal.judged(grant, tenancy.unpinned):
        yield f"stays valid as it is, but would be refused if it were new: {reason}"
    else:
        yield from proposal.judged(grant, tenancy.renamable) or ()
