"""Several grants in one session: what one of them gives must not reach the keys of another."""

from tests.attacks.attack import BUCKET, Attack, Event, event, lend, sdk, subject
from tests.attacks.sources import rule
from tests.support.make import ACCOUNT

S3 = f"s3://{BUCKET}"
READ, WRITE = "READ", "WRITE"


def each(*targets: tuple[object, object], by: str | None = None, **more: object) -> Event:
    """Asks for credentials for targets with a permission each."""
    named = [{"target": target, "permission": permission} for target, permission in targets]
    return event("web-identity-credentials" if by else "credentials", {"targets": named} | more, by)


def got(*lines: str) -> tuple[str, ...]:
    return tuple(f"{line} of {ACCOUNT}" for line in lines)


def items(*listed: object, **more: object) -> Event:
    return event("credentials", {"targets": listed} | more)


ATTACKS = [
    Attack("two grants give what each gives and nothing across", each((f"{S3}/reports/a", READ), (f"{S3}/drop/a", WRITE)), "200", rule(2), got(f"READ {BUCKET}/reports/a", f"WRITE {BUCKET}/drop/a")),
    Attack("two grants to read are one statement of both keys", lend(None, targets=[f"{S3}/reports/a", f"{S3}/one.csv"]), "200", rule(2), got(f"READ {BUCKET}/one.csv", f"READ {BUCKET}/reports/a")),
    Attack("write under the grant that reads, beside one that writes", each((f"{S3}/reports/a", WRITE), (f"{S3}/drop/a", WRITE)), "403 AccessDenied /targets/0", rule(2)),
    Attack("read under the grant that writes, beside one that reads", each((f"{S3}/reports/a", READ), (f"{S3}/drop/a", READ)), "403 AccessDenied /targets/1", rule(2)),
    Attack("the prefix above two grants", each((f"{S3}/reports/a", READ), (f"{S3}/*", READ)), "403 AccessDenied /targets/1", rule(2)),
    Attack("the whole scopes of two grants, and no more", each((f"{S3}/reports/a", READ), (f"{S3}/drop/a", WRITE), privilege="Default"), "200", rule(2), got(f"LIST {BUCKET}/reports/*", f"READ {BUCKET}/reports/*", f"WRITE {BUCKET}/drop/*")),
    Attack("another user's grant beside one's own", each((f"{S3}/reports/a", READ), (f"{S3}/bobs/a", READ)), "403 AccessDenied /targets/1", rule(10)),
    Attack("a blocked grant beside one that is not", each((f"{S3}/reports/a", READ), (f"{S3}/closed/a", READ)), "403 AccessDenied /targets/1", rule(16)),
    Attack("a grant that was just revoked beside one that was not", each((f"{S3}/reports/a", READ), (f"{S3}/recent/a", READ)), "503 JustRevoked", rule(16)),
    Attack("a grant that has ended beside one that has not", each((f"{S3}/reports/a", READ), (f"{S3}/old/a", READ)), "403 AccessDenied /targets/1", rule(2)),
    Attack("a grant too short for credentials beside a long one", each((f"{S3}/reports/a", READ), (f"{S3}/brief/a", READ)), "403 PresignOnly", rule(7)),
    Attack("write credentials of a grant with limits, beside one without", each((f"{S3}/drop/a", WRITE), (f"{S3}/small/a", WRITE)), "403 PresignOnly", rule(7)),
    Attack("reading under a grant with limits, beside one without", each((f"{S3}/drop/a", WRITE), (f"{S3}/small/a", READ)), "200", rule(7), got(f"READ {BUCKET}/small/a", f"WRITE {BUCKET}/drop/a")),
    Attack("a bucket that is never lent beside one that is", each((f"{S3}/reports/a", READ), ("s3://deploys-prod/x/a", READ)), "403 AccessDenied", rule(17)),
    Attack("a bucket without a location beside one with", each((f"{S3}/reports/a", READ), ("s3://unregistered-bucket/a", READ)), "403 AccessDenied", rule(2)),
    Attack("buckets of two roles", each((f"{S3}/reports/a", READ), ("s3://theirs-bucket/a", READ)), "400 SeveralGrants /targets/1", rule(2), looked_up=True),
    Attack("four buckets", lend(None, targets=[f"s3://bucket-{n}/a" for n in range(4)]), "400 SeveralGrants /targets/3", rule(2)),
    Attack("four grants", each((f"{S3}/reports/a", READ), (f"{S3}/drop/a", WRITE), (f"{S3}/one.csv", READ), (f"{S3}/reports*/a", READ)), "400 SeveralGrants /targets/0 /targets/1 /targets/2 /targets/3", rule(2), looked_up=True),
    Attack("READWRITE of two grants that each give half, for other keys", each((f"{S3}/reports/a", "READWRITE")), "403 AccessDenied /targets/0", rule(2)),
    Attack("stars of one grant in the other's keys", each((f"{S3}/reports*/a", READ), (f"{S3}/drop/*", WRITE)), "200", rule(3), got(f"READ {BUCKET}/reports${{*}}/a", f"WRITE {BUCKET}/drop/*")),
    Attack("a permission that is not one", each((f"{S3}/reports/a", "ADMIN")), "400 InvalidRequest /targets/0/permission", rule(13)),
    Attack("a list of permissions", each((f"{S3}/reports/a", [READ, WRITE])), "400 InvalidRequest /targets/0/permission", rule(13)),
    Attack("no permission for one of two", items({"target": f"{S3}/reports/a", "permission": READ}, f"{S3}/one.csv"), "400 InvalidRequest /permission", rule(13)),
    Attack("a target within a target", each(({"target": f"{S3}/reports/a"}, READ)), "400 InvalidRequest /targets/0/target", rule(13)),
    Attack("the grant named by the caller", items({"target": f"{S3}/reports/a", "permission": READ, "grant": "bobs"}), "400 InvalidRequest /targets/0/grant", rule(13)),
    Attack("the scope named by the caller", items({"target": f"{S3}/reports/a", "permission": READ, "scope": f"{S3}/*"}), "400 InvalidRequest /targets/0/scope", rule(13)),
    Attack("a target twice in one item", event("credentials", f'{{"targets": [{{"target": "{S3}/reports/a", "permission": "READ", "target": "{S3}/bobs/a"}}]}}'), "400 InvalidRequest /targets/0/target", rule(13)),
    Attack("21 targets with a permission each", each(*[(f"{S3}/reports/{n}", READ) for n in range(21)]), "400 InvalidRequest /targets", rule(13)),
    Attack("another tenant's keys beside one's own", each((f"{S3}/tenants/acme/a", READ), (f"{S3}/tenants/other/a", READ), by=subject("alice", groups=["tenants"], tenant="acme")), "403 AccessDenied /targets/1", rule(2)),
    Attack("several targets and one in the query", sdk(read=f"{S3}/alice/a"), "400 InvalidRequest", rule(13)),
]  # fmt: skip
