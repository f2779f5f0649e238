"""Questions of administrators that pose as another caller, or ask about what is not known."""

from base64 import urlsafe_b64encode
from typing import Any

from tests.attacks.attack import BUCKET, Attack, Event, event
from tests.attacks.sources import TWICE, rule
from tests.attacks.world import CI_ISSUER
from tests.support.make import ACCOUNT, USER_ARN
from tests.support.tokens import ISSUER

S3 = f"s3://{BUCKET}"
BLOCKED = f"arn:aws:iam::{ACCOUNT}:user/Blocked"


def explain(who: object, **members: object) -> Event:
    asked = {"target": f"{S3}/reports/a", "permission": "READ", "as": who} | members
    return event("admin-explanations", asked)


def reach(**members: object) -> Event:
    return event("admin-reach", members)


def page(token: str) -> Event:
    return reach(target=f"{S3}/*") | {"multiValueQueryStringParameters": {"nextToken": [token]}}


def token(*parts: str) -> str:
    text = "[" + ",".join(f'"{part}"' for part in parts) + "]"
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def whose(**claims: Any) -> dict[str, Any]:
    return {"issuer": ISSUER, "subject": "alice", "claims": claims}


ATTACKS = [
    Attack("another caller's decision, at a caller's own door", event("explanations", {"target": f"{S3}/bobs/a", "permission": "READ", "as": {"iam": f"arn:aws:iam::{ACCOUNT}:user/Bob"}}), "400 InvalidRequest /as", rule(8)),
    Attack("another tenant's decision, at a caller's own door", event("web-identity-explanations", {"target": f"{S3}/bobs/a", "permission": "READ", "as": whose()}), "400 InvalidRequest /as", rule(8)),
    Attack("a decision for a blocked caller, who is told to be allowed", explain({"iam": BLOCKED}), "200 Blocked", rule(19)),
    Attack("a decision for a blocked holder under another subject", explain({"issuer": CI_ISSUER, "subject": "new", "claims": {"repository_id": "666", "owner": "octo"}}), "200 Blocked", rule(16)),
    Attack("a decision for a holder without its caller claim, whom no block knows", explain({"issuer": CI_ISSUER, "subject": "new", "claims": {"owner": "octo"}}), "400 InvalidRequest /as/claims", rule(16)),
    Attack("a decision for a whole account", explain({"iam": ACCOUNT}), "400 InvalidRequest /as/iam", rule(13)),
    Attack("a decision for a session, by the name that its user chose", explain({"iam": f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/me"}), "400 InvalidRequest /as/iam", rule(16)),
    Attack("a decision for two callers at once", explain({"iam": USER_ARN, "issuer": ISSUER}), "400 InvalidRequest /as", rule(13)),
    Attack("a decision for a user with claims", explain({"iam": USER_ARN, "claims": {"groups": "users"}}), "400 InvalidRequest /as", rule(13)),
    Attack("a decision for nobody", explain({}), "400 InvalidRequest /as", rule(13)),
    Attack("a decision for a caller who is null", explain(None), "400 InvalidRequest /as", rule(13)),
    Attack("a decision for anybody of an issuer", explain({"issuer": ISSUER}), "400 InvalidRequest /as/subject", rule(13)),
    Attack("a decision for a subject of an issuer that nobody trusts", explain({"issuer": "https://evil.example", "subject": "alice"}), "400 InvalidRequest /as/issuer", rule(19)),
    Attack("a decision by a claim that the issuer's entry does not list", explain(whose(admin=True)), "400 InvalidRequest /as/claims/admin", rule(19)),
    Attack("a decision by a claim that is an object", explain(whose(groups={"a": "b"})), "400 InvalidRequest /as/claims", rule(13)),
    Attack("a caller twice, of which the last would count", event("admin-explanations", f'{{"target": "{S3}/a", "permission": "READ", "as": {{"iam": "{BLOCKED}"}}, "as": {{"iam": "{USER_ARN}"}}}}'), "400 InvalidRequest /as", TWICE),
    Attack("a question about nothing, which everything would answer", reach(), "400 InvalidRequest ''", rule(13)),
    Attack("a question about a prefix without its slash", reach(target=f"{S3}/reports*"), "400 InvalidRequest /target", rule(4)),
    Attack("a question about a caller without any part", reach(**{"as": {}}), "400 InvalidRequest /as", rule(13)),
    Attack("a question about an issuer that nobody trusts, which would be answered with nobody", reach(**{"as": {"issuer": "https://evil.example"}}), "400 InvalidRequest /as/issuer", rule(19), looked_up=True),
    Attack("a question by a misspelt claim, which would be answered with nobody", reach(**{"as": {"issuer": ISSUER, "claims": {"groops": "users"}}}), "400 InvalidRequest /as/claims/groops", rule(19), looked_up=True),
    Attack("a past day before the history, which would be answered with nobody", reach(target=f"{S3}/reports/a", at="2020-01-01T00:00:00Z"), "400 InvalidRequest /at", rule(19), looked_up=True),
    Attack("a day to come, when grants may be others", reach(target=f"{S3}/reports/a", at="2099-01-01T00:00:00Z"), "400 InvalidRequest /at", rule(19)),
    Attack("a time without its zone", reach(target=f"{S3}/reports/a", at="2026-10-31T00:00:00"), "400 InvalidRequest /at", rule(13)),
    Attack("a page that nobody was given", page("hunter2"), "400 InvalidRequest /nextToken", rule(13)),
    Attack("a page before the first", page(token("1", "-1")), "400 InvalidRequest /nextToken", rule(13), looked_up=True),
    Attack("a page of grants that changed meanwhile, which would leave some out", page(token("999", "1")), "412 PreconditionFailed", rule(19)),
    Attack("a secret in a permission", reach(target=f"{S3}/a", permission="hunter2-hunter2"), "400 InvalidRequest /permission", rule(10)),
]  # fmt: skip
