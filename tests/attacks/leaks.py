"""Refusals and explanations that would reveal what the caller must not know."""

from tests.attacks.attack import BUCKET, Attack, Event, event, lend, urls, user
from tests.attacks.sources import rule
from tests.support.make import ACCOUNT

S3 = f"s3://{BUCKET}"
REFUSED = "403 AccessDenied /target"


def explain(target: str, **members: object) -> Event:
    return event("explanations", {"target": target, "permission": "READ"} | members)


ATTACKS = [
    Attack("whether somebody else has a grant", lend(f"{S3}/bobs/secret"), REFUSED, rule(10)),
    Attack("whether nobody has a grant", lend(f"{S3}/nobodys/secret"), REFUSED, rule(10)),
    Attack("whether a bucket is registered", lend("s3://partner-bucket/a"), REFUSED, rule(10)),
    Attack("whether a bucket is not registered", lend("s3://no-such-bucket/a"), REFUSED, rule(10)),
    Attack("whether a key is there", urls(f"GET {S3}/bobs/secret"), "403 AccessDenied /requests/0/target", rule(10)),
    Attack("an explanation of somebody else's grant", explain(f"{S3}/bobs/a"), "200 AccessDenied", rule(10)),
    Attack("an explanation of nobody's grant", explain(f"{S3}/nobodys/a"), "200 AccessDenied", rule(10)),
    Attack("an explanation as somebody else", explain(f"{S3}/bobs/a", caller="Bob"), "400 InvalidRequest /caller", rule(10)),
    Attack("an explanation of one's own, without a session", explain(f"{S3}/reports/a"), "200", rule(10), (f"READ {BUCKET}/reports/a of {ACCOUNT}",)),
    Attack("a secret in a wrong place", lend(f"{S3}/reports/a", "hunter2-hunter2"), "400 InvalidRequest /permission", rule(10)),
    Attack("a secret in a target that is none", lend("hunter2-hunter2"), "400 InvalidRequest /target", rule(10)),
    Attack("a secret in a body that is no JSON", event("credentials", '{"target": hunter2-hunter2'), "400 InvalidRequest", rule(10)),
    Attack("a secret in a duration", lend(f"{S3}/reports/a", durationSeconds="hunter2-hunter2"), "400 InvalidRequest /durationSeconds", rule(10)),
    Attack("a secret in a header", lend(f"{S3}/bobs/a") | {"headers": {"Authorization": "hunter2-hunter2"}}, REFUSED, rule(10)),
    Attack("a secret in somebody's name, where nobody is", lend(f"{S3}/reports/a", by=user("hunter2-hunter2\n")), "403 NotAuthenticated", rule(10)),
]  # fmt: skip
