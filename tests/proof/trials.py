"""Every attempt under every grant, with what a backend answers; what the core refuses by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import urllib3

from tests.proof.attempts import BODY, SENDS, Attempt, Opened, attempts, of_answer, outcome
from tests.proof.granted import Asking, DrawnKeys
from tests.proof.nearby import inside, near
from tests.support.lending import Lender, target
from vending.errors import StorageRefused
from vending.grants.grant import Permission
from vending.grants.keys import Keys
from vending.sigv4.presign import Method
from vending.urls.answer import Url

# A connection that was kept may be closed in the moment in which it is used again.
AGAIN = urllib3.Retry(connect=3, read=3, redirect=0, status=0, other=0, allowed_methods=None)
METHODS: dict[str, Method] = {"put": "PUT", "head": "HEAD", "get": "GET", "delete": "DELETE"}


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt, and what came of it."""

    who: str
    way: str
    opened: Opened
    attempt: Attempt
    policy: str  # of the session
    got: str

    def __str__(self) -> str:
        return f"{self.who} by {self.way}: {' '.join(self.attempt)}: {self.got}"


def trials(lender: Lender) -> list[Tried]:
    """All that is tried, in an order that is the same on every backend."""
    with urllib3.PoolManager(retries=AGAIN) as http:
        return [
            tried
            for asking in lender.people
            for way in (with_credentials(lender, asking), with_urls(lender, asking, http))
            for tried in way
        ]


def with_credentials(lender: Lender, asking: Asking) -> Iterator[Tried]:
    """By boto3."""
    s3 = lender.credentials(asking)
    policy = lender.asked[-1].policy
    opened = opened_by(asking, asking.opened, asking.permission)
    for attempt in attempts(root(asking), asking.opened, Random(asking.name)):
        got = outcome(lambda: SENDS[attempt.does](s3, attempt))  # noqa: B023 - called at once
        yield Tried(asking.name, "credentials", opened, attempt, policy, got)


def with_urls(lender: Lender, asking: Asking, http: urllib3.PoolManager) -> Iterator[Tried]:
    """By plain HTTP: what may be signed is vended, the rest signed by the very same session."""
    scope, chance = asking.scope, Random(asking.name)
    opened = opened_by(asking, [scope], asking.grant.permission)

    def tried(way: str, does: str, bucket: str, key: str, url: Url) -> Tried:
        assert lender.signed is not None
        sent = {"fields": {**(url.fields or {}), "key": key, "file": ("a", BODY)}}
        body = sent if url.fields else {"body": BODY if url.method == "PUT" else None}
        answer = http.request(url.method, url.url, headers=url.headers, **body)
        policy, attempt = lender.signed[0].policy, Attempt(does, bucket, key)
        got = of_answer(answer.status, answer.data.decode(errors="replace"))
        return Tried(asking.name, way, opened, attempt, policy, got)

    writes = asking.grant.permission.includes(Permission.WRITE)
    reads = asking.grant.permission.includes(Permission.READ)
    may = ["put"] * writes + ["head", "get"] * reads + ["delete"] * writes
    keys = [DrawnKeys(scope.bucket, key, is_prefix=False) for key in inside(scope, root(asking))]
    asked = [(does, key) for key in keys for does in may]
    urls = lender.urls(
        asking, [{"method": METHODS[one], "target": target(key)} for one, key in asked]
    )
    for (does, key), url in zip(asked, urls, strict=True):
        yield tried("URL", does, *key[:2], url)
    if writes:
        [form] = lender.urls(asking, [{"method": "POST", "target": target(scope)}])
        yield tried("form", "put", *keys[0][:2], form)
    beyond = chance.sample(near(scope, root(asking)), 6)
    further = [(does, *keys[0][:2]) for does in METHODS if does not in may]
    further += [(chance.choice(list(METHODS)), *place) for place in beyond]
    for does, bucket, name in further:
        url = Url(METHODS[does], lender.signs(METHODS[does], bucket, name), {})
        yield tried("URL beyond", does, bucket, name, url)
    if writes and opened.holds:
        try:
            running = lender.upload(asking, keys[0])
        except StorageRefused:
            assert lender.signed is not None
            attempt = Attempt("upload", *keys[0][:2])
            yield Tried(asking.name, "start", opened, attempt, lender.signed[0].policy, "deny")
            return
        [part] = running.parts(1, 1)
        yield tried("part", "put", *keys[0][:2], part.url)
        yield tried("URL", "abort", *keys[0][:2], running.abort())


def refused(lender: Lender, asking: Asking) -> Iterator[str]:
    """What is asked for beyond the scope, and is not refused before STS is called."""
    scope = asking.grant.scope_for(asking.caller, asking.vended or datetime.now(UTC))
    if scope != asking.scope.location:
        yield f"{asking.name}: opens {scope}"
    for place in near(asking.scope, root(asking)):
        covered, keys = asking.scope.has(*place), DrawnKeys(*place, is_prefix=False)
        if asking.scope.location.covers(Keys(*place)) != covered:
            yield f"{asking.name}: covers {place}, or does not"
        if covered:
            continue
        before = len(lender.asked)
        if lender.vends(asking, keys):
            yield f"{asking.name}: {place} is vended"
        if len(lender.asked) != before:
            yield f"{asking.name}: STS was called for {place}"


def opened_by(asking: Asking, keys: Sequence[DrawnKeys], permission: Permission) -> Opened:
    """What a session of this grant is for."""
    grant = asking.grant
    soon = datetime.now(UTC) + timedelta(hours=1)  # an hour is the longest session
    timed = grant.expires is not None and grant.expires < soon
    return Opened(keys, permission, grant.versions, asking.holds, timed)


def root(asking: Asking) -> str:
    """The first segment of all keys that belong to this grant."""
    return f"tenant{asking.grant.id.removeprefix('grant')}"
