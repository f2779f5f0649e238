"""Plans the changes that make the catalogue equal to a document, with warnings, or its faults."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from vending.callers.issuer import Issuer
from vending.callers.principal import partition_of
from vending.catalogue.changes import Change, Entries, Entry, Kind, with_revocations
from vending.catalogue.checks import CHECKS
from vending.catalogue.proposal import Proposal, Setting, Stored, kept, prunable
from vending.catalogue.warnings import Warned, first_warnings
from vending.documents.document import ChangesRequest
from vending.errors import Fault, InvalidRequest
from vending.grants.expectation import Expectation, buckets_of
from vending.grants.grant import Grant
from vending.grants.location import Location

if TYPE_CHECKING:
    from vending.expectations.guard import Broken, State

# What judges tests is imported late, if there are any: it takes a fifth of a cold start.

_HAPPENED = {
    "new": "does not hold",
    "held": "holds now, and would not after these changes",
    "failed": "did not hold before either",
}


class Plan(NamedTuple):
    """The changes that a document makes, and what to know before it is applied."""

    changes: list[Change]
    warnings: list[Warned]
    failing: list[str]  # ids of tests that do not hold after the changes


def plan(request: ChangesRequest, stored: Stored, setting: Setting) -> Plan:
    """The changes that make the catalogue equal to the document, and warnings.

    An absent list changes nothing. Entries that a list does not name are removed with ``prune``,
    and kept without it. With an ``owner``, entries of others are neither changed nor removed.

    Raises:
        InvalidRequest: a check found faults, or a test that held does not hold any more.
    """
    proposal = Proposal.of(request, stored, setting)
    if faults := [fault for check in CHECKS for fault in check(proposal)]:
        raise InvalidRequest("The document cannot be applied.", faults=faults)
    changes = differences(proposal, request, stored)
    tests = list(judged_tests(changes, proposal.expected.values()))
    broken = list(_broken(tests, proposal, changes))
    narrows = all(change.narrows or change.is_described for change in changes)
    refused = [fault_of(one, proposal) for one in broken if one.refuses(narrows=narrows)]
    stray = list(unreadable(tests, proposal))
    faulty = [fault for _, fault, state in stray if state in refusing(narrows=narrows)]
    other = next(((one.kind, one.id) for one in changes if one.kind != "test"), None)
    if faults := [*weakened(changes, other), *faulty, *refused]:
        raise InvalidRequest("The tests do not allow these changes.", faults=faults)
    ended = with_revocations(changes, stored.grants.values(), setting.role_arn)
    fails = [*(fault for _, fault, _ in stray), *(fault_of(one, proposal) for one in broken)]
    failing = [Warned("TestFails", one.pointer, one.detail) for one in fails]
    ids = sorted({one.expectation.id for one in broken} | {id_ for id_, _, _ in stray})
    return Plan(ended, first_warnings(proposal, failing), ids)


def differences(
    entries: Entries | Proposal, request: ChangesRequest, stored: Stored
) -> list[Change]:
    """The changes that the request's entries make, without what ends with them."""
    lists: list[tuple[Kind, Iterable[Entry], Mapping[str, Entry]]] = [
        ("location", entries.locations, stored.locations),
        ("issuer", entries.issuers, stored.issuers),
        ("grant", entries.grants, stored.grants),
        ("test", entries.tests, stored.tests),
    ]
    return [change for one in lists for change in _differences(*one, request)]


def judged_tests(
    changes: Iterable[Change], expected: Collection[Expectation]
) -> Iterator[Expectation]:
    """The tests that the changes can break, and those that are new or demand something else."""
    if not expected:
        return
    from vending.expectations.guard import Touched  # noqa: PLC0415

    real = [change for change in changes if not change.is_described]
    new = {change.id for change in real if change.kind == "test"}
    touched = Touched.of(entry for change in real for entry in change.entries)
    yield from (one for one in expected if one.id in new or touched.touches(one))


