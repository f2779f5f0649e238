"""Plans the changes that make the catalogue equal to a document, with warnings, or its faults."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from vending.catalogue.changes import Change, Entry, Kind
from vending.catalogue.checks import CHECKS
from vending.catalogue.proposal import Proposal, Setting, Stored, prunable
from vending.catalogue.warnings import Warned, first_warnings
from vending.documents.document import ChangesRequest
from vending.errors import InvalidRequest
from vending.grants.grant import Grant
from vending.grants.grantee import WebGrantee


class Plan(NamedTuple):
    """The changes that a document makes, and what to know before it is applied."""

    changes: list[Change]
    warnings: list[Warned]


def plan(request: ChangesRequest, stored: Stored, setting: Setting) -> Plan:
    """The changes that make the catalogue equal to the document, and warnings.

    An absent list changes nothing. Entries that a list does not name are removed with ``prune``,
    and kept without it. With an ``owner``, entries of others are neither changed nor removed.

    Raises:
        InvalidRequest: a check found faults.
    """
    proposal = Proposal.of(request, stored, setting)
    if faults := [fault for check in CHECKS for fault in check(proposal)]:
        raise InvalidRequest("The document cannot be applied.", faults=faults)
    changes = [
        *_differences("location", proposal.locations, stored.locations, request),
        *_differences("issuer", proposal.issuers, stored.issuers, request),
        *_differences("grant", proposal.grants, stored.grants, request),
    ]
    ended = _with_revocations(changes, stored.grants.values(), setting.role_arn)
    return Plan(ended, first_warnings(proposal))


def _differences(
    kind: Kind, entries: Iterable[Entry], stored: Mapping[str, Entry], request: ChangesRequest
) -> Iterator[Change]:
    named = set()
    for position, entry in enumerate(entries):
        named.add(entry.id)
        before = stored.get(entry.id)
        if entry != before:
            yield Change(kind, entry.id, f"/{kind}s/{position}", before, entry)
    for id_, before in prunable(kind, stored, request).items():
        if id_ not in named:
            yield Change(kind, id_, f"/{kind}s", before, None)


def _with_revocations(
    changes: Iterable[Change], stored: Collection[Grant], own_role: str
) -> list[Change]:
    """The changes; those of issuers and locations with the grants from which they take away.

    A grant is named once, and not where its own change offers its revocation.
    """
    judged = [replace(change, own_role=own_role) for change in changes]
    named = {change.id for change in judged if change.revocation}
    found = []
    for change in judged:
        ends: list[str] = []
        if change.kind != "grant" and change.closes:
            ends = sorted({one.id for one in stored if _depends(one, change)} - named)
            named.update(ends)
        found.append(replace(change, ends=tuple(ends)))
    return found


def _depends(grant: Grant, change: Change) -> bool:
    """Whether the grant's sessions depend on the changed issuer or location."""
    before, grantee = change.before, grant.grantee
    if change.kind == "location":
        return grant.scope.bucket == change.id
    return isinstance(grantee, WebGrantee) and grantee.issuer == getattr(before, "url", None)
