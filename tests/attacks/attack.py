"""A row of the corpus: what somebody tries, and the answer that it has to get."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.support.make import ACCOUNT
from tests.support.tokens import ISSUER
from vending.callers.identity import WebIdentity

if TYPE_CHECKING:
    from vending.callers.grantee_keys import Claims

EVENTS = Path(__file__).parents[2] / "events"
BUCKET = "hogehoge-bucket"

type Event = dict[str, Any]
type Who = Mapping[str, Any]


class Attack(NamedTuple):
    """``answer`` is status, code, and the pointers of all faults: ``400 InvalidRequest /target``.

    Where the answer is 200, ``gets`` is all that it opens: lines as ``opened`` writes them.
    """

    attempt: str
    event: Event
    answer: str
    source: str
    gets: tuple[str, ...] = ()
    looked_up: bool = False  # a 400 that can only be known from the table, if not from the body


def user(name: str = "AssumeS3User", unique_id: str = "AIDA2EXAMPLEEXAMPLE1") -> Who:
    """Members of the request context for a user of ours."""
    return arn(f"arn:aws:iam::{ACCOUNT}:user/{name}", unique_id)


def session(role: str, name: str, unique_id: str = "AROA2EXAMPLEEXAMPLE1") -> Who:
    """The same for a session of a role, whose name its user chose."""
    return arn(f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}", f"{unique_id}:{name}")


def arn(text: str, caller: str, account: str | None = None) -> Who:
    """The same for whatever API Gateway might say."""
    return {
        "userArn": text,
        "caller": caller,
        "user": caller,
        "accountId": text.split(":")[4] if account is None else account,
    }


def subject(name: str, issuer: str = ISSUER, **claims: Any) -> str:
    """What the authorizer says of a token."""
    given: Claims = claims
    return WebIdentity(issuer, name, given, "0" * 32).encode()


def event(name: str, body: object = None, by: Who | str | None = None) -> Event:
    """An event with another body (text as it is) and another caller; None leaves it."""
    made: Event = json.loads((EVENTS / f"{name}.json").read_text())
    if body is not None:
        made["body"] = body if isinstance(body, str) else json.dumps(body)
    context = made["requestContext"]
    if isinstance(by, str):
        context["authorizer"]["caller"] = by
    elif by is not None:
        context["identity"] |= by
    return made


def context(made: Event, **members: object) -> Event:
    """The event with other members of its request context."""
    return made | {"requestContext": made["requestContext"] | members}


def lend(target: object, permission: object = "READ", by: Who | str | None = None, **more: object) -> Event:  # fmt: skip
    """Asks for credentials; the member ``target`` is left out if it is None."""
    named = {} if target is None else {"target": target}
    return event(_at("credentials", by), named | {"permission": permission} | more, by)


def urls(*requests: object, by: Who | str | None = None, **more: object) -> Event:
    """Asks for URLs; a request as text is ``GET s3://…``."""
    written = [
        dict(zip(("method", "target"), one.split(" ", 1), strict=True))
        if isinstance(one, str)
        else one
        for one in requests
    ]
    body = {"expiresIn": 60, "requests": written} | more
    return event(_at("presigned-urls", by), body, by)


def url(method: str, target: object, **more: object) -> Event:
    """Asks for one URL with more members."""
    return urls({"method": method, "target": target} | more)


def compact(prefix: object, *keys: object, method: str = "GET", **more: object) -> Event:
    """Asks for URLs in the compact form."""
    body = {"format": "compact", "method": method, "prefix": prefix, "keys": keys, "expiresIn": 60}
    return event("presigned-urls", body | more)


def start(target: object, **more: object) -> Event:
    """Starts an upload of two parts."""
    return event("multipart-uploads", {"target": target, "parts": 2, "expiresIn": 60} | more)


def upload(
    id_: str, step: str, parts: tuple[int, int] = (1, 1), by: Who | None = None, **body: object
) -> Event:
    """Asks for ``parts``, ``completion`` or ``abort`` of an upload."""
    ranged = dict(zip(("from", "to"), parts, strict=True)) if step == "parts" else {}
    made = event(f"multipart-uploads-{step}", ranged | {"expiresIn": 60} | body, by)
    return made | {"pathParameters": {"id": id_}}


def sdk(**query: str | list[str]) -> Event:
    """What an SDK asks of its container credentials endpoint."""
    given = {"target": f"s3://{BUCKET}/alice/*", "permission": "READ"} | query
    values = {name: [one] if isinstance(one, str) else one for name, one in given.items()}
    made = event("web-identity-container-credentials", by=subject("alice"))
    return made | {"multiValueQueryStringParameters": values}


def change(**members: object) -> Event:
    """An administrator's document, applied if it is accepted."""
    return event("admin-changes", {"version": 1} | members)


def token(*values: str) -> Event:
    """What API Gateway asks of the authorizer, with these ``Authorization`` headers."""
    return event("authorizer") | {
        "headers": {"Authorization": values[-1]} if values else {},
        "multiValueHeaders": {"Authorization": list(values)} if values else {},
    }


def _at(name: str, by: Who | str | None) -> str:
    return f"web-identity-{name}" if isinstance(by, str) else name
