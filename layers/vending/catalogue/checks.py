"""The checks that a document must pass before any of it is applied."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from vending.callers.principal import partition_of
from vending.catalogue.changes import Entry, Kind
from vending.catalogue.issuer_checks import (
    foreign_audiences,
    too_many_issuers,
    unfounded_tenancy,
    unread_blocks,
    untrustworthy_issuers,
)
from vending.catalogue.proposal import Proposal
from vending.catalogue.usable import grant_faults, grantee_faults
from vending.documents.document import EXPECTATIONS
from vending.errors import Fault
from vending.grants.grant import Grant
from vending.grants.grantee import WebGrantee
from vending.grants.never_lent import why_never_lent
from vending.partitions import PARTITIONS
from vending.tenancy import judge
from vending.tenancy.claim_types import never_matches

type Check = Callable[[Proposal], Iterator[Fault]]

ID_MEMBERS: dict[Kind, str] = {"grant": "id", "issuer": "issuer", "location": "scope", "test": "id"}


def _lists(proposal: Proposal) -> list[tuple[Kind, Sequence[Entry], Mapping[str, Entry]]]:
    """The entries of each kind: those of the document, and the stored ones by id."""
    stored = proposal.stored
    return [
        ("grant", proposal.grants, stored.grants),
        ("issuer", proposal.issuers, stored.issuers),
        ("location", proposal.locations, stored.locations),
        ("test", proposal.tests, stored.tests),
    ]


def entries_of_others(proposal: Proposal) -> Iterator[Fault]:
    """Entries of another owner, in a document that is limited to one; stored ones too."""
    if (owner := proposal.owner) is None:
        return
    for kind, entries, stored in _lists(proposal):
        for position, entry in enumerate(entries):
            where = f"/{kind}s/{position}"
            if entry.owner != owner:
                found = f"is {entry.owner!r}" if entry.owner else "is missing"
                detail = f"{found}; the request is limited to entries with the owner {owner!r}"
                yield Fault(f"{where}/owner", detail)
            if (before := stored.get(entry.id)) and before.owner != owner:
                whose = f"belongs to {before.owner!r}" if before.owner else "has no owner"
                detail = (
                    f"{entry.id!r} {whose} on the service, and the request is limited to entries "
                    f"of {owner!r}; use another name, or let it be handed over without this limit"
                )
                yield Fault(f"{where}/{ID_MEMBERS[kind]}", detail)


def repeated_ids(proposal: Proposal) -> Iterator[Fault]:
    """Entries that repeat the id of an earlier entry."""
    for kind, entries, _ in _lists(proposal):
        first: dict[str, int] = {}
        for position, entry in enumerate(entries):
            if first.setdefault(entry.id, position) != position:
                detail = f"{entry.id!r} is already used at /{kind}s/{first[entry.id]}"
                yield Fault(f"/{kind}s/{position}/{ID_MEMBERS[kind]}", detail)


def too_many_tests(proposal: Proposal) -> Iterator[Fault]:
    """More tests than each change can read."""
    if (count := len(proposal.expected)) > EXPECTATIONS:
        yield Fault("/tests", f"there would be {count} tests; at most {EXPECTATIONS} are allowed")


def unassumable_roles(proposal: Proposal) -> Iterator[Fault]:
    """Roles of locations that the functions may not assume. IAM would deny them too."""
    setting = proposal.setting
    named = any(location.role for location in proposal.locations)
    assumable = {None, setting.role_arn, *(setting.assumable_roles() if named else ())}
    for position, location in enumerate(proposal.locations):
        if location.role not in assumable:
            yield Fault(
                f"/locations/{position}/role",
                "not in the stack's AssumableRoleArns; only an operator can add a role there",
            )


def foreign_partitions(proposal: Proposal) -> Iterator[Fault]:
    """Regions that do not exist, and regions and keys outside the stack's partition."""
    own = partition_of(proposal.setting.role_arn)
    for position, location in enumerate(proposal.locations):
        where = f"/locations/{position}"
        theirs = PARTITIONS.get(location.region)
        if not theirs:
            detail = f"{location.region!r} is not a region of AWS that this release knows"
            yield Fault(f"{where}/region", detail)
        elif theirs != own:
            detail = f"is in the partition {theirs!r}; the stack is in {own!r}"
            yield Fault(f"{where}/region", detail)
        if location.kms_key and partition_of(location.kms_key) != own:
            yield Fault(f"{where}/kmsKey", f"must be in the stack's partition, {own!r}")


