"""Finds what an administrator should know of a document that can be applied; ``plan`` calls it."""

from collections.abc import Iterator
from itertools import islice

from vending.catalogue.checks import refused_if_new
from vending.catalogue.issuer_checks import foreign_audience
from vending.catalogue.proposal import Proposal
from vending.errors import FAULTS, Fault
from vending.grants.grant import Grant
from vending.grants.never_lent import why_never_lent
from vending.grants.scope import PATH
from vending.tenancy import judge


def first_warnings(proposal: Proposal) -> list[Fault]:
    """The first ``FAULTS`` warnings; one more says how many are left out."""
    found = _warnings(proposal)
    listed = list(islice(found, FAULTS))
    if left := sum(1 for _ in found):
        listed.append(Fault("", f"{left} more warnings are left out"))
    return listed


def _warnings(proposal: Proposal) -> Iterator[Fault]:
    yield from _of_issuers(proposal)
    for position, grant in enumerate(proposal.grants):
        for reason in _of_grantee(grant, proposal):
            yield Fault(f"/grants/{position}/grantee", reason)
        for name in grant.scope.nested:
            reason = (
                f"${{{name}{PATH}}} nests: a caller whose claim is 'sales' also reaches the keys "
                "of one whose claim is 'sales/emea'; without ':path' a value is one segment"
            )
            yield Fault(f"/grants/{position}/scope", reason)
    for grant in proposal.unchanged_grants:
        for reason in _of_grantee(grant, proposal):
            yield Fault("/grants", f"the stored grant {grant.id!r}: {reason}")
    yield from _of_locations(proposal)


def _of_issuers(proposal: Proposal) -> Iterator[Fault]:
    for position, issuer in enumerate(proposal.issuers):
        if issuer == proposal.stored.issuers.get(issuer.id):
            for member, reason in judge.issuer_faults(issuer):
                yield Fault(f"/issuers/{position}/{member}", reason)
            for reason in foreign_audience(issuer):
                yield Fault(f"/issuers/{position}/audience", reason)
        for reason in judge.issuer_warnings(issuer):
            yield Fault(f"/issuers/{position}", reason)


def _of_locations(proposal: Proposal) -> Iterator[Fault]:
    if not (proposal.grants or proposal.locations):
        return
    more = proposal.setting.never_lent()
    for bucket in sorted(proposal.registered.keys() - {one.id for one in proposal.locations}):
        if why := why_never_lent(bucket, more):
            yield Fault("/locations", f"the stored location {bucket!r} is never lent: {why}")


def _of_grantee(grant: Grant, proposal: Proposal) -> Iterator[str]:
    """Why a stored grant would be refused if it were new, and which names it relies on."""
    reasons = refused_if_new(grant, proposal)
    for reason in reasons:
        yield f"stays valid as it is, but would be refused if it were new: {reason}"
    if not reasons:
        yield from proposal.judged(grant, judge.renamable) or ()
