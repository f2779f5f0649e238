"""Callers and grants that are revoked; nothing that is dead is handed out"""

from tests.attacks.attack import (
    BUCKET,
    Attack,
    Event,
    Who,
    compact,
    context,
    event,
    lend,
    sdk,
    session,
    start,
    subject,
    urls,
    user,
)
from tests.attacks.sources import rule
from tests.attacks.sts import ask, lasting
from tests.support.make import ACCOUNT
from tests.support.tokens import sign

S3 = f"s3://{BUCKET}"
BLOCKED, RECENT = user("Blocked"), user("Recent")
ROLE = session("BlockedRole", "another-name")
NO, NO_GRANT, WAIT = "403 Blocked", "403 AccessDenied /target", "503 JustRevoked"
OF_STS = "403 AccessDenied"


def home(name: str) -> str:
    return f"{S3}/home/user/{name}/a"


def explain(target: str, by: Who | None = None) -> Event:
    return event("explanations", {"target": target, "permission": "READ"}, by)


def by(made: Event, who: Who) -> Event:
    """The event of another user."""
    return context(made, identity=made["requestContext"]["identity"] | who)


def of_sdk(name: str) -> Event:
    """An SDK's request for another subject, who has a tenant's grant."""
    who = {"caller": subject(name, groups="tenants", tenant="acme")}
    return context(sdk(target=f"{S3}/tenants/acme/*"), authorizer=who)


def of_sts(name: str) -> Event:
    """The same in STS's own protocol."""
    return ask("tenants", sign(lasting(sub=name, groups="tenants", tenant="acme")))


ATTACKS = [
    Attack("credentials for a blocked user", lend(home("Blocked"), by=BLOCKED), NO, rule(16)),
    Attack("a URL for a blocked user", urls(f"GET {home('Blocked')}", by=BLOCKED), NO, rule(16)),
    Attack("URLs in compact form for a blocked user", by(compact(f"{S3}/home/user/Blocked/", "a"), BLOCKED), NO, rule(16)),
    Attack("a form for a blocked user", urls({"method": "POST", "target": home("Blocked")}, by=BLOCKED), NO, rule(16)),
    Attack("an upload of a blocked user", by(start(home("Blocked")), BLOCKED), NO, rule(16)),
    Attack("a blocked user's name with another unique id", lend(home("Blocked"), by=user("Blocked", "AIDA2EXAMPLEEXAMPLE9")), NO, rule(16)),
    Attack("a blocked role's session under another name", lend(f"{S3}/home/role/BlockedRole/a", by=ROLE), NO, rule(16)),
    Attack("a blocked user that asks for what nobody granted", lend(f"{S3}/nobodys/a", by=BLOCKED), NO, rule(10)),
    Attack("a blocked user that asks why", explain(home("Blocked"), BLOCKED), "200 Blocked", rule(10)),
    Attack("a blocked user's list of grants", event("grants", by=BLOCKED), NO, rule(10)),
    Attack("credentials for a blocked subject", lend(f"{S3}/tenants/acme/*", by=subject("blocked", groups="tenants", tenant="acme")), NO, rule(16)),
    Attack("a blocked subject with other claims", lend(f"{S3}/teams/a/*", by=subject("blocked", groups=["x", "tenants"], team="a")), NO, rule(16)),
    Attack("an SDK of a blocked subject", of_sdk("blocked"), NO, rule(16)),
    Attack("STS's own protocol for a blocked subject", of_sts("blocked"), OF_STS, rule(16)),
    Attack("STS's own protocol a moment after a subject was revoked", of_sts("recent"), "503 ServiceUnavailable", rule(12)),
    Attack("an SDK a moment after a subject was revoked", of_sdk("recent"), WAIT, rule(12)),
    Attack("a blocked grant", lend(f"{S3}/closed/a"), NO_GRANT, rule(10)),
    Attack("a URL under a blocked grant", urls(f"GET {S3}/closed/a"), "403 AccessDenied /requests/0/target", rule(10)),
    Attack("an explanation of a blocked grant", explain(f"{S3}/closed/a"), "200 AccessDenied", rule(10)),
    Attack("credentials a moment after a user was revoked", lend(home("Recent"), by=RECENT), WAIT, rule(12)),
    Attack("a URL a moment after a user was revoked", urls(f"GET {home('Recent')}", by=RECENT), WAIT, rule(12)),
    Attack("URLs in compact form a moment after", by(compact(f"{S3}/home/user/Recent/", "a"), RECENT), WAIT, rule(12)),
    Attack("an upload a moment after a user was revoked", by(start(home("Recent")), RECENT), WAIT, rule(12)),
    Attack("credentials a moment after a grant was revoked", lend(f"{S3}/recent/a"), WAIT, rule(12)),
    Attack("a URL a moment after a grant was revoked", urls(f"GET {S3}/recent/a"), WAIT, rule(12)),
    Attack("what else was granted to a user who is revoked, a moment after", lend(f"{S3}/nobodys/a", by=RECENT), NO_GRANT, rule(10)),
    Attack("a user beside a blocked one, who gets what is granted", lend(home("Bob"), by=user("Bob")), "200", rule(16), (f"READ {BUCKET}/home/user/Bob/a of {ACCOUNT}",)),
    Attack("a user beside a blocked one, in the blocked one's home", lend(home("Blocked"), by=user("Bob")), NO_GRANT, rule(2)),
]  # fmt: skip
