"""Checks files of ``vending.yaml`` as the service checks a request, without a service."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from types import MappingProxyType

from vending.bodies.parse import checked, parse
from vending.callers.issuer import Issuer
from vending.catalogue.changes import Entry
from vending.catalogue.checks import CHECKS, entries_of_others
from vending.catalogue.proposal import Proposal, Setting, Stored
from vending.catalogue.warnings import Warned, unacknowledged
from vending.checking.changed import changed
from vending.checking.findings import (
    INVALID,
    TEST_FAILED,
    TOO_LARGE,
    Finding,
    Unknown,
)
from vending.checking.joined import Joined
from vending.checking.overlaps import nested_tenants, overlaps
from vending.checking.promises import failed_tests, planned
from vending.checking.stack import Stack
from vending.checking.unneeded import shadowed, unused
from vending.checking.words import Names
from vending.documents.document import ChangesRequest
from vending.errors import Fault, InvalidRequest, TooLarge
from vending.grants.grant import Grant
from vending.grants.location import Location
from vending.reach.document import Document
from vending.staging.request import PART_BYTES, PARTS

MOST_BYTES = PARTS * PART_BYTES

type Members = Mapping[str, object]  # of a file, as JSON values
type Files = Mapping[str, Members]  # by name


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found, in the order of the files; ``differences`` are those of ``changed``."""

    findings: list[Finding]
    unknown: list[Unknown] = field(default_factory=list)
    differences: list[Mapping[str, object]] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Return the report as JSON."""
        return {
            "findings": [asdict(one) for one in self.findings],
            "notChecked": [asdict(one) for one in self.unknown],
            "differences": self.differences,
        }


def check(
    files: Files,
    stack: Stack,
    now: datetime,
    *,
    against: Files = MappingProxyType({}),
    prune: bool = False,
) -> Report:
    """Check files as one document.

    ``against``: documents that stand already; entries that the files do not have stay, unless
    ``prune`` removes them from the lists that the files have. Without any, nothing stands.

    Raises ``ValueError`` if a document of ``against`` is not valid, or if ``prune`` would have to
    tell several owners apart.
    """
    read = [_read(number, members) for number, members in enumerate(files.values())]
    if faults := [fault for one in read if isinstance(one, list) for fault in one]:
        return Report(faults)
    requests = [one for one in read if isinstance(one, ChangesRequest)]
    joined = Joined.of(tuple(files), requests)
    if prune and len({one.owner for one in requests}) > 1:
        raise ValueError("the files are limited to different owners; compare them one by one")
    request = joined.request.model_copy(update={"prune": prune})
    stored = _stored(against)
    setting = stack.setting(request, stored, now)
    proposal = Proposal.of(request, stored, setting)
    unknown = [
        Unknown(name, *joined.place(pointer), detail)
        for name, pointer, detail in (*stack.unknown(request), *_absent(request, stored))
    ]
    found = [
        Finding("error", INVALID, *joined.place(fault.pointer), joined.text(fault.detail))
        for each in CHECKS
        for fault in each(proposal)
    ]
    if joined.request.owner is None:
        for number, one in enumerate(requests):
            if one.owner is None:
                continue
            own = Proposal.of(one, stored, setting)
            found += [_of_fault(number, fault) for fault in entries_of_others(own)]
    if found:
        return Report(found, unknown)
    grants = (*proposal.grants, *proposal.unchanged_grants)
    document = _document(grants, proposal.trusted.values(), proposal.registered.values(), setting)
    failed = list(failed_tests(proposal, document))
    named = {pointer for pointer, _ in failed}
    found = [
        *(
            Finding(level, code, *joined.place(pointer), joined.text(detail))
            for level, code, pointer, detail in planned(request, stored, setting)
            if pointer not in named
        ),
        *(
            Finding("error", TEST_FAILED, *joined.place(pointer), detail)
            for pointer, detail in failed
        ),
    ]
    found += [
        Finding("warning", warned.code, *joined.place(warned.pointer), joined.text(warned.detail))
        for warned in unacknowledged(proposal, _of_reach(document, proposal))
    ]
    if not against:
        return Report(found, unknown)
    before = _document(
        stored.grants.values(), stored.issuers.values(), stored.locations.values(), setting
    )
    return Report(found, unknown, list(changed(before, document)))


def _read(number: int, members: Members) -> ChangesRequest | list[Finding]:
    """The request that a file is, or its faults. It must fit into one, or be staged."""
    try:
        return parse(ChangesRequest, json.dumps(members, ensure_ascii=False), MOST_BYTES)
    except TooLarge as error:
        return [Finding("error", TOO_LARGE, number, "", error.detail)]
    except InvalidRequest as error:
        faults = error.faults or [Fault("", error.detail)]
        return [_of_fault(number, fault) for fault in faults]


def _absent(request: ChangesRequest, stored: Stored) -> Iterator[tuple[str, str, str]]:
    """The lists that no file has, though grants need their entries; the service may have them."""
    said = "no file has this list; the service may have the entries"
    grants = request.grants or ()
    if grants and request.locations is None and not stored.locations:
        yield "locations", "/grants", said
    outside = any(one.grantee.issuer for one in grants)
    if outside and request.issuers is None and not stored.issuers:
        yield "issuers", "/grants", said


def _of_fault(number: int, fault: Fault) -> Finding:
    return Finding("error", INVALID, number, fault.pointer, fault.detail)


def _stored(against: Files) -> Stored:
    """The entries of documents that stand already."""
    requests = [_standing(name, members) for name, members in against.items()]
    return Stored(
        _by_id(one.grant() for each in requests for one in each.grants or ()),
        _by_id(one.trusted_issuer() for each in requests for one in each.issuers or ()),
        _by_id(one.location() for each in requests for one in each.locations or ()),
        _by_id(one.expectation() for each in requests for one in each.tests or ()),
    )


def _by_id[E: Entry](entries: Iterable[E]) -> dict[str, E]:
    return {one.id: one for one in entries}


def _standing(name: str, members: Members) -> ChangesRequest:
    try:
        return checked(ChangesRequest, members)
    except InvalidRequest as error:
        faults = "; ".join(f"{one.pointer}: {one.detail}" for one in error.faults[:3])
        raise ValueError(f"cannot compare with {name}: {faults or error.detail}") from None


def _document(
    grants: Iterable[Grant],
    issuers: Iterable[Issuer],
    locations: Iterable[Location],
    setting: Setting,
) -> Document:
    never_lent = tuple(setting.never_lent())
    return Document(tuple(grants), tuple(issuers), tuple(locations), setting.now, never_lent)


def _of_reach(document: Document, proposal: Proposal) -> Iterator[Warned]:
    names, grants = Names.of(document.grants), proposal.grants
    yield from overlaps(document, grants, names)
    yield from nested_tenants(document, grants, names)
    yield from unused(document, grants)
    yield from shadowed(document, grants)
