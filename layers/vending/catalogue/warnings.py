"""Finds what an administrator should know of a document that can be applied; ``plan`` calls it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from vending.callers.principal import account_of
from vending.catalogue.checks import refused_if_new
from vending.catalogue.issuer_checks import foreign_audience
from vending.catalogue.proposal import Proposal
from vending.errors import FAULTS
from vending.grants.grant import Grant
from vending.grants.grantee import IamGrantee
from vending.grants.never_lent import why_never_lent
from vending.grants.scope import PATH
from vending.nearly import did_you_mean
from vending.tenancy import judge
from vending.tenancy.claim_types import may_never_match
from vending.times import iso

# What a scope may have, though it is hardly meant: the code, the pattern, and what it does.
_SCOPES = (
    ("WildcardInScope", r"[*?]", "is a character of the key here, not a wildcard"),
    ("EmptySegment", r"\A/|//", "makes an empty segment: S3 does not read '//' as '/'"),
    ("EncodedScope", r"%[0-9A-Fa-f]{2}", "stays as it is: nothing is decoded"),
    ("SpaceInScope", r"(?:\A|(?<=/)) | (?=/|\Z)", "at the end of a segment is a part of the key"),
)


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning; an entry can acknowledge its ``code``. ``pointer`` is as in ``Fault``."""

    code: str
    pointer: str
    detail: str


def first_warnings(proposal: Proposal, failing: Iterable[Warned] = ()) -> list[Warned]:
    """The first ``FAULTS`` warnings; one more says how many are left out.

    ``failing`` are those of tests, which come first.
    """
    found = chain(failing, unacknowledged(proposal))
    listed = list(islice(found, FAULTS))
    if left := sum(1 for _ in found):
        listed.append(Warned("MoreWarnings", "", f"{left} more warnings are left out"))
    return listed


def unacknowledged(proposal: Proposal, more: Iterable[Warned] = ()) -> Iterator[Warned]:
    """Yield the warnings that their entry does not acknowledge, and acknowledgements of nothing.

    ``more`` are warnings that others found.
    """
    unjudged = proposal.setting.unjudged
    given = {(at, code) for at, codes in proposal.acknowledged.items() for code in codes}
    unused = {(at, code) for at, code in given if code not in unjudged}
    lists = (_of_issuers, _of_grants, _of_locations, _of_tests)
    own = (warning for each in lists for warning in each(proposal))
    for warning in chain(own, more):
        if warning.code in unjudged:
            continue
        at = "/".join(warning.pointer.split("/")[:3])
        if warning.code in proposal.acknowledged.get(at, ()):
            unused.discard((at, warning.code))
        else:
            yield warning
    for at, code in sorted(unused):
        detail = f"this entry has no warning {code}; remove the acknowledgement"
        yield Warned("NothingAcknowledged", f"{at}/acknowledge/{code}", detail)


def _of_issuers(proposal: Proposal) -> Iterator[Warned]:
    for position, issuer in enumerate(proposal.issuers):
        at = f"/issuers/{position}"
        if issuer.allows_as(proposal.stored.issuers.get(issuer.id)):
            for member, reason in judge.issuer_faults(issuer):
                yield Warned("RefusedIfNew", f"{at}/{member}", reason)
            for reason in foreign_audience(issuer):
                yield Warned("RefusedIfNew", f"{at}/audience", reason)
        for reason in judge.issuer_warnings(issuer):
            yield Warned("CallerClaimsMissing", at, reason)


def _of_grants(proposal: Proposal) -> Iterator[Warned]:
    first = {one.unnamed(): f"the stored grant {one.id!r}" for one in proposal.unchanged_grants}
    for position, grant in enumerate(proposal.grants):
        at = f"/grants/{position}"
        for code, reason in _of_grantee(grant, proposal):
            yield Warned(code, f"{at}/grantee", reason)
        for code, member, reason in _of_members(grant, proposal):
            yield Warned(code, f"{at}/{member}", reason)
        same = first.setdefault(grant.unnamed(), f"{grant.id!r} at {at}")
        if same != f"{grant.id!r} at {at}":
            yield Warned("IdenticalGrant", f"{at}/id", f"allows the same as {same}; remove one")
    for grant in proposal.unchanged_grants:
        for code, reason in _of_grantee(grant, proposal):
            yield Warned(code, "/grants", f"the stored grant {grant.id!r}: {reason}")


def _of_members(grant: Grant, proposal: Proposal) -> Iterator[tuple[str, str, str]]:
    """The code, the member and the reason of each warning, but for those of the grantee."""
    for name in grant.scope.nested:
        reason = (
            f"${{{name}{PATH}}} nests: a caller whose claim is 'sales' also reaches the keys "
            "of one whose claim is 'sales/emea'; without ':path' a value is one segment"
        )
        yield "NestedScope", "scope", reason
    keys, setting = grant.scope.unfilled, proposal.setting
    for code, pattern, does in _SCOPES:
        if match := re.search(pattern, keys.key):
            yield code, "scope", f"{match[0]!r} {does}"
    if grant.expires and grant.expires <= setting.now:
        yield "Expired", "expires", f"the grant ended at {iso(grant.expires)} and allows nothing"
    if isinstance(grant.source_ip, tuple) and any(one.endswith("/0") for one in grant.source_ip):
        yield "AnyAddress", "sourceIp", "a block of all addresses limits nothing; leave it out"
    if grant.sharing and not keys.key:
        yield "SharesWholeBucket", "sharing", "links may open the whole bucket; name a prefix"
    if grant.sharing and not setting.sharing:
        yield "SharingIsOff", "sharing", "does nothing: the stack's parameter Sharing is off"
    account = grant.grantee.iam if isinstance(grant.grantee, IamGrantee) else None
    if isinstance(account, str) and account != account_of(setting.role_arn) and not keys.key:
        reason = (
            f"every role and user of the account {account}, which is not the stack's, gets the "
            "whole bucket; name roles, or a prefix"
        )
        yield "WholeBucketToAccount", "grantee", reason


def _of_locations(proposal: Proposal) -> Iterator[Warned]:
    if not (proposal.grants or proposal.locations):
        return
    more = proposal.setting.never_lent()
    for bucket in sorted(proposal.registered.keys() - {one.id for one in proposal.locations}):
        if why := why_never_lent(bucket, more):
            reason = f"the stored location {bucket!r} is never lent: {why}"
            yield Warned("NeverLent", "/locations", reason)


def _of_tests(proposal: Proposal) -> Iterator[Warned]:
    """Tests that may name another bucket than is meant: nobody reaches anything in theirs."""
    if not proposal.registered:
        return  # no location is known here
    for position, test in enumerate(proposal.tests):
        for member, bucket in dict.fromkeys((one, keys.bucket) for one, keys in test.demand.keys):
            if bucket not in proposal.registered:
                meant = did_you_mean(bucket, proposal.registered)
                reason = f"no location has the bucket {bucket!r}, so nobody reaches it{meant}"
                yield Warned("UnknownBucket", f"/tests/{position}/{member}", reason)


def _of_grantee(grant: Grant, proposal: Proposal) -> Iterator[tuple[str, str]]:
    """Why a stored grant would be refused if it were new, and which names it relies on."""
    reasons = refused_if_new(grant, proposal)
    for reason in reasons:
        detail = f"stays valid as it is, but would be refused if it were new: {reason}"
        yield "RefusedIfNew", detail
    if not reasons:
        for reason in proposal.judged(grant, judge.renamable) or ():
            yield "NameNotAnId", reason
    if why := proposal.judged(grant, may_never_match):
        yield "TypeMayNeverMatch", why
