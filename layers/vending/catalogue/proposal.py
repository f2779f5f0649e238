"""A document, the entries that are stored, and the catalogue that they would make together."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from vending.callers.issuer import Issuer
from vending.catalogue.changes import Entries, Entry, Kind
from vending.denials.holders import Holders
from vending.documents.acknowledgement import OF_REACH
from vending.documents.document import ChangesRequest
from vending.grants.expectation import Expectation
from vending.grants.grant import Grant
from vending.grants.grantee import WebGrantee
from vending.grants.location import Location


@dataclass(frozen=True, slots=True)
class Stored:
    """Stored entries by id: all issuers and tests, and the grants and locations in a document.

    All grants or locations, as ``needs_all_locations`` and ``needs_all_grants`` say.
    """

    grants: Mapping[str, Grant]
    issuers: Mapping[str, Issuer]
    locations: Mapping[str, Location]
    tests: Mapping[str, Expectation] = field(default_factory=dict)
    # Those in the buckets of the tests that the document can break, beside the ones above.
    near_grants: tuple[Grant, ...] = ()
    near_locations: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """The stack that a document is for."""

    role_arn: str
    allow_local_issuers: bool
    has_keys: Callable[[str], bool]  # whether a pinned JWKS has a usable key
    now: datetime
    assumable_roles: Callable[[], Collection[str]] = tuple  # ARNs, beside the service's own role
    never_lent: Callable[[], Collection[str]] = tuple  # patterns, beside those in the code
    blocked: Callable[[], Collection[Holders]] = tuple
    sharing: bool = True  # whether the stack has shares
    unjudged: Collection[str] = OF_REACH  # codes of warnings that nobody looks for here


@dataclass(frozen=True, slots=True)
class Proposal:
    """The entries of a document, in its order, and the catalogue once they are applied."""

    setting: Setting
    stored: Stored
    grants: tuple[Grant, ...]
    issuers: tuple[Issuer, ...]
    locations: tuple[Location, ...]
    tests: tuple[Expectation, ...]
    pruned: frozenset[Kind]  # the document removes entries of these that it does not name
    owner: str | None  # the document is limited to entries of this owner; None: it is not
    unchanged_grants: tuple[Grant, ...]  # stored, and neither named nor removed
    reinterpreted: Mapping[str, int]  # as ``reinterpreted_issuers`` returns them
    trusted: Mapping[str, Issuer]  # by URL, after the document is applied
    registered: Mapping[str, Location]  # by bucket, after the document is applied
    expected: Mapping[str, Expectation]  # tests by id, after the document is applied
    acknowledged: Mapping[str, Collection[str]]  # codes of warnings, by the entry's pointer

    @classmethod
    def of(cls, request: ChangesRequest, stored: Stored, setting: Setting) -> Self:
        """The proposal of a request."""
        grants, issuers, locations, tests = Entries.of(request)
        ids = {one.id for one in grants}
        kept_issuers = kept("issuer", stored.issuers, request)
        kept_locations = kept("location", stored.locations, request)
        return cls(
            setting=setting,
            stored=stored,
            grants=grants,
            issuers=issuers,
            locations=locations,
            tests=tests,
            pruned=_pruned_lists(request),
            owner=request.owner,
            unchanged_grants=tuple(
                one for one in kept("grant", stored.grants, request) if one.id not in ids
            ),
            reinterpreted=reinterpreted_issuers(request, stored.issuers),
            trusted={one.url: one for one in (*kept_issuers, *issuers)},
            registered={one.id: one for one in (*kept_locations, *locations)},
            expected={one.id: one for one in (*kept("test", stored.tests, request), *tests)},
            acknowledged=_acknowledged(request),
        )

    @property
    def changed_issuers(self) -> list[tuple[int, Issuer]]:
        """The issuers that are new, or read other tokens or claims than before, by position."""
        return [
            (position, issuer)
            for position, issuer in enumerate(self.issuers)
            if not issuer.allows_as(self.stored.issuers.get(issuer.id))
        ]

    def is_new(self, grant: Grant) -> bool:
        """Whether the grant, or the entry of its issuer, is new or allows something else."""
        issuer = grant.grantee.issuer if isinstance(grant.grantee, WebGrantee) else None
        before = self.stored.grants.get(grant.id)
        return not grant.allows_as(before) or issuer in self.reinterpreted

    def judged[T](self, grant: Grant, judge: Callable[[WebGrantee, Issuer], T]) -> T | None:
        """What ``judge`` says of a grantee outside AWS and its issuer; None for any other."""
        grantee = grant.grantee
        issuer = self.trusted.get(grantee.issuer) if isinstance(grantee, WebGrantee) else None
        return judge(grantee, issuer) if isinstance(grantee, WebGrantee) and issuer else None

    def pointer_to(self, test: Expectation, member: str) -> str:
        """Where a test's member is in the document; ``/tests`` if the test is only stored."""
        places = (f"/tests/{at}/{member}" for at, one in enumerate(self.tests) if one.id == test.id)
        return next(places, "/tests")


