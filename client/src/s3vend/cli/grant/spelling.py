"""Finds out whether anybody has the name that was revoked: a misspelt one denies no one."""

import shlex
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from s3vend.service.connect import Service

UNKNOWN = {
    "sessionId": "no session with this id is out",
    "grantId": "no grant has this id, or it was removed",
    "caller": "no grant is for this caller, or it was removed",
}


def misspelt(service: "Service", revoked: Mapping[str, Any]) -> str | None:
    """Return what to say of a name that no grant and no session has; None if one has it.

    ``revoked`` are the members of the revocation. None also if the service does not say.
    """
    from s3vend.errors import S3VendError
    from s3vend.service.pages import pages

    words = _look_for(revoked)
    if not words:
        return None
    try:
        if session := revoked.get("sessionId"):
            known = any(pages(service, "/admin/sessions", "sessions", sessionId=session))
        else:
            known = _is_granted(revoked, pages(service, "/admin/grants", "grants"))
    except S3VendError:
        return None
    if known:
        return None
    what = next(text for member, text in UNKNOWN.items() if member in revoked)
    line = shlex.join(["s3vend", "audit", "sessions", *words])
    return f"{what}: check the spelling. To look for sessions, run: {line}"


def _look_for(revoked: Mapping[str, Any]) -> list[str]:
    """Return the options of `audit sessions` that find what is revoked; empty for everybody."""
    caller = revoked.get("caller", {})
    named = {
        "--session": revoked.get("sessionId"),
        "--grant": revoked.get("grantId"),
        "--caller": caller.get("iam"),
        "--issuer": caller.get("issuer"),
        "--subject": caller.get("subject"),
    }
    return [word for name, value in named.items() if value for word in (name, str(value))]


def _is_granted(revoked: Mapping[str, Any], grants: Iterable[Mapping[str, Any]]) -> bool:
    if "grantId" in revoked:
        return any(grant["id"] == revoked["grantId"] for grant in grants)
    return any(_may_be(grant["grantee"], revoked["caller"]) for grant in grants)


def _may_be(grantee: Mapping[str, Any], caller: Mapping[str, Any]) -> bool:
    """Whether the caller may be one of the grantee's: a grant by claims does not name subjects."""
    if "iam" in caller:
        account, granted = caller["iam"].split(":")[4], str(grantee.get("iam"))
        return granted == account or _without_path(granted) == _without_path(caller["iam"])
    if grantee.get("issuer") != caller["issuer"]:
        return False
    if "subject" in caller:
        return grantee.get("subject") in (None, caller["subject"])
    claims = grantee.get("claims", {})
    wanted = caller.get("claims", {})
    return all(claims.get(name, value) == value for name, value in wanted.items())


def _without_path(arn: str) -> str:
    """Return the ARN as the service compares it: names are unique within an account."""
    head, _, name = arn.rpartition("/")
    return f"{head.partition('/')[0]}/{name}" if head else arn
