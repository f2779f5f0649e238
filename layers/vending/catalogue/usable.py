"""Finds why a grant would be unusable or unsafe, without a call to AWS."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from vending.callers.caller import Caller
from vending.callers.identity import IamIdentity, Identity, WebIdentity
from vending.callers.issuer import EMAIL_VERIFIED, Issuer
from vending.callers.issuer_url import no_such_issuer
from vending.callers.principal import Principal, partition_of
from vending.errors import PolicyTooLarge
from vending.grants.grant import Grant, Permission
from vending.grants.grantee import IamGrantee, WebGrantee
from vending.grants.keys import Keys
from vending.grants.location import Location
from vending.grants.scope import CLAIM
from vending.sessions.conditions import grant_conditions
from vending.sessions.policy import POLICY_CHARACTERS, session_policy
from vending.sessions.statements import Allowance

_MARK = "zqzqzqzq"  # a key that nothing else in a policy looks like
_LONGEST_ADDRESS = ":".join(["ffff"] * 8)
_LONGEST_NAME = "n" * 64  # longest name of a role or user; a guess for claim values


def grant_faults(
    grant: Grant,
    locations: Mapping[str, Location],
    issuers: Mapping[str, Issuer],
    role_arn: str,
) -> Iterator[tuple[str, str]]:
    """The member of the grant and the reason, for each fault."""
    yield from grantee_faults(grant, issuers, partition_of(role_arn))
    if not (location := locations.get(grant.scope.bucket)):
        yield "scope", "no location for this bucket; add it to 'locations'"
        return
    if grant.vpc_endpoint and location.vpc_endpoint not in (None, grant.vpc_endpoint):
        yield "vpcEndpoint", "the location is only reached through another VPC endpoint"
    if grant.source_ip is not None and location.vpc_endpoint:
        yield "sourceIp", "never matches: the location accepts only requests through a VPC endpoint"
    if grant.sharing and location.vpc_endpoint:
        yield "sharing", "never works: the location is only reached through a VPC endpoint"
    caller = Caller("iam", _longest(grant), _LONGEST_ADDRESS)
    conditions = grant_conditions(grant, caller, datetime.max.replace(tzinfo=UTC))
    try:
        scope = grant.scope.fill(caller.identity.variables)
        whole = Allowance.of(
            [scope],
            grant.permission,
            location,
            conditions,
            versions=grant.versions,
            tagging=Permission.WRITE if grant.tagging else None,
        )
        role = location.role_arn(role_arn)
        if not _surely_fits(whole, scope, role):
            session_policy([whole], role)
    except PolicyTooLarge:
        reason = f"the session policy of some callers would exceed {POLICY_CHARACTERS} characters"
        yield "scope", f"the scope is too long: {reason}"
    except ValueError as error:
        yield "scope", f"some callers could not use the grant: {error}"


def _surely_fits(whole: Allowance, scope: Keys, role: str) -> bool:
    """Whether the policy is short enough, by that of a short key, which many grants share."""
    if not re.fullmatch("[A-Za-z0-9/_.=-]+", scope.key):  # what no policy escapes
        return False
    short = Keys(scope.bucket, f"{_MARK}/" if scope.is_prefix else _MARK, scope.is_prefix)
    text = session_policy([whole._replace(targets=(short,))], role)
    return len(text) + text.count(_MARK) * len(scope.key) <= POLICY_CHARACTERS


def _longest(grant: Grant) -> Identity:
    """A caller with very long names, to test the longest session policy."""
    if isinstance(grant.grantee, WebGrantee):
        claims = dict.fromkeys(_filling(grant), _LONGEST_NAME)
        return WebIdentity(grant.grantee.issuer, "s", claims, "")
    return IamIdentity(Principal("aws", "1" * 12, "user", _LONGEST_NAME), "AIDA", None)


def grantee_faults(
    grant: Grant, issuers: Mapping[str, Issuer], partition: str
) -> Iterator[tuple[str, str]]:
    """As ``grant_faults``, for the grantee and the variables of the scope alone."""
    grantee = grant.grantee
    if isinstance(grantee, IamGrantee):
        if isinstance(grantee.iam, Principal) and grantee.iam.partition != partition:
            theirs = grantee.iam.partition
            detail = f"the grantee is in the partition {theirs!r}, the stack in {partition!r}"
            yield "grantee", detail
    elif issuer := issuers.get(grantee.issuer):
        yield from _unlisted_claims(grant, grantee, issuer)
        if _trusts_unverified_email(grant, grantee, issuer):
            yield "grantee", "an email is only trusted with the claim 'email_verified: true'"
    else:
        yield "grantee", no_such_issuer(grantee.issuer, issuers)


def _unlisted_claims(
    grant: Grant, grantee: WebGrantee, issuer: Issuer
) -> Iterator[tuple[str, str]]:
    for member, names in (("grantee", _matched(grantee)), ("scope", _filling(grant))):
        if reason := issuer.unlisted(names):
            yield member, reason


def _trusts_unverified_email(grant: Grant, grantee: WebGrantee, issuer: Issuer) -> bool:
    """Whether the grant relies on an email that the issuer may not have verified."""
    used = {one.path for one in issuer.claims if one.name in _matched(grantee) | _filling(grant)}
    if grantee.subject:
        used.add((issuer.subject_claim,))
    verified = [one.name for one in issuer.claims if one.path == EMAIL_VERIFIED]
    return ("email",) in used and not any(grantee.claim(name) is True for name in verified)


def _matched(grantee: WebGrantee) -> set[str]:
    """The names of the claims that the grantee must have."""
    return set(dict(grantee.claims))


def _filling(grant: Grant) -> set[str]:
    """The names of the claims that fill the scope."""
    return {name.removeprefix(CLAIM) for name in grant.scope.variables}
