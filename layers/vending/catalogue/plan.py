"""``vending.yaml`` against what is stored: the faults, or the changes."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vending.callers.issuer import Issuer
from vending.callers.issuer_url import is_local
from vending.callers.principal import partition_of
from vending.catalogue.changes import Change, Entry, Kind
from vending.catalogue.usable import grantee_faults, unusable
from vending.documents.document import ISSUERS, ChangesRequest
from vending.errors import Fault, InvalidRequest
from vending.grants.grant import Grant
from vending.grants.grantee import WebGrantee
from vending.grants.location import Location

MEMBER: dict[Kind, str] = {"grant": "id", "issuer": "issuer", "location": "scope"}  # of its id


@dataclass(frozen=True, slots=True)
class Stored:
    """What the table holds of what a document names, and all issuers.

    With ``prune`` all of the pruned lists; where issuers or locations are among them all grants
    too, which need them. All grants too where issuers are ``retold``.
    """

    grants: Mapping[str, Grant]
    issuers: Mapping[str, Issuer]
    locations: Mapping[str, Location]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a document is held against, beside what is stored."""

    role_arn: str
    allow_local_issuers: bool
    has_keys: Callable[[str], bool]  # whether a pinned JWKS has a key that can be used
    assumable_roles: Callable[[], Collection[str]] = tuple  # ARNs, beside the service's own


def plan(request: ChangesRequest, stored: Stored, setting: Setting) -> list[Change]:
    """The changes that make what is stored equal to the document, in its order.

    A list that is absent is left alone; entries that a list does not name go only with ``prune``.

    Raises:
        InvalidRequest: entries with one id, grants in a bucket without a location or to an
            issuer that is not trusted, grants that could not be used or would be anybody's, those
            that stay while an issuer's entry changes among them.
    """
    grants = [one.grant() for one in request.grants or ()]
    issuers = [one.trusted() for one in request.issuers or ()]
    locations = [one.location() for one in request.locations or ()]
    kept_issuers = {} if request.prune and request.issuers is not None else stored.issuers
    kept_locations = {} if request.prune and request.locations is not None else stored.locations
    trusted = {one.url: one for one in [*kept_issuers.values(), *issuers]}
    registered = {**kept_locations, **{one.id: one for one in locations}}
    faults = [
        *_twice("grant", grants),
        *_twice("issuer", issuers),
        *_twice("location", locations),
        *_untrusted(issuers, len(trusted), setting),
        *_not_ours_to_lend(locations, setting),
    ]
    for position, grant in enumerate(grants):
        for member, reason in unusable(grant, registered, trusted, setting.role_arn):
            faults.append(Fault(f"/grants/{position}/{member}", reason))
    pruned = request.prune and request.grants is not None
    faults += _needed({} if pruned else stored.grants, request, registered, trusted)
    faults += () if pruned else _misread(stored, request, trusted, setting)
    if faults:
        raise InvalidRequest("The document does not hold together.", faults=faults)
    changes: list[Change] = []
    if request.locations is not None:
        changes += _differences("location", locations, stored.locations, prune=request.prune)
    if request.issuers is not None:
        changes += _differences("issuer", issuers, stored.issuers, prune=request.prune)
    if request.grants is not None:
        changes += _differences("grant", grants, stored.grants, prune=request.prune)
    return changes


def retold(request: ChangesRequest, stored: Mapping[str, Issuer]) -> dict[str, int]:
    """The issuers whose subjects or claims would be others than before, and their positions."""
    given = [one.trusted() for one in request.issuers or ()]
    return {
        one.url: position
        for position, one in enumerate(given)
        if one.id in stored and not one.says_as(stored[one.id])
    }


def _misread(
    stored: Stored, request: ChangesRequest, trusted: Mapping[str, Issuer], setting: Setting
) -> Iterator[Fault]:
    """Grants that stay, and that a changed entry would open to others, or to nobody."""
    positions = retold(request, stored.issuers)
    given = {one.id for one in request.grants or ()}
    for grant in stored.grants.values() if positions else ():
        if grant.id in given or not isinstance(grant.grantee, WebGrantee):
            continue
        if (position := positions.get(grant.grantee.issuer)) is not None:
            for _, reason in grantee_faults(grant, trusted, partition_of(setting.role_arn)):
                yield Fault(f"/issuers/{position}", f"the grant {grant.id!r} stays: {reason}")


def _not_ours_to_lend(locations: Sequence[Location], setting: Setting) -> Iterator[Fault]:
    """Roles that the functions may not assume; IAM would refuse them too."""
    named = any(location.role for location in locations)
    ours = {None, setting.role_arn, *(setting.assumable_roles() if named else ())}
    for position, location in enumerate(locations):
        if location.role not in ours:
            yield Fault(
                f"/locations/{position}/role",
                "is not among the stack's AssumableRoleArns; an administrator cannot add one",
            )


def _untrusted(issuers: Sequence[Issuer], count: int, setting: Setting) -> Iterator[Fault]:
    if count > ISSUERS:
        yield Fault("/issuers", f"there would be {count} issuers, and {ISSUERS} is the most")
    for position, issuer in enumerate(issuers):
        if is_local(issuer.url) and not setting.allow_local_issuers:
            yield Fault(
                f"/issuers/{position}/issuer",
                "http on 127.0.0.1 is for development: deploy with AllowLocalIssuers=true",
            )
        if issuer.jwks and not setting.has_keys(issuer.jwks):
            yield Fault(
                f"/issuers/{position}/jwks",
                "no key that can be used: each is public, with a 'kid', RSA of 2,048 to 8,192 "
                "bits, P-256, P-384, P-521 or Ed25519",
            )


def _needed(
    left: Mapping[str, Grant],
    request: ChangesRequest,
    registered: Mapping[str, Location],
    trusted: Mapping[str, Issuer],
) -> Iterator[Fault]:
    """What is pruned although grants that stay need it."""
    if request.prune and request.locations is not None:
        for bucket in sorted({one.scope.bucket for one in left.values()} - registered.keys()):
            yield Fault("/locations", f"{bucket!r} still has grants; it cannot go before them")
    if request.prune and request.issuers is not None:
        grantees = (one.grantee for one in left.values())
        urls = {one.issuer for one in grantees if isinstance(one, WebGrantee)}
        for url in sorted(urls - trusted.keys()):
            yield Fault("/issuers", f"{url!r} still has grants; it cannot go before them")


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


def _twice(kind: Kind, entries: Iterable[Entry]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for position, entry in enumerate(entries):
        if first.setdefault(entry.id, position) != position:
            detail = f"{entry.id!r} is already at /{kind}s/{first[entry.id]}"
            yield Fault(f"/{kind}s/{position}/{MEMBER[kind]}", detail)
