"""Presigned URLs: any number of them, in as few requests as the service's limits allow."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from s3vend.errors import InvalidRequest, S3VendError
from s3vend.http.address import is_plain_loopback
from s3vend.service.connect import Service, connect
from s3vend.service.credentials import parse_time
from s3vend.service.disposition import attachment

Method = Literal["GET", "HEAD", "PUT", "DELETE", "POST"]
TargetOrRequest = str | Mapping[str, object]

BATCH, COMPACT = 1_000, 10_000  # URLs in one request: in the full and in the compact form
BYTES = 4_000_000  # of a compact answer, which contains the keys percent-encoded
SIGNED = 80  # bytes that a compact answer has for each URL in addition to the key
EXPIRES = 900
_COMMON = re.compile(r"s3://[^/]+/(?:.*/)?", re.DOTALL)
_NAME, _VALUE = re.compile(r"[A-Za-z0-9_-]+"), re.compile(r"[^\x00-\x1f\x7f]*")
_ANSWER, SHOWN = "The service's answer", 100  # characters of a URL in a message
_COMPACT_METHODS = ("GET", "HEAD", "PUT", "DELETE")


@dataclass(frozen=True, slots=True)
class Url:
    """A presigned URL. Everybody who has ``url`` can use it until ``expires_at`` (UTC)."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)  # send them with the request
    expires_at: datetime
    fields: Mapping[str, str] | None = field(default=None, repr=False)  # of the form, for POST

    def check(self) -> None:
        """Refuse what is not the address of a storage: a file, an option of a command, plain HTTP.

        Raises:
            S3VendError: the URL does not begin with https://, or http:// for this machine, or a
                header has characters that no header has.
        """
        for name, value in self.headers.items():
            if not (_NAME.fullmatch(name) and _VALUE.fullmatch(value)):
                raise S3VendError(f"{_ANSWER} has a header {name!r}, which cannot be sent.")
        if not _is_address(self.url):
            shown = repr(self.url.partition("?")[0][:SHOWN])
            raise S3VendError(
                f"{_ANSWER} has the URL {shown}, which does not begin with https://. Check the "
                "service's address (S3VEND_URL)."
            )


def _is_address(url: str) -> bool:
    if not (url.isascii() and url.isprintable()) or " " in url:
        return False
    try:
        return url.startswith("https://") or is_plain_loopback(url)
    except ValueError:
        return False


def presign(
    wanted: Sequence[TargetOrRequest],
    *,
    method: Method = "GET",
    expires_in: int = EXPIRES,
    save_as: str | None = None,
    service: Service | None = None,
    **members: object,
) -> list[Url]:
    """Presign a URL for each item of ``wanted``, and return them in the same order.

    An item is a target, or a mapping with the members of the API's request. ``method`` and
    ``members`` (such as ``responseContentType``) apply to items that are targets; ``expires_in``
    (seconds) applies to all. ``save_as`` is the name, in any language, under which browsers save
    what a `GET` answers.

    One request to the service takes up to 1,000 URLs, or 10,000 if all are keys below one prefix.
    Each request is decided as a whole: if a later one is refused, the URLs of the earlier ones
    were signed, but are not returned.

    Raises:
        ServiceError: the service refused a request.
        Unreachable: no answer.
        IdentityError, SettingsError: as `connect`.
    """
    if not wanted:
        return []
    if save_as is not None:
        members["responseContentDisposition"] = attachment(save_as)
    connected = service or connect()
    prefix = _shared_prefix(wanted) if method in _COMPACT_METHODS else None
    if prefix is not None:
        keys = [str(item)[len(prefix) :] for item in wanted]
        shared = {"format": "compact", "method": method, "prefix": prefix, **members}
        shared["expiresIn"] = expires_in
        return [
            url
            for batch in _compact_batches(keys)
            for url in _presign_compact(connected, shared, batch)
        ]
    requests = [
        dict(item) if isinstance(item, Mapping) else {"method": method, "target": item, **members}
        for item in wanted
    ]
    batches = (requests[at : at + BATCH] for at in range(0, len(requests), BATCH))
    return [url for batch in batches for url in _presign_batch(connected, batch, expires_in)]


def url_of(entry: Mapping[str, Any]) -> Url:
    """Return the URL in one entry of the service's answer."""
    expires = parse_time(entry["expiresAt"])
    return Url(
        entry["method"], entry["url"], entry.get("headers", {}), expires, entry.get("fields")
    )


def _shared_prefix(wanted: Sequence[TargetOrRequest]) -> str | None:
    """Return the longest common prefix that ends at a slash, for the compact form.

    None if the items are not all keys, are fewer than two, or share only the bucket.
    """
    texts = [text for text in wanted if isinstance(text, str)]
    if len(texts) < 2 or len(texts) < len(wanted):
        return None
    least, most = min(texts), max(texts)  # a prefix that these two share, all share
    length = next(
        (at for at, (a, b) in enumerate(zip(least, most, strict=False)) if a != b), len(least)
    )
    match = _COMMON.match(least[:length])
    if match is None or match[0].count("/") < 4:  # no prefix below the bucket
        return None
    # Such a target is not a key. The full form has the clearer error for it.
    unfit = any(len(text) == len(match[0]) or text.endswith("/*") for text in texts)
    return None if unfit else match[0]


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
        answer = service.ask("presigned-urls", {**shared, "keys": list(keys)})
    except InvalidRequest as error:
        if error.code != "TooLarge" or len(keys) == 1:
            raise
        half = len(keys) // 2
        return _presign_compact(service, shared, keys[:half]) + _presign_compact(
            service, shared, keys[half:]
        )
    expires, begin = parse_time(answer["expiresAt"]), f"?{answer['query']}&X-Amz-Signature="
    return [
        Url(
            str(shared["method"]),
            f"{answer['base']}{path}{begin}{signature}",
            answer["headers"],
            expires,
        )
        for path, signature in answer["urls"]
    ]


def _presign_batch(
    service: Service, requests: Sequence[Mapping[str, object]], seconds: int
) -> list[Url]:
    try:
        answer = service.ask("presigned-urls", {"expiresIn": seconds, "requests": list(requests)})
    except InvalidRequest as error:
        if error.code != "TooLarge" or len(requests) == 1:
            raise
        half = len(requests) // 2
        return _presign_batch(service, requests[:half], seconds) + _presign_batch(
            service, requests[half:], seconds
        )
    return [url_of(url) for url in answer["urls"]]
