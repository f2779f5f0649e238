"""Finds claims of grants whose value has a type that tokens never have; ``catalogue`` calls it.

Values keep their JSON types: the number 1 never matches the text "1".
"""

import json
import re
from collections.abc import Iterator

from vending.callers.issuer import EMAIL_VERIFIED, Issuer
from vending.grants.grantee import WebGrantee
from vending.tenancy.service import Service
from vending.tenancy.shared_issuers import UNKNOWN, service_of

TEXT, NUMBER, BOOLEAN = "text", "a number", "true or false"
_OF_JSON: dict[type, str] = {str: TEXT, int: NUMBER, bool: BOOLEAN}
# Tokens in which these have other types are refused.
_CHECKED: dict[tuple[str, ...], str] = {
    ("iss",): TEXT,
    ("aud",): TEXT,
    ("exp",): NUMBER,
    ("iat",): NUMBER,
    ("nbf",): NUMBER,
}


def never_matches(grantee: WebGrantee, issuer: Issuer) -> str | None:
    """Why no token of the issuer could match the grantee; None if one could."""
    service = service_of(issuer.url)
    where = f"on {service.name}, " if service else ""
    for name, path, value in _values(grantee, issuer):
        kind = _checked_type(path, issuer) or (service and _type_on(service, path))
        if kind and kind != _OF_JSON[type(value)]:
            return f"{where}{name!r} is always {kind}, so that {_advice(value, kind)}"
    return None


def may_never_match(grantee: WebGrantee, issuer: Issuer) -> str | None:
    """The same for an issuer that is not known, whose claim has the name of a known one."""
    if service_of(issuer.url):
        return None
    for name, path, value in _values(grantee, issuer):
        if _type_on(UNKNOWN, path) == TEXT != _OF_JSON[type(value)]:
            return f"GitHub, GitLab and Buildkite write {name!r} as text: {_advice(value, TEXT)}"
    return None


def _values(
    grantee: WebGrantee, issuer: Issuer
) -> Iterator[tuple[str, tuple[str, ...], str | int]]:
    """Each claim that the grantee must have: its name, its place in the token, and its value."""
    paths = {claim.name: claim.path for claim in issuer.claims}
    for name, value in grantee.claims:
        if name in paths:
            yield name, paths[name], json.loads(value)


def _checked_type(path: tuple[str, ...], issuer: Issuer) -> str | None:
    if path == EMAIL_VERIFIED and issuer.email_verified:
        return BOOLEAN
    texts = {(issuer.subject_claim,)}
    if issuer.audience_claim:
        texts |= {("token_use",), (issuer.audience_claim,)}
    return TEXT if path in texts else _CHECKED.get(path)


def _type_on(service: Service, path: tuple[str, ...]) -> str | None:
    """The type of a claim on a service: ids and names are text."""
    name = path[-1]
    known = {*(service.ids or ()), *service.names, *filter(None, service.names.values())}
    is_text = name in known or (service.texts and re.fullmatch(service.texts, name))
    return TEXT if is_text else None


def _advice(value: str | int, kind: str) -> str:
    written = json.dumps(value)
    if kind == TEXT:
        return f'{written} never matches; write "{written}" in quotes'
    return f"{written} never matches"
