"""One change of the catalogue: an entry that is added, changed or removed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Self

from vending.callers.issuer import Issuer
from vending.documents.closing import allows_all, ends_nothing
from vending.documents.document import ChangesRequest
from vending.grants.expectation import Expectation
from vending.grants.grant import Grant
from vending.grants.grantee import WebGrantee
from vending.grants.location import Location

type Kind = Literal["grant", "issuer", "location", "test"]
type Entry = Grant | Issuer | Location | Expectation

MOST_REVOCATIONS = 100  # of a change; the role's policy has room for some hundreds together


class Entries(NamedTuple):
    """The entries of a document, in its order; of a list that it does not have, none."""

    grants: tuple[Grant, ...]
    issuers: tuple[Issuer, ...]
    locations: tuple[Location, ...]
    tests: tuple[Expectation, ...]

    @classmethod
    def of(cls, request: ChangesRequest) -> Self:
        """The entries that a request describes."""
        return cls(
            tuple(one.grant() for one in request.grants or ()),
            tuple(one.trusted_issuer() for one in request.issuers or ()),
            tuple(one.location() for one in request.locations or ()),
            tuple(one.expectation() for one in request.tests or ()),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that is added (no ``before``), changed, or removed (no ``after``)."""

    kind: Kind
    id: str
    pointer: str  # to the entry in the document; for a removed entry, to its list
    before: Entry | None
    after: Entry | None
    ends: tuple[str, ...] = ()  # of an issuer or a location: ids of grants from which it takes away
    own_role: str = ""  # of the service

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entry before the change, if any, and the entry after it, if any."""
        return tuple(entry for entry in (self.before, self.after) if entry)

    @property
    def action(self) -> Literal["add", "change", "remove"]:
        if self.before is None:
            return "add"
        return "remove" if self.after is None else "change"

    @property
    def narrows(self) -> bool:
        """Whether the change gives nobody more access. Narrowing changes are written first."""
        if self.after is None or isinstance(self.after, Expectation):
            return True
        # Other conditions of a location may open something elsewhere, such as another key.
        if self.before is None or isinstance(self.before, Expectation | Location):
            return False
        return allows_all(self.after, self.before)

    @property
    def closes(self) -> bool:
        """Whether sessions and URLs from before may do something that new ones may not."""
        if self.before is None or isinstance(self.before, Expectation):
            return False
        if self.after is None or isinstance(self.after, Expectation):
            return True
        return not ends_nothing(self.before, self.after, self.own_role)

    @property
    def closes_for(self) -> str | None:
        """The bucket or the issuer from whose grants it takes away; None for other changes."""
        if self.kind == "grant" or not self.closes:
            return None
        return self.before.url if isinstance(self.before, Issuer) else self.id

    @property
    def weakens(self) -> bool:
        """Whether it removes a test, or changes it so that it may demand less than before."""
        if not isinstance(self.before, Expectation):
            return False
        after = self.after
        return not isinstance(after, Expectation) or not after.demand.implies(self.before.demand)

    @property
    def is_described(self) -> bool:
        """Whether nothing changes but the owner and the description."""
        return self.after is not None and self.after.allows_as(self.before)

    @property
    def revocation(self) -> dict[str, object] | None:
        """The body for ``POST /admin/revocations`` that ends the sessions of the grant as it was.

        None where the change takes nothing away.
        """
        if not isinstance(self.before, Grant) or not self.closes:
            return None
        return self._revocation({"grantId": self.id}, "the grant")

    @property
    def revocations(self) -> list[dict[str, object]]:
        """The same for each grant from which a change of an issuer or a location takes away.

        For more than ``MOST_REVOCATIONS`` it is one revocation of everything.
        """
        whose: list[dict[str, object]] = [{"grantId": id_} for id_ in self.ends]
        if len(whose) > MOST_REVOCATIONS:
            whose = [{"all": True}]
        return [self._revocation(one, f"its {self.kind}") for one in whose]

    @property
    def not_covered(self) -> list[dict[str, object]]:
        """The role whose sessions these revocations do not reach: only the service's own has it."""
        before = self.before
        if not self.ends or not isinstance(before, Location):
            return []
        role = before.role_arn(self.own_role)
        return [] if role == self.own_role else [{"roleArn": role}]

    def as_answered(self) -> dict[str, object]:
        """As the answer of ``POST /admin/changes`` shows it."""
        offered = {
            "revocation": self.revocation,
            "revocations": self.revocations,
            "notCovered": self.not_covered,
        }
        return self.as_json() | {name: value for name, value in offered.items() if value}

    def as_json(self) -> dict[str, object]:
        """As the audit record shows it."""
        return {
            "action": self.action,
            "kind": self.kind,
            "id": self.id,
            "pointer": self.pointer,
            "before": self.before and self.before.as_json(),
            "after": self.after and self.after.as_json(),
        }

    def _revocation(self, whose: dict[str, object], what: str) -> dict[str, object]:
        happened = "removed" if self.after is None else "changed"
        return whose | {"kind": "sessions", "reason": f"{what} was {happened}"}


def with_revocations(
    changes: Iterable[Change], stored: Iterable[Grant], own_role: str
) -> list[Change]:
    """The changes; those of issuers and locations with the grants from which they take away.

    A grant is named once, and not where its own change offers its revocation.
    """
    judged = [replace(change, own_role=own_role) for change in changes]
    named = {change.id for change in judged if change.revocation}
    closing = {place for change in judged if (place := change.closes_for)}
    dependent: dict[str, set[str]] = {place: set() for place in closing}
    for grant in stored if closing else ():
        for place in closing & _places(grant):
            dependent[place].add(grant.id)
    found = []
    for change in judged:
        ends = sorted(dependent.get(change.closes_for or "", set()) - named)
        named.update(ends)
        found.append(replace(change, ends=tuple(ends)))
    return found


def _places(grant: Grant) -> frozenset[str]:
    """The bucket and the issuer of a grant."""
    grantee = grant.grantee
    issuers = [grantee.issuer] if isinstance(grantee, WebGrantee) else []
    return frozenset([grant.scope.bucket, *issuers])
