"""Claims that would fill another tenant's prefix."""

from typing import Any

from tests.attacks.attack import BUCKET, Attack, Event, lend, subject
from tests.attacks.sources import POLARIS, rule
from tests.attacks.world import OTHER_ISSUER
from tests.support.make import ACCOUNT

S3 = f"s3://{BUCKET}"
REFUSED = "403 AccessDenied /target"


def ask(key: object, **claims: Any) -> Event:
    target = f"{S3}/{key}" if isinstance(key, str) else key
    return lend(target, by=subject("x", groups="tenants", **claims))


def below(prefix: str) -> dict[str, str]:
    return {"bucket": BUCKET, "prefix": prefix}


def got(pattern: str) -> tuple[str, ...]:
    return tuple(f"{word} {BUCKET}/{pattern} of {ACCOUNT}" for word in ("READ", "LIST"))


ATTACKS = [
    Attack("a neighbour's prefix", ask("tenants/acme2/*", tenant="acme"), REFUSED, rule(2)),
    Attack("one's own", ask("tenants/acme/*", tenant="acme"), "200", rule(2), got("tenants/acme/*")),
    Attack("all tenants", ask("tenants/*", tenant="acme"), REFUSED, rule(2)),
    Attack("an empty tenant, which would be all of them", ask("tenants/*", tenant=""), REFUSED, rule(2)),
    Attack("an empty tenant and two slashes", ask("tenants//a", tenant=""), REFUSED, rule(2)),
    Attack("no tenant at all", ask("tenants/acme/*"), REFUSED, rule(2)),
    Attack("a tenant that is a dot", ask("tenants/acme/*", tenant="."), REFUSED, rule(4)),
    Attack("a tenant that leads up", ask("reports/*", tenant="../reports"), REFUSED, rule(4)),
    Attack("a tenant that is two dots", ask("reports/*", tenant=".."), REFUSED, rule(4)),
    Attack("a tenant of two segments", ask("tenants/acme/secret/*", tenant="acme/secret"), REFUSED, rule(2)),
    Attack("a tenant that ends at a slash", ask("tenants/acme/*", tenant="acme/"), REFUSED, rule(2)),
    Attack("a tenant with a control character", ask("tenants/acme/*", tenant="acme\x00"), REFUSED, rule(4)),
    Attack("a tenant with a lone surrogate", ask("tenants/acme/*", tenant="acme\ud800"), "403 NotAuthenticated", rule(4)),
    Attack("a tenant that is a number", ask("tenants/7/*", tenant=7), REFUSED, rule(13)),
    Attack("a tenant that is true", ask("tenants/true/*", tenant=True), REFUSED, rule(13)),
    Attack("a tenant that is a list, of which one would do", ask("tenants/acme/*", tenant=["acme", "other"]), REFUSED, rule(2)),
    Attack("a tenant that is a list of one", ask("tenants/acme/*", tenant=["acme"]), REFUSED, rule(2)),
    Attack("a tenant named with a star, asking for its own", ask(below("tenants/*/"), tenant="*"), "200", POLARIS, got("tenants/${*}/*")),
    Attack("a tenant named with a star, asking for acme's", ask("tenants/acme/a", tenant="a*"), REFUSED, POLARIS),
    Attack("a tenant named as a variable", ask(below("tenants/${claim.tenant}/"), tenant="${claim.tenant}"), "200", rule(3), got("tenants/${$}{claim.tenant}/*")),
    Attack("a tenant named as a variable of IAM", ask(below("tenants/${aws:userid}/"), tenant="${aws:userid}"), "200", rule(3), got("tenants/${$}{aws:userid}/*")),
    Attack("the variable itself, unfilled", ask(below("tenants/${claim.tenant}/"), tenant="acme"), REFUSED, rule(2)),
    Attack("a tenant in capitals", ask("tenants/acme/*", tenant="ACME"), REFUSED, rule(4)),
    Attack("a tenant that normalises to another", ask("tenants/acme/*", tenant="ａｃｍｅ"), REFUSED, rule(4)),
    Attack("a tenant encoded", ask("tenants/acme/*", tenant="ac%6de"), REFUSED, rule(4)),
    Attack("the team's claim in the tenant's place", ask("tenants/acme/*", team="acme"), REFUSED, rule(2)),
    Attack("a team that leads up and over", ask("teams/a/*", team="x/../a"), REFUSED, rule(4)),
    Attack("a team with an empty segment", ask("teams/a//b/*", team="a//b"), REFUSED, rule(2)),
    Attack("a team of two segments, where that is allowed", ask("teams/a/b/*", team="a/b"), "200", rule(2), got("teams/a/b/*")),
    Attack("the parent of that team", ask("teams/a/*", team="a/b"), REFUSED, rule(2)),
    Attack("a group that begins alike", lend(f"{S3}/tenants/acme/*", by=subject("x", groups="tenants2", tenant="acme")), REFUSED, rule(2)),
    Attack("a group within a text of groups", lend(f"{S3}/tenants/acme/*", by=subject("x", groups="others tenants", tenant="acme")), REFUSED, rule(2)),
    Attack("no group", lend(f"{S3}/tenants/acme/*", by=subject("x", tenant="acme")), REFUSED, rule(2)),
    Attack("a subject named as the group is", lend(f"{S3}/tenants/acme/*", by=subject("tenants", tenant="acme")), REFUSED, rule(8)),
    Attack("a claim named sub", lend(f"{S3}/alice/*", by=subject("mallory", sub="alice")), REFUSED, rule(8)),
    Attack("the same subject of another issuer", lend(f"{S3}/others/*", by=subject("alice")), REFUSED, rule(8)),
    Attack("the same claims of another issuer", lend(f"{S3}/tenants/acme/*", by=subject("x", OTHER_ISSUER, groups="tenants", tenant="acme")), REFUSED, rule(8)),
    Attack("an issuer with a slash more", lend(f"{S3}/alice/*", by=subject("alice", "https://login.example.com/")), REFUSED, rule(8)),
    Attack("a subject in capitals", lend(f"{S3}/alice/*", by=subject("ALICE")), REFUSED, rule(8)),
    Attack("a subject with the table's separator", lend(f"{S3}/tenants/acme/*", by=subject("x#claim#groups#tenants", tenant="acme")), REFUSED, rule(8)),
    Attack("a subject that is a user's ARN", lend(f"{S3}/reports/*", by=subject("arn:aws:iam::123456789012:user/AssumeS3User")), REFUSED, rule(8)),
    Attack("more groups than keys are read for", lend(f"{S3}/alice/*", by=subject("alice", groups=[f"g{n}" for n in range(100)])), "403 TooManyClaims", rule(8)),
]  # fmt: skip