def never_lent_buckets(proposal: Proposal) -> Iterator[Fault]:
    """Grants and locations in buckets that are never lent, whatever role a location names.

    Stored ones too, if the document names them: they open nothing.
    """
    named = [
        *((f"/grants/{place}", one.scope.bucket) for place, one in enumerate(proposal.grants)),
        *((f"/locations/{place}", one.id) for place, one in enumerate(proposal.locations)),
    ]
    more = proposal.setting.never_lent() if named else ()
    for pointer, bucket in named:
        if reason := why_never_lent(bucket, more):
            detail = f"{bucket!r} is never lent: {reason}; use another bucket"
            yield Fault(f"{pointer}/scope", detail)


def unusable_grants(proposal: Proposal) -> Iterator[Fault]:
    """Grants that nobody could use, or that would open their scope to anybody."""
    role_arn = proposal.setting.role_arn
    for position, grant in enumerate(proposal.grants):
        for member, reason in grant_faults(grant, proposal.registered, proposal.trusted, role_arn):
            yield Fault(f"/grants/{position}/{member}", reason)


def inexact_scopes(proposal: Proposal) -> Iterator[Fault]:
    """New scopes with several variables for several segments; stored ones stay valid."""
    for position, grant in enumerate(proposal.grants):
        if len(grant.scope.nested) > 1 and proposal.is_new(grant):
            detail = "several variables have ':path'; use one, so that reach can be told exactly"
            yield Fault(f"/grants/{position}/scope", detail)


def misjudged_grantees(proposal: Proposal) -> Iterator[Fault]:
    """Grants that another tenant or nobody could match; stored ones if their issuer changes."""
    for position, grant in enumerate(proposal.grants):
        if proposal.is_new(grant):
            for reason in refused_if_new(grant, proposal):
                yield Fault(f"/grants/{position}/grantee", reason)


def refused_if_new(grant: Grant, proposal: Proposal) -> list[str]:
    """Why the grantee would be refused in a new grant; stored grants stay valid."""
    judged = (proposal.judged(grant, one) for one in (judge.unpinned, never_matches))
    return [reason for reason in judged if reason]


def missing_locations(proposal: Proposal) -> Iterator[Fault]:
    """Locations that are pruned although unchanged grants need them."""
    if "location" in proposal.pruned:
        needed = {grant.scope.bucket for grant in proposal.unchanged_grants}
        for bucket in sorted(needed - proposal.registered.keys()):
            yield Fault("/locations", f"{bucket!r} still has grants; remove them first")


def missing_issuers(proposal: Proposal) -> Iterator[Fault]:
    """Issuers that are pruned although unchanged grants need them."""
    if "issuer" in proposal.pruned:
        grantees = (grant.grantee for grant in proposal.unchanged_grants)
        needed = {one.issuer for one in grantees if isinstance(one, WebGrantee)}
        for url in sorted(needed - proposal.trusted.keys()):
            yield Fault("/issuers", f"{url!r} still has grants; remove them first")


def reinterpreted_grants(proposal: Proposal) -> Iterator[Fault]:
    """Stored grants whose meaning changes because their issuer's entry changes."""
    partition = partition_of(proposal.setting.role_arn)
    for grant in proposal.unchanged_grants:
        grantee = grant.grantee
        if isinstance(grantee, WebGrantee) and grantee.issuer in proposal.reinterpreted:
            position = proposal.reinterpreted[grantee.issuer]
            faults = (reason for _, reason in grantee_faults(grant, proposal.trusted, partition))
            for reason in (*faults, *refused_if_new(grant, proposal)):
                detail = f"the stored grant {grant.id!r} depends on this issuer: {reason}"
                yield Fault(f"/issuers/{position}", detail)


CHECKS: tuple[Check, ...] = (  # in the order in which an answer lists their faults
    entries_of_others,
    repeated_ids,
    too_many_tests,
    too_many_issuers,
    untrustworthy_issuers,
    unfounded_tenancy,
    unread_blocks,
    foreign_audiences,
    unassumable_roles,
    foreign_partitions,
    never_lent_buckets,
    unusable_grants,
    inexact_scopes,
    misjudged_grantees,
    missing_locations,
    missing_issuers,
    reinterpreted_grants,
)