def buckets_to_judge(request: ChangesRequest, stored: Stored) -> frozenset[str]:
    """The buckets whose grants and location are needed to judge a document's tests.

    ``stored`` has no entries near them yet.
    """
    if not (stored.tests or request.tests):
        return frozenset()
    entries, remaining = Entries.of(request), kept("test", stored.tests, request)
    expected = {one.id: one for one in (*remaining, *entries.tests)}
    changes = differences(entries, request, stored)
    return buckets_of(judged_tests(changes, expected.values()))


def _broken(
    tests: Sequence[Expectation], proposal: Proposal, changes: Iterable[Change]
) -> Iterator["Broken"]:
    """The parts of these tests that do not hold after the changes."""
    if not tests:
        return
    from vending.expectations.guard import Catalogues, broken_parts  # noqa: PLC0415
    from vending.reach.document import Document  # noqa: PLC0415

    stored, setting = proposal.stored, proposal.setting
    buckets, never_lent = buckets_of(tests), tuple(setting.never_lent())

    def document(
        grants: Iterable[Grant], issuers: Iterable[Issuer], locations: Iterable[Location]
    ) -> Document:
        near = (one for one in (*grants, *stored.near_grants) if one.scope.bucket in buckets)
        places = (*locations, *stored.near_locations)
        return Document(tuple(near), tuple(issuers), places, setting.now, never_lent)

    def before() -> Document:
        return document(stored.grants.values(), stored.issuers.values(), stored.locations.values())

    after = document(
        (*proposal.grants, *proposal.unchanged_grants),
        proposal.trusted.values(),
        proposal.registered.values(),
    )
    real = [one for one in changes if not one.is_described]
    is_only_grants = {one.kind for one in real} <= {"grant", "test"}
    changed = {one.id for one in real if one.kind == "grant"} if is_only_grants else None
    new = {one.id for one in real if one.kind == "test"}
    yield from broken_parts(tests, new, Catalogues(cache(before), after, changed))


def unreadable(
    tests: Sequence[Expectation], proposal: Proposal
) -> Iterator[tuple[str, Fault, "State"]]:
    """Yield the id, the fault and the state of each test about nobody, which no grant breaks."""
    if not tests:
        return
    from vending.expectations.expected import about_nobody  # noqa: PLC0415

    trusted = {one.url: one for one in proposal.stored.issuers.values()}
    own = partition_of(proposal.setting.role_arn)
    for one in tests:
        is_kept = one.allows_as(proposal.stored.tests.get(one.id))
        known = set(about_nobody(one, trusted, partition=own)) if is_kept else set()
        before = trusted if is_kept else {}
        for member, reason in about_nobody(one, proposal.trusted, before, own):
            fault = Fault(proposal.pointer_to(one, member), f"the test {one.id!r}: {reason}")
            since: State = "failed" if (member, reason) in known else "held"
            yield one.id, fault, since if is_kept else "new"


def refusing(*, narrows: bool) -> tuple["State", ...]:
    """Of tests about nobody, those that refuse the changes; ``narrows``: nobody gets more."""
    return ("new",) if narrows else ("new", "held")


def weakened(changes: Iterable[Change], other: tuple[Kind, str] | None) -> Iterator[Fault]:
    """Tests that are removed or weakened together with an entry of another kind."""
    for change in changes:
        if other and change.weakens:
            kind, id_ = other
            detail = (
                f"{'removes' if change.after is None else 'weakens'} the test {change.id!r}, "
                f"beside the {kind} {id_!r}; send changes of tests alone, so that nobody "
                "overlooks them"
            )
            yield Fault(change.pointer, detail)


def fault_of(broken: "Broken", proposal: Proposal) -> Fault:
    """The part of a test that does not hold, and why."""
    test, failure = broken.expectation, broken.failure
    detail = f"the test {test.id!r} {_HAPPENED[broken.before]}: {failure.detail}"
    return Fault(proposal.pointer_to(test, failure.member), detail)


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
