"""``vending.yaml`` against what is stored: the faults and the changes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from vending.bodies import ChangesRequest
from vending.caller import Caller, Principal, partition_of
from vending.errors import Fault, InvalidRequest, PolicyTooLarge
from vending.grants import Grant
from vending.location import RegisteredLocation
from vending.policy import grant_conditions, session_policy
from vending.session import LONGEST

_LONGEST_CALLER = Caller(
    "iam", Principal("aws", "1" * 12, "user", "n" * 64), "AIDA", None, ":".join(["ffff"] * 8)
)

type Kind = Literal["grant", "location"]
type Entry = Grant | RegisteredLocation


@dataclass(frozen=True, slots=True)
class Stored:
    """What the table holds of what a document names; with ``prune`` all of the pruned lists.

    Where locations are pruned that is all grants too: they need their locations.
    """

    grants: Mapping[str, Grant]
    locations: Mapping[str, RegisteredLocation]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry added (no ``before``), changed, or removed (no ``after``)."""

    kind: Kind
    id: str
    pointer: str  # into the document; of the list for an entry that is removed
    before: Entry | None
    after: Entry | None

    @property
    def action(self) -> Literal["add", "change", "remove"]:
        if self.before is None:
            return "add"
        return "remove" if self.after is None else "change"

    @property
    def narrows(self) -> bool:
        """Whether nobody gets more by it: these are written first."""
        if self.after is None:
            return True
        return (
            isinstance(self.before, Grant)
            and isinstance(self.after, Grant)
            and _is_within(self.after, self.before)
        )

    def as_json(self) -> dict[str, object]:
        """As in the answer of ``/admin/changes``."""
        return {
            "action": self.action,
            "kind": self.kind,
            "id": self.id,
            "pointer": self.pointer,
            "before": self.before and self.before.as_json(),
            "after": self.after and self.after.as_json(),
        }


def plan(request: ChangesRequest, stored: Stored, role_arn: str) -> list[Change]:
    """The changes that make what is stored equal to the document, in its order.

    A list that is absent is left alone; entries that a list does not name go only with ``prune``.

    Raises:
        InvalidRequest: entries with one id, grants in a bucket without a location, or grants
            whose session policy would not fit.
    """
    grants = [one.grant() for one in request.grants or ()]
    locations = [one.location() for one in request.locations or ()]
    faults = [*_twice("/grants", "id", grants), *_twice("/locations", "scope", locations)]
    pruned = request.prune and request.locations is not None
    registered = {} if pruned else dict(stored.locations)
    registered |= {one.id: one for one in locations}
    for position, grant in enumerate(grants):
        if reason := _unusable(grant, registered, role_arn):
            faults.append(Fault(f"/grants/{position}/scope", reason))
    if pruned:
        left = {} if request.prune and request.grants is not None else stored.grants
        needed = {grant.scope.bucket for grant in left.values()} - registered.keys()
        faults += [
            Fault("/locations", f"{bucket!r} still has grants; it cannot go before them")
            for bucket in sorted(needed)
        ]
    if faults:
        raise InvalidRequest("The document does not hold together.", faults=faults)
    changes: list[Change] = []
    if request.locations is not None:
        changes += _differences("location", locations, stored.locations, prune=request.prune)
    if request.grants is not None:
        changes += _differences("grant", grants, stored.grants, prune=request.prune)
    return changes


def _unusable(
    grant: Grant, registered: Mapping[str, RegisteredLocation], role_arn: str
) -> str | None:
    """Why a caller, such as one with the longest name, could not use the grant, if so."""
    if not (location := registered.get(grant.scope.bucket)):
        return "no location for this bucket; add it to 'locations'"
    iam, partition = grant.grantee.iam, partition_of(role_arn)
    if isinstance(iam, Principal) and iam.partition != partition:
        return f"the grantee is in the partition {iam.partition!r}, and this is {partition!r}"
    conditions = grant_conditions(grant, _LONGEST_CALLER, datetime.max.replace(tzinfo=UTC))
    try:
        scope = grant.scope.fill(_LONGEST_CALLER.variables)
        session_policy([scope], grant.permission, location, role_arn, conditions)
    except (PolicyTooLarge, ValueError) as error:
        return f"not every caller could use it: {error}"
    return None


def _differences(
    kind: Kind, wanted: Iterable[Entry], stored: Mapping[str, Entry], *, prune: bool
) -> Iterator[Change]:
    named = set()
    for position, entry in enumerate(wanted):
        named.add(entry.id)
        before = stored.get(entry.id)
        if entry != before:
            yield Change(kind, entry.id, f"/{kind}s/{position}", before, entry)
    if prune:
        for id_, before in stored.items():
            if id_ not in named:
                yield Change(kind, id_, f"/{kind}s", before, None)


def _twice(pointer: str, member: str, entries: Iterable[Entry]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for position, entry in enumerate(entries):
        if first.setdefault(entry.id, position) != position:
            there = f"{pointer}/{first[entry.id]}"
            yield Fault(f"{pointer}/{position}/{member}", f"{entry.id!r} is already at {there}")


def _is_within(new: Grant, old: Grant) -> bool:
    """Whether ``new`` gives nothing that ``old`` did not; in doubt it does."""
    return (
        new.grantee == old.grantee
        and old.scope.covers(new.scope)
        and old.permission.includes(new.permission)
        and (old.max_duration is None or (new.max_duration or LONGEST) <= old.max_duration)
        and (old.expires is None or (new.expires is not None and new.expires <= old.expires))
        and (old.source_ip in (None, new.source_ip))
        and (old.vpc_endpoint in (None, new.vpc_endpoint))
    )
