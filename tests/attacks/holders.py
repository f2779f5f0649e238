"""Callers that vary what they are called, to get around a block or out of a limit."""

import time
from typing import Any

from tests.attacks.attack import BUCKET, Attack, Event, event, lend, subject, token, urls
from tests.attacks.sources import rule
from tests.attacks.sts import ask
from tests.attacks.world import BLOCKED_ISSUER, CI_ISSUER
from tests.support.make import ACCOUNT
from tests.support.tokens import claims, sign

TARGET = f"s3://{BUCKET}/apps/1.tar"
NO, OF_STS, UNAUTHORIZED = "403 Blocked", "403 AccessDenied", "401 Unauthorized"
MAIN = "repo:octo/app:ref:refs/heads/main"
NOW = int(time.time())


def of(name: str = MAIN, issuer: str = CI_ISSUER, **given: Any) -> str:
    """A caller whose token has the owner that the grant asks for."""
    return subject(name, issuer, **{"owner": "octo"} | given)


def read(by: str) -> Event:
    return lend(TARGET, by=by)


def signed(**members: object) -> str:
    """A token of the CI issuer, as its holder got it."""
    given = {"iss": CI_ISSUER, "sub": MAIN, "owner": "octo", "iat": NOW, "exp": NOW + 3600}
    return sign(claims(**given | members))


ATTACKS = [
    Attack("a blocked repository, from the branch that was blocked", read(of(repository_id="666")), NO, rule(16)),
    Attack("its other branch", read(of("repo:octo/app:ref:refs/heads/other", repository_id="666")), NO, rule(16)),
    Attack("the same under another name", read(of("repo:octo/renamed:ref:refs/heads/main", repository_id="666")), NO, rule(16)),
    Attack("the same with a claim more", read(of(repository_id="666", ref="refs/heads/main")), NO, rule(16)),
    Attack("the same, asking for a URL", urls(f"GET {TARGET}", by=of(repository_id="666")), NO, rule(16)),
    Attack("the same, asking for its grants", event("web-identity-grants", by=of(repository_id="666")), NO, rule(16)),
    Attack("the same, asking for a target that it was never granted", lend(f"s3://{BUCKET}/x", by=of(repository_id="666")), NO, rule(16)),
    Attack("the same in STS's own protocol", ask("apps", signed(repository_id="666")), OF_STS, rule(16)),
    Attack("another repository of its owner", read(of(repository_id="667")), "200", rule(16), (f"READ {BUCKET}/apps/1.tar of {ACCOUNT}",)),
    Attack("its id as a number, which is another caller", read(of(repository_id=666)), "200", rule(16), (f"READ {BUCKET}/apps/1.tar of {ACCOUNT}",)),
    Attack("somebody of an issuer that is blocked", lend(f"s3://{BUCKET}/stopped/a", by=subject("alice", BLOCKED_ISSUER)), NO, rule(16)),
    Attack("somebody else of it", lend(f"s3://{BUCKET}/stopped/a", by=subject("bob", BLOCKED_ISSUER)), NO, rule(16)),
    Attack("a token without the claim that makes a caller", token(signed()), UNAUTHORIZED, rule(16)),
    Attack("a token in which it is null", token(signed(repository_id=[None])), UNAUTHORIZED, rule(16)),
    Attack("a token in which it is a list with the real id", token(signed(repository_id=["666", "1"])), UNAUTHORIZED, rule(16)),
    Attack("a token in which it is a list of one", token(signed(repository_id=["1"])), UNAUTHORIZED, rule(16)),
    Attack("a token in which it is an object", token(signed(repository_id={"id": "1"})), UNAUTHORIZED, rule(16)),
    Attack("a token in which it is empty", token(signed(repository_id="")), UNAUTHORIZED, rule(16)),
    Attack("a token in which it is a fraction", token(signed(repository_id=1.5)), UNAUTHORIZED, rule(16)),
    Attack("a token in which it is too long to be revoked", token(signed(repository_id="1" * 600)), UNAUTHORIZED, rule(16)),
    Attack("a token in which it has a control character", token(signed(repository_id="1\n")), UNAUTHORIZED, rule(16)),
    Attack("a token in which it is under another name", token(signed(repositoryId="1")), UNAUTHORIZED, rule(16)),
]  # fmt: skip
