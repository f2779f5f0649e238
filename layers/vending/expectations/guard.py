"""Compares what expectations say of the catalogue before and after a change."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, Self

from vending.callers.issuer import Issuer
from vending.expectations.judge import Failure, failures, granting
from vending.grants.expectation import Disjoint, Expectation, Reaching
from vending.grants.grant import Grant
from vending.grants.grantee import WebGrantee
from vending.grants.location import Location
from vending.grants.scope import CLAIM
from vending.reach.document import Document

type State = Literal["new", "held", "failed"]  # new: it did not demand this before the change


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change is about, to find the few expectations that it can break."""

    openings: frozenset[tuple[str, str | None]]  # of grants: the bucket, and the issuer's URL
    granted: frozenset[str]  # the buckets of these grants
    buckets: frozenset[str]  # of locations
    issuers: frozenset[str]  # URLs

    @classmethod
    def of(cls, entries: Iterable[object]) -> Self:
        """What these entries are about; each as it was and as it will be."""
        openings = set[tuple[str, str | None]]()
        buckets, issuers = set[str](), set[str]()
        for entry in entries:
            if isinstance(entry, Grant):
                openings.add((entry.scope.bucket, _issuer_of(entry)))
            elif isinstance(entry, Location):
                buckets.add(entry.id)
            elif isinstance(entry, Issuer):
                issuers.add(entry.url)
        granted = frozenset(bucket for bucket, _ in openings)
        return cls(frozenset(openings), granted, frozenset(buckets), frozenset(issuers))

    def touches(self, expectation: Expectation) -> bool:
        """Whether the change can decide whether the expectation holds."""
        demand = expectation.demand
        if not self.buckets.isdisjoint(expectation.buckets):
            return True
        if isinstance(demand, Reaching):
            issuer = demand.callers.issuer
            return issuer in self.issuers or any(
                (bucket, issuer) in self.openings for bucket in expectation.buckets
            )
        is_of_iam = isinstance(demand, Disjoint) and not demand.variable.startswith(CLAIM)
        if self.issuers and not is_of_iam:
            return True
        return not self.granted.isdisjoint(expectation.buckets)


def _issuer_of(grant: Grant) -> str | None:
    return grant.grantee.issuer if isinstance(grant.grantee, WebGrantee) else None


@dataclass(frozen=True, slots=True)
class Broken:
    """A part of an expectation that does not hold after a change."""

    expectation: Expectation
    failure: Failure
    before: State

    def refuses(self, *, narrows: bool) -> bool:
        """Whether the change is refused; ``narrows``: it gives nobody more access.

        A change that only takes away is never held up because somebody reaches less.
        """
        if self.before == "held":
            return not (narrows and self.failure.member == "reaches")
        return self.before == "new"


@dataclass(frozen=True, slots=True)
class Catalogues:
    """The catalogue before and after a change, at the same time."""

    before: Callable[[], Document]  # asked for late: most changes break nothing
    after: Document
    changed: Collection[str] | None  # ids of grants; None: an issuer or a location changes too

    @property
    def near(self) -> Document:
        """The catalogue after the change with those grants alone that can share keys with it."""
        if self.changed is None:
            return self.after
        openings = [one for one in self.after.openings if one.grant.id in self.changed]
        near = {each.grant.id for one in openings for each in self.after.near(one.pattern)}
        return replace(self.after, grants=tuple(one for one in self.after.grants if one.id in near))


def broken_parts(
    expectations: Iterable[Expectation], new: Collection[str], catalogues: Catalogues
) -> Iterator[Broken]:
    """Yield the parts that do not hold after a change; ``new`` are ids of expectations.

    Part by part: what failed before leaves the rest of its expectation in force. Where keys must
    not be reached, only grants that change can break what held, and those are looked at.
    """
    near = catalogues.near
    for expectation in expectations:
        is_new = expectation.id in new
        whole = is_new or isinstance(expectation.demand, Reaching)
        if now := list(failures(expectation, catalogues.after if whole else near)):
            before = () if is_new else failures(expectation, catalogues.before())
            failed = {one.part for one in before}
            for one in now:
                if is_new or one.part in failed:
                    yield Broken(expectation, one, "new" if is_new else "failed")
                else:
                    yield Broken(expectation, _with_grant(one, catalogues.before()), "held")


def _with_grant(failure: Failure, before: Document) -> Failure:
    """The failure of ``reaches`` with the grant by which the caller reached the keys."""
    if failure.member != "reaches" or not (failure.callers and failure.key and failure.permission):
        return failure
    grant = granting(failure.callers[0], before, failure.key, failure.permission)
    if not grant:
        return failure
    detail = f"{failure.detail}; the grant {grant.id!r} does now"
    return replace(failure, grants=(grant.id,), detail=detail)
