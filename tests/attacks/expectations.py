"""Changes that get around a test, and tests that would demand less than they seem to."""

from typing import Any

from tests.attacks.attack import BUCKET, Attack, Event, change, event
from tests.attacks.sources import TWICE, rule
from tests.attacks.world import VAULT
from tests.support.make import ACCOUNT, USER_ARN
from tests.support.tokens import ISSUER

KEYS = f"s3://{BUCKET}/vault/*"  # nobody reaches them: a stored test
LINE = {"id": "x", "grantee": {"iam": USER_ARN}, "scope": KEYS, "permission": "READ"}
TENANTS = {"issuer": ISSUER, "claims": {"groups": "tenants"}}
GROUP = {"issuer": ISSUER, "claims": {"groups": "x"}}
BROKEN = "400 InvalidRequest /tests"
AT = f"{BROKEN}/0"


def line(**members: Any) -> Event:
    return change(grants=[LINE | members])


def test(**members: Any) -> Event:
    return change(tests=[{"id": "new"} | members])


def beside(*tests: object, **members: Any) -> Event:
    """Tests that change together with a grant that the stored ones refuse."""
    return change(grants=[LINE], tests=list(tests), **members)


def refusing(callers: object, **refused: object) -> Event:
    return test(**{"as": callers, "refused": refused})


ATTACKS = [
    Attack("a grant of keys that nobody may reach", line(), BROKEN, rule(14), looked_up=True),
    Attack("a grant of one of them", line(scope=f"s3://{BUCKET}/vault/x"), BROKEN, rule(14), looked_up=True),
    Attack("a grant of everything around them", line(scope=f"s3://{BUCKET}/*"), BROKEN, rule(14), looked_up=True),
    Attack("a grant of them from one address", line(sourceIp=["192.0.2.1/32"]), BROKEN, rule(14), looked_up=True),
    Attack("a grant of them through an endpoint", line(vpcEndpoint="vpce-0a1b2c3d"), BROKEN, rule(14), looked_up=True),
    Attack("a grant of them for a while", line(expires="2099-01-01T00:00:00Z"), BROKEN, rule(14), looked_up=True),
    Attack("a grant to write them, one byte at a time", line(permission="WRITE", maxObjectSize=1), BROKEN, rule(14), looked_up=True),
    Attack("a grant of what a role is called", line(grantee={"iam": ACCOUNT}, scope=f"s3://{BUCKET}/${{caller.name}}/${{caller.kind}}/*"), BROKEN, rule(14), looked_up=True),
    Attack("a grant of what a tenant is called", line(grantee=TENANTS, scope=f"s3://{BUCKET}/${{claim.tenant}}/*"), BROKEN, rule(14), looked_up=True),
    Attack("a grant of a path that a claim can lead there", line(grantee=TENANTS, scope=f"s3://{BUCKET}/${{claim.team:path}}/x"), BROKEN, rule(14), looked_up=True),
    Attack("the same under the id of a grant that stands", line(id="reports"), BROKEN, rule(14), looked_up=True),
    Attack("a grant, and the test without its last keys", change(grants=[LINE | {"scope": f"s3://{BUCKET}/vault/b/*"}], tests=[VAULT | {"scope": f"s3://{BUCKET}/vault/a/*"}]), AT, rule(14), looked_up=True),
    Attack("a grant, and the test with its grantee", beside(VAULT | {"onlyReachedBy": [{"iam": USER_ARN}]}), AT, rule(14), looked_up=True),
    Attack("a grant, and the test with its whole account", beside(VAULT | {"onlyReachedBy": [{"iam": ACCOUNT}]}), AT, rule(14), looked_up=True),
    Attack("a grant, and a test of another kind by that name", beside({"id": "vault", "disjoint": "caller.name", "within": f"s3://{BUCKET}/none/*"}), AT, rule(14), looked_up=True),
    Attack("a grant, and no test any more", beside(prune=True), BROKEN, rule(14), looked_up=True),
    Attack("a grant for its own team, and the test taken over", change(owner="team-data", tests=[VAULT | {"owner": "team-data"}]), f"{AT}/id", rule(14), looked_up=True),
    Attack("a test twice, of which the second demands less", change(tests=[VAULT, VAULT | {"scope": f"s3://{BUCKET}/none"}]), f"{BROKEN}/1/id", TWICE, looked_up=True),
    Attack("a list of tests twice", event("admin-changes", '{"version": 1, "tests": [], "tests": []}'), BROKEN, TWICE),
    Attack("a test of a claim that no token is read for", refusing({"issuer": ISSUER, "claims": {"role": "x"}}, READ=KEYS), f"{AT}/as", rule(13), looked_up=True),
    Attack("a test of an issuer that is spelled otherwise", refusing({"issuer": f"{ISSUER}/", "subject": "x"}, READ=KEYS), f"{AT}/as", rule(13), looked_up=True),
    Attack("a test that tenants are apart, by a claim that is misspelt", test(disjoint="claim.tenants", within=f"s3://{BUCKET}/*"), f"{AT}/disjoint", rule(13), looked_up=True),
    Attack("a test of a prefix that looks like a pattern", refusing(GROUP, READ=f"s3://{BUCKET}/vault*"), f"{AT}/refused/READ", rule(4)),
    Attack("a test of a key that looks like a prefix", refusing(GROUP, READ=f"s3://{BUCKET}/vault/"), f"{AT}/refused/READ", rule(4)),
    Attack("a test of a variable, which would be a key's name", refusing(GROUP, READ=f"s3://{BUCKET}/${{claim.tenant}}/*"), f"{AT}/refused/READ", rule(4)),
    Attack("a test of a permission that only both together give", refusing(GROUP, READWRITE=KEYS), f"{AT}/refused", rule(13)),
    Attack("a test with an exception that it does not have", test(scope=KEYS, onlyReachedBy=[], exceptBy=[]), f"{AT}/exceptBy", rule(13)),
    Attack("a test without anything that it demands", test(**{"as": GROUP}), AT, rule(13)),
    Attack("a test of two kinds, of which one would count", test(scope=KEYS, onlyReachedBy=[], disjoint="claim.tenant", within=KEYS), AT, rule(13)),
    Attack("a test that acknowledges its failure", test(scope=KEYS, onlyReachedBy=[], acknowledge={"TestFails": "x"}), f"{AT}/acknowledge", rule(13)),
    Attack("a test that does not hold, so that it would refuse nothing", test(scope=f"s3://{BUCKET}/*", onlyReachedBy=[]), f"{AT}/onlyReachedBy /tests/0/onlyReachedBy", rule(19), looked_up=True),
    Attack("a test by a path", event("admin-test") | {"pathParameters": {"id": "../grants"}}, "404 NotFound", rule(13)),
]  # fmt: skip
