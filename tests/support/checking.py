"""Files for checks, and what is found in them."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.documents import HERE, line
from tests.support.make import ACCOUNT, NOW
from vending.checking.check import Report, check
from vending.checking.stack import Stack

KNOWN = Stack(ACCOUNT, allow_local_issuers=False, assumable_roles=(), never_lent=())
URL = "https://login.example.com"
ENTRY = {
    "issuer": URL,
    "audience": "https://vend.example.com",
    "claims": ["tenant", "group", "number"],
    "tenancy": "own",
}


def role(name: str, account: str = ACCOUNT) -> dict[str, object]:
    """A grantee: a role."""
    return {"iam": f"arn:aws:iam::{account}:role/{name}"}


def holders(**claims: object) -> dict[str, object]:
    """A grantee: whoever has these claims."""
    return {"issuer": URL, "claims": claims}


def grant(id_: str, keys: str, grantee: object = None, **members: object) -> dict[str, object]:
    """A grant of keys in the one bucket, to READ."""
    return line(id_, grantee=grantee or role("Analyst"), scope=f"s3://bkt/{keys}", **members)


def file(*grants: Mapping[str, Any], **members: object) -> dict[str, Any]:
    """A whole file: these grants, with the bucket and the issuer."""
    whole = {"version": 1, "grants": list(grants), "issuers": [ENTRY], "locations": [HERE]}
    return whole | members


def checked(
    *files: Mapping[str, Any],
    stack: Stack = KNOWN,
    against: Sequence[Mapping[str, Any]] = (),
    **options: Any,
) -> Report:
    """The report on files that are called a.yaml, b.yaml and so on, ``against`` old-a.yaml …"""
    named = {f"{name}.yaml": one for name, one in zip("abcdef", files, strict=False)}
    old = {f"old-{name}.yaml": one for name, one in zip("abcdef", against, strict=False)}
    return check(named, stack, NOW, against=old, **options)


def found(*files: Mapping[str, Any], **options: Any) -> list[tuple[str, int, str]]:
    """The code, the file and the place of each finding."""
    return [(one.code, one.file, one.pointer) for one in checked(*files, **options).findings]
