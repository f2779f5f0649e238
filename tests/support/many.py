"""A document of many grants, as an organisation may have it."""

from typing import Any

from tests.support.make import ACCOUNT
from tests.support.tokens import AUDIENCE, ISSUER

BUCKETS = 100


def document(count: int, permission: str = "READ", *, buckets: int = BUCKETS) -> dict[str, Any]:
    """Grants of roles, tenants and single subjects, ten for each of the first two."""
    return {
        "version": 1,
        "issuers": [
            {"issuer": ISSUER, "audience": [AUDIENCE], "claims": ["tenant_id"], "tenancy": "own"}
        ],
        "locations": [
            {"scope": f"s3://bucket-{n:03}/*", "region": "ap-northeast-1"} for n in range(buckets)
        ],
        "grants": [_grant(n, permission, buckets) for n in range(count)],
    }


def _grant(number: int, permission: str, buckets: int) -> dict[str, Any]:
    place = f"s3://bucket-{number % buckets:03}"
    who = number // 10
    grantee, scope = (
        ({"iam": f"arn:aws:iam::{ACCOUNT}:role/Team{who}"}, f"{place}/team{number}/*"),
        (
            {"issuer": ISSUER, "claims": {"tenant_id": f"t{who}"}},
            f"{place}/t{number}/${{claim.tenant_id}}/*",
        ),
        ({"issuer": ISSUER, "subject": f"user{number}"}, f"{place}/users/{number}/*"),
    )[number % 3]
    return {
        "id": f"grant-{number}",
        "owner": f"team-{who % 50}",
        "grantee": grantee,
        "scope": scope,
        "permission": permission,
    }
