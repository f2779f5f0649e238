"""Presigned URLs: any number of them, in as few requests as the service allows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from s3vend.errors import InvalidRequest
from s3vend.service.connect import Service, connect
from s3vend.service.credentials import parse_time

Method = Literal["GET", "HEAD", "PUT", "DELETE", "POST"]
TargetOrRequest = str | Mapping[str, object]

BATCH, COMPACT = 1_000, 10_000  # URLs that one request takes, in the two forms
BYTES = 4_000_000  # of keys in the compact form, which the answer has percent-encoded
SIGNED = 80  # bytes of each URL beside its key there
EXPIRES = 900
_COMMON = re.compile(r"s3://[^/]+/(?:.*/)?", re.DOTALL)
_COMPACT_METHODS = ("GET", "HEAD", "PUT", "DELETE")


@dataclass(frozen=True, slots=True)
class Url:
    """What one request to S3 may do. Whoever has ``url`` may do it, until ``expires_at`` (UTC)."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)  # to be sent with it
    expires_at: datetime
    fields: Mapping[str, str] | None = field(default=None, repr=False)  # of a form (POST)


def presign(
    wanted: Sequence[TargetOrRequest],
    *,
    method: Method = "GET",
    expires_in: int = EXPIRES,
    service: Service | None = None,
    **members: object,
) -> list[Url]:
    """A URL for each of ``wanted``, in their order: targets, or requests as the API takes them.

    ``method`` and ``members`` (such as ``responseContentType``) are for those that are mere
    targets. Each request, of up to 1,000 URLs (10,000 where all have method and prefix in common),
    is answered by one grant, or refused whole; earlier ones have been answered then.

    Raises:
        ServiceError: refused; IdentityError, SettingsError, Unreachable.
    """
    if not wanted:
        return []
    asked = service or connect()
    prefix = _shared_prefix(wanted) if method in _COMPACT_METHODS else None
    if prefix is not None:
        keys = [str(one)[len(prefix) :] for one in wanted]
        shared = {"format": "compact", "method": method, "prefix": prefix, **members}
        shared["expiresIn"] = expires_in
        return [
            url for some in _compact_batches(keys) for url in _presign_compact(asked, shared, some)
        ]
    requests = [
        dict(one) if isinstance(one, Mapping) else {"method": method, "target": one, **members}
        for one in wanted
    ]
    batches = (requests[at : at + BATCH] for at in range(0, len(requests), BATCH))
    return [url for some in batches for url in _presign_batch(asked, some, expires_in)]


def url_of(made: Mapping[str, Any]) -> Url:
    """One URL as the service answers it."""
    expires = parse_time(made["expiresAt"])
    return Url(made["method"], made["url"], made.get("headers", {}), expires, made.get("fields"))


def _shared_prefix(wanted: Sequence[TargetOrRequest]) -> str | None:
    """What all begin with, to the last slash, if they are texts of several keys of one bucket."""
    texts = [one for one in wanted if isinstance(one, str)]
    if len(texts) < 2 or len(texts) < len(wanted):
        return None
    least, most = min(texts), max(texts)  # what these two share, all share
    length = next(
        (at for at, (a, b) in enumerate(zip(least, most, strict=False)) if a != b), len(least)
    )
    found = _COMMON.match(least[:length])
    if found is None or found[0].count("/") < 4:  # below the bucket itself
        return None
    # A target that ends so is a prefix and no key; the batch says that better.
    unfit = any(len(one) == len(found[0]) or one.endswith("/*") for one in texts)
    return None if unfit else found[0]


def _compact_batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    first = size = 0
    for position, key in enumerate(keys):
        adds = len(quote(key)) + SIGNED
        if position > first and (position - first == COMPACT or size + adds > BYTES):
            yield keys[first:position]
            first, size = position, 0
        size += adds
    yield keys[first:]


def _presign_compact(
    service: Service, shared: Mapping[str, object], keys: Sequence[str]
) -> list[Url]:
    try:
        made = service.ask("presigned-urls", {**shared, "keys": list(keys)})
    except InvalidRequest as error:
        if error.code != "TooLarge" or len(keys) == 1:
            raise
        half = len(keys) // 2
        return _presign_compact(service, shared, keys[:half]) + _presign_compact(
            service, shared, keys[half:]
        )
    expires, begin = parse_time(made["expiresAt"]), f"?{made['query']}&X-Amz-Signature="
    return [
        Url(str(shared["method"]), f"{made['base']}{path}{begin}{one}", made["headers"], expires)
        for path, one in made["urls"]
    ]


def _presign_batch(
    service: Service, requests: Sequence[Mapping[str, object]], seconds: int
) -> list[Url]:
    try:
        made = service.ask("presigned-urls", {"expiresIn": seconds, "requests": list(requests)})
    except InvalidRequest as error:
        if error.code != "TooLarge" or len(requests) == 1:
            raise
        half = len(requests) // 2
        return _presign_batch(service, requests[:half], seconds) + _presign_batch(
            service, requests[half:], seconds
        )
    return [url_of(one) for one in made["urls"]]
