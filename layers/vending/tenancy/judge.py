"""Judges whether issuers and grants are pinned to one tenant; ``checks`` and ``plan`` call it."""

import json
from collections.abc import Iterator

from vending.callers.issuer import Issuer
from vending.grants.grantee import WebGrantee
from vending.tenancy.service import Service
from vending.tenancy.shared_issuers import UNKNOWN, UNNAMED, shared_by


def issuer_faults(issuer: Issuer) -> Iterator[tuple[str, str]]:
    """The member of an issuer's entry and the reason, for each claim to what it cannot be."""
    shared = shared_by(issuer.url)
    service = shared or UNNAMED
    if shared and issuer.tenancy == "own":
        reason = "signs tokens for many tenants, and this URL does not have the id of one"
        yield "tenancy", f"{service.name} {reason}; leave it out, and {_name(service)}"
    paths = {claim.name: claim.path for claim in issuer.claims}
    for member, does, names in (
        ("tenantClaims", "does not pin a tenant", issuer.tenant_claims),
        ("callerClaims", "can vary for one holder", issuer.caller_claims),
    ):
        for name in names:
            if not (service.ids is None if len(paths[name]) > 1 else service.pins(paths[name][0])):
                advice = _instead(service, paths[name][0]) or _name(service, member)
                yield member, f"on {service.name}, {name!r} {does}; {advice}"


def issuer_warnings(issuer: Issuer) -> Iterator[str]:
    """What an issuer's entry should say, and does not."""
    service = shared_by(issuer.url)
    if service and service.callers and not issuer.caller_claims:
        yield (
            f"on {service.name}, one holder has many subjects, and blocks and rate limits follow "
            f"the subject; list the claim {service.callers!r} and name it in 'callerClaims'"
        )


def unpinned(grantee: WebGrantee, issuer: Issuer) -> str | None:
    """Why another tenant of the issuer could match the grantee; None if none could."""
    if not (service := _judge(issuer)):
        return None
    subject = grantee.subject or ""
    if "*" in subject:
        return "subjects are compared exactly; '*' is not a wildcard"
    matched = _matched(grantee, issuer)
    tenant_paths = {one.path for one in issuer.claims if one.name in issuer.tenant_claims}
    if any(
        path in tenant_paths
        and (service.pins(path[0], value) if len(path) == 1 else service.ids is None)
        for path, value in matched.items()
    ):
        return None
    if subject and _is_pinned(service, issuer, subject, (issuer.subject_claim,) in tenant_paths):
        return None
    for path in matched:
        if advice := _instead(service, path[0]):
            return f"another tenant can register {path[0]!r} again; {advice}"
    if subject and issuer.subject_claim == "sub" and service.has_only_names(subject):
        return f"another tenant can register the names in this subject again; {_use(service)}"
    own = "; or, if it signs tokens for you alone, say 'tenancy: own' in its entry"
    return (
        f"{service.name} may sign tokens for many tenants: give a 'subject' that names yours, or "
        f"{_use(service)}{own if service is UNKNOWN else ''}"
    )


def renamable(grantee: WebGrantee, issuer: Issuer) -> Iterator[str]:
    """The names by which a pinned grantee is matched too, and which others can register again."""
    if not (service := _judge(issuer)):
        return
    for path, value in _matched(grantee, issuer).items():
        if path[0] in service.names and not service.is_id(path[0], value):
            advice = _instead(service, path[0]) or "there is no id to use instead"
            yield f"another tenant can register {path[0]!r} again; {advice}"
    subject = grantee.subject or ""
    if issuer.subject_claim == "sub" and service.has_only_names(subject):
        yield "another tenant can register the names in this subject again"


def _judge(issuer: Issuer) -> Service | None:
    """The service whose rules the grants of this issuer follow; None: it has one tenant."""
    return shared_by(issuer.url) or (None if issuer.tenancy == "own" else UNKNOWN)


def _matched(grantee: WebGrantee, issuer: Issuer) -> dict[tuple[str, ...], str]:
    """The claims that the grantee must have, by their places in the token, and their values."""
    paths = {claim.name: claim.path for claim in issuer.claims}
    return {paths[name]: str(json.loads(value)) for name, value in grantee.claims if name in paths}


def _is_pinned(service: Service, issuer: Issuer, subject: str, in_tenant_claim: bool) -> bool:  # noqa: FBT001 - one caller
    claim = issuer.subject_claim
    if claim != "sub":
        return (in_tenant_claim or service.ids is not None) and service.pins(claim, subject)
    only_names = service.has_only_names(subject)
    return service.is_subject(subject) and not (only_names and service.ids != {})


def _instead(service: Service, claim: str) -> str | None:
    """What to pin instead of a name."""
    if not (instead := service.names.get(claim)):
        return None
    return "give the 'subject' instead" if instead == "sub" else f"pin {instead!r} instead"


def _use(service: Service) -> str:
    """How a grant pins a tenant."""
    claims = _pinning(service)
    if service.ids is not None and not claims:
        return "give the whole 'subject'"
    known = f" ({', '.join(claims)})" if claims else ""
    return f"pin a claim that the issuer's entry names in 'tenantClaims'{known}"


def _name(service: Service, member: str = "tenantClaims") -> str:
    """What an issuer's entry names in ``member``, so that its grants can pin a tenant."""
    claims = _pinning(service)
    if service.ids is not None and not claims:
        return f"leave {member!r} out, and give grants the whole 'subject'"
    return f"name {' or '.join(claims) or 'a claim that belongs to one tenant'} in {member!r}"


def _pinning(service: Service) -> list[str]:
    """The claims that pin a tenant, as far as they are known."""
    return [*(service.ids or ()), *(name for name, id_ in service.names.items() if not id_)]
