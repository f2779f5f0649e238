"""Text that callers choose; it would name another request, or end a line of the log."""

from typing import Any
from urllib.parse import quote

from tests.attacks.administration import searched
from tests.attacks.attack import (
    BUCKET,
    Attack,
    Event,
    context,
    event,
    lend,
    sdk,
    session,
    token,
    url,
)
from tests.attacks.sources import rule
from tests.support.make import ACCOUNT

IDS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html"
KEY = f"s3://{BUCKET}/reports/a"
READ = (f"READ {BUCKET}/reports/a of {ACCOUNT}",)
NO = "403 AccessDenied /target"
OTHERS = "11111111-2222-3333-4444-555555555555"
WORDS = "with an explicit deny in an identity-based policy"


def forged(request_id: Any, made: Event | None = None) -> Event:
    """The event as API Gateway writes it where a client sends this ``x-amzn-RequestId``."""
    return context(lend(KEY) if made is None else made, requestId=request_id)


def agent(text: str, made: Event) -> Event:
    """The event of a client that calls itself so."""
    identity = made["requestContext"]["identity"] | {"userAgent": text}
    headers = {name: [text] for name in ("User-Agent", "X-Amzn-Trace-Id", "x-amz-apigw-id")}
    return context(made, identity=identity) | {"multiValueHeaders": made["multiValueHeaders"] | headers}  # fmt: skip


ATTACKS = [
    Attack("the id of another request", forged(OTHERS), "200", IDS, READ),
    Attack("the id of another request, where it is refused", forged(OTHERS, lend(f"s3://{BUCKET}/bobs/a")), NO, IDS),
    Attack("the id of another request, with a token that is none", forged(OTHERS, token("Bearer x")), "401 Unauthorized", IDS),
    Attack("the id of another request, as an administrator", forged(OTHERS, event("admin-changes", {"version": 2})), "400 InvalidRequest /version", IDS),
    Attack("the id of another request, of an SDK", forged(OTHERS, sdk(permission="ADMIN")), "400 InvalidRequest /permission", IDS),
    Attack("a request id that ends the record's line", forged('x"}\n{"record":"audit","outcome":"granted"}'), "200", rule(16), READ),
    Attack("a request id that ends a text", forged('x","outcome":"granted","a":"', lend(f"s3://{BUCKET}/bobs/a")), NO, rule(16)),
    Attack("a request id with control characters of a terminal", forged("\x1b]0;x\x07\r\n", lend(f"s3://{BUCKET}/bobs/a")), NO, rule(16)),
    Attack("a request id of many characters", forged("x" * 8000), "200", rule(16), READ),
    Attack("a request id that is an object", forged({"record": "audit"}, lend(f"s3://{BUCKET}/bobs/a")), NO, rule(16)),
    Attack("an empty request id", forged("", lend(f"s3://{BUCKET}/bobs/a")), NO, rule(16)),
    Attack("no request id", forged(None, lend(f"s3://{BUCKET}/bobs/a")), NO, rule(16)),
    Attack("a header that claims API Gateway's own id", agent(OTHERS, lend(f"s3://{BUCKET}/bobs/a")), NO, IDS),
    Attack("a user agent with the words of a revocation", agent(WORDS, lend(KEY)), "200", rule(16), READ),
    Attack("a key with the words of a revocation", url("GET", f"s3://{BUCKET}/reports/{WORDS}"), "200", rule(16), (f"GET {BUCKET}/reports/{quote(WORDS)}",)),
    Attack("a session that is called like an audit record", lend(f"s3://{BUCKET}/bobs/a", by=session("Reader", "record-audit-outcome-granted")), NO, rule(16)),
    Attack("records by an id that widens a search", searched(extendedRequestId='" ?"granted', since="2026-01-01T00:00:00"), "400 InvalidRequest /since", rule(16)),
    Attack("records by an id that is empty", searched(extendedRequestId=""), "400 InvalidRequest /extendedRequestId", rule(16)),
    Attack("records by an id that is too long", searched(extendedRequestId="x" * 2049), "400 InvalidRequest /extendedRequestId", rule(16)),
]  # fmt: skip
