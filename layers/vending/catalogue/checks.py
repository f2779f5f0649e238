"""The checks that a document must pass before any of it is applied."""

from collections.abc import Callable, Iterator, Sequence

from vending.callers.audiences import whose_audience
from vending.callers.issuer import Issuer
from vending.callers.issuer_url import is_local
from vending.callers.principal import partition_of
from vending.catalogue.changes import Entry, Kind
from vending.catalogue.never_lent import never_lent_buckets
from vending.catalogue.proposal import Proposal
from vending.catalogue.usable import grant_faults, grantee_faults
from vending.documents.document import ISSUERS
from vending.errors import Fault
from vending.grants.grantee import WebGrantee
from vending.partitions import PARTITIONS
from vending.tenancy import judge

type Check = Callable[[Proposal], Iterator[Fault]]

ID_MEMBERS: dict[Kind, str] = {"grant": "id", "issuer": "issuer", "location": "scope"}


def repeated_ids(proposal: Proposal) -> Iterator[Fault]:
    """Entries that repeat the id of an earlier entry."""
    lists: dict[Kind, Sequence[Entry]] = {
        "grant": proposal.grants,
        "issuer": proposal.issuers,
        "location": proposal.locations,
    }
    for kind, entries in lists.items():
        first: dict[str, int] = {}
        for position, entry in enumerate(entries):
            if first.setdefault(entry.id, position) != position:
                detail = f"{entry.id!r} is already used at /{kind}s/{first[entry.id]}"
                yield Fault(f"/{kind}s/{position}/{ID_MEMBERS[kind]}", detail)


def too_many_issuers(proposal: Proposal) -> Iterator[Fault]:
    """More issuers than there may be."""
    count = len(proposal.trusted)
    if count > ISSUERS:
        yield Fault("/issuers", f"there would be {count} issuers; at most {ISSUERS} are allowed")


def untrustworthy_issuers(proposal: Proposal) -> Iterator[Fault]:
    """Issuers on this machine, except in development, and pinned keys without a usable one."""
    setting = proposal.setting
    for position, issuer in enumerate(proposal.issuers):
        if is_local(issuer.url) and not setting.allow_local_issuers:
            yield Fault(
                f"/issuers/{position}/issuer",
                "http on 127.0.0.1 is for development only; deploy with AllowLocalIssuers=true",
            )
        if issuer.jwks and not setting.has_keys(issuer.jwks):
            yield Fault(
                f"/issuers/{position}/jwks",
                "no usable key; a usable key is public, has a 'kid' or is the only one for its "
                "algorithm, and is RSA (2,048 to 8,192 bits), P-256, P-384, P-521 or Ed25519",
            )


def foreign_audiences(proposal: Proposal) -> Iterator[Fault]:
    """Audiences of others, in issuers that are new or changed. Stored entries stay valid."""
    for position, issuer in enumerate(proposal.issuers):
        if issuer != proposal.stored.issuers.get(issuer.id):
            for reason in foreign_audience(issuer):
                yield Fault(f"/issuers/{position}/audience", reason)


def foreign_audience(issuer: Issuer) -> Iterator[str]:
    """For each audience of somebody else: whose it is, and what to use instead."""
    for audience in issuer.audience:
        if who := whose_audience(audience, issuer.url):
            yield (
                f"{audience!r} is the audience of {who}: tokens for it open more than s3vend "
                "lends, so nobody may send them here; use a URL of your own, such as "
                "https://vend.example.com, and request tokens for that"
            )


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


def unusable_grants(proposal: Proposal) -> Iterator[Fault]:
    """Grants that nobody could use, or that would open their scope to anybody."""
    role_arn = proposal.setting.role_arn
    for position, grant in enumerate(proposal.grants):
        for member, reason in grant_faults(grant, proposal.registered, proposal.trusted, role_arn):
            yield Fault(f"/grants/{position}/{member}", reason)


def unfounded_tenancy(proposal: Proposal) -> Iterator[Fault]:
    """New and changed issuers of which more than one tenant gets tokens, against their word."""
    for position, issuer in enumerate(proposal.issuers):
        if issuer != proposal.stored.issuers.get(issuer.id):
            for member, reason in judge.issuer_faults(issuer):
                yield Fault(f"/issuers/{position}/{member}", reason)


def unread_blocks(proposal: Proposal) -> Iterator[Fault]:
    """Issuers whose entry reads a claim no more by which holders are blocked, or elsewhere."""
    stored = proposal.stored.issuers
    changed = [one for one in enumerate(proposal.issuers) if one[1] != stored.get(one[1].id)]
    blocked = proposal.setting.blocked() if changed else ()
    for position, issuer in changed:
        known = {claim.name for claim in issuer.claims}
        if before := stored.get(issuer.id):
            known -= {one.name for one in set(before.claims) - set(issuer.claims)}
        held = {name for one in blocked if one.issuer == issuer.url for name, _ in one.claims}
        for name in sorted(held - known):
            yield Fault(
                f"/issuers/{position}/claims",
                f"a block names {name!r} and would stop nobody; keep the claim, or lift the block",
            )


def unpinned_grants(proposal: Proposal) -> Iterator[Fault]:
    """Grants that another tenant could match; old ones only where their issuer changes."""
    for position, grant in enumerate(proposal.grants):
        if proposal.is_new(grant) and (reason := proposal.judged(grant, judge.unpinned)):
            yield Fault(f"/grants/{position}/grantee", reason)


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
            unpinned = proposal.judged(grant, judge.unpinned)
            faults = (reason for _, reason in grantee_faults(grant, proposal.trusted, partition))
            for reason in (*faults, *((unpinned,) if unpinned else ())):
                detail = f"the stored grant {grant.id!r} depends on this issuer: {reason}"
                yield Fault(f"/issuers/{position}", detail)


CHECKS: tuple[Check, ...] = (  # in the order in which an answer lists their faults
    repeated_ids,
    too_many_issuers,
    untrustworthy_issuers,
    unfounded_tenancy,
    unread_blocks,
    foreign_audiences,
    unassumable_roles,
    foreign_partitions,
    never_lent_buckets,
    unusable_grants,
    unpinned_grants,
    missing_locations,
    missing_issuers,
    reinterpreted_grants,
)
