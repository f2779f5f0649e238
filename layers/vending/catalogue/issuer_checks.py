"""The checks of a document's issuers; ``checks`` runs them with the others."""

from collections.abc import Iterator

from vending.callers.audiences import whose_audience
from vending.callers.issuer import Issuer
from vending.callers.issuer_url import is_local
from vending.catalogue.proposal import Proposal
from vending.documents.document import ISSUERS
from vending.errors import Fault
from vending.tenancy import judge


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


def unfounded_tenancy(proposal: Proposal) -> Iterator[Fault]:
    """New and changed issuers of which more than one tenant gets tokens, against their word."""
    for position, issuer in proposal.changed_issuers:
        for member, reason in judge.issuer_faults(issuer):
            yield Fault(f"/issuers/{position}/{member}", reason)


def unread_blocks(proposal: Proposal) -> Iterator[Fault]:
    """Issuers whose entry reads a claim no more by which holders are blocked, or elsewhere."""
    stored, changed = proposal.stored.issuers, proposal.changed_issuers
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


def foreign_audiences(proposal: Proposal) -> Iterator[Fault]:
    """Audiences of others, in issuers that are new or changed. Stored entries stay valid."""
    for position, issuer in proposal.changed_issuers:
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