def _acknowledged(request: ChangesRequest) -> dict[str, Collection[str]]:
    given = {
        "grants": [one.acknowledge for one in request.grants or ()],
        "issuers": [one.acknowledge for one in request.issuers or ()],
        "tests": [one.acknowledge for one in request.tests or ()],
    }
    return {
        f"/{kind}/{at}": dict(codes)
        for kind, entries in given.items()
        for at, codes in enumerate(entries)
        if codes
    }


def touched_ids(request: ChangesRequest) -> dict[Kind, set[str]]:
    """The ids of the stored grants and locations to compare a document with."""
    grants, locations = request.grants or (), request.locations or ()
    buckets = {one.scope.bucket for one in grants} | {one.scope.bucket for one in locations}
    return {"grant": {one.id for one in grants}, "location": buckets}


def reinterpreted_issuers(request: ChangesRequest, stored: Mapping[str, Issuer]) -> dict[str, int]:
    """The positions, by URL, of changed issuers whose stored grants must be judged again.

    That is every changed one, unless it reads tokens as before and has one tenant.
    """
    issuers = [one.trusted_issuer() for one in request.issuers or ()]
    return {
        issuer.url: position
        for position, issuer in enumerate(issuers)
        if (before := stored.get(issuer.id))
        and not issuer.allows_as(before)
        and not (issuer.tenancy == "own" and issuer.says_as(before))
    }


def needs_all_locations(request: ChangesRequest) -> bool:
    """Whether a document may remove locations that it does not name, or has tests of buckets."""
    return "location" in _pruned_lists(request) or bool(request.tests)


def needs_all_grants(
    request: ChangesRequest, issuers: Mapping[str, Issuer], locations: Mapping[str, Location]
) -> bool:
    """Whether a document, beside these stored entries, may change grants that it does not name."""
    trusted = [one.trusted_issuer() for one in request.issuers or ()]
    registered = [one.location() for one in request.locations or ()]
    return (
        request.prune
        or any(not one.allows_as(issuers.get(one.id, one)) for one in trusted)
        or any(not one.allows_as(locations.get(one.id, one)) for one in registered)
    )


def prunable[E: Entry](
    kind: Kind, stored: Mapping[str, E], request: ChangesRequest
) -> dict[str, E]:
    """The stored entries that the document removes if it does not name them."""
    if kind not in _pruned_lists(request):
        return {}
    return {id_: one for id_, one in stored.items() if request.owner in (None, one.owner)}


def kept[E: Entry](kind: Kind, stored: Mapping[str, E], request: ChangesRequest) -> list[E]:
    """The stored entries that the document does not remove, also those that it names."""
    removed = prunable(kind, stored, request)
    return [one for id_, one in stored.items() if id_ not in removed]


def _pruned_lists(request: ChangesRequest) -> frozenset[Kind]:
    lists: dict[Kind, object] = {
        "grant": request.grants,
        "issuer": request.issuers,
        "location": request.locations,
        "test": request.tests,
    }
    return frozenset(kind for kind, listed in lists.items() if request.prune and listed is not None)
