"""URLs for many requests, in as few requests to the service as its limits allow."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote

from s3vend.errors import InvalidRequest, S3VendError
from s3vend.presigning.urls import Form, Url, counted, form_of, url_of, urls_of
from s3vend.service.connect import Service

BATCH, COMPACT = 1_000, 10_000  # URLs in one request: in the full and in the compact form
BYTES = 4_000_000  # of a compact answer, which contains the keys percent-encoded
SIGNED = 80  # bytes that a compact answer has for each URL in addition to the key
_SENT = re.compile(r"[!-~]+")
_COMMON = re.compile(r"s3://[^/]+/(?:.*/)?", re.DOTALL)

Request = Mapping[str, object]


def presign_requests(
    service: Service, requests: Sequence[Request], seconds: int
) -> Iterator[Url | Form]:
    """Presign each request, in the same order."""
    for at in range(0, len(requests), BATCH):
        yield from _presign_batch(service, requests[at : at + BATCH], seconds)


def presign_urls(service: Service, requests: Sequence[Request], seconds: int) -> list[Url]:
    """Presign requests of one batch, none of which is for a form, in the same order."""
    answer = service.ask("presigned-urls", {"expiresIn": seconds, "requests": list(requests)})
    return urls_of(answer["urls"], len(requests), service.settings.url)


def presign_below(
    service: Service, prefix: str, keys: Sequence[str], shared: Request
) -> Iterator[Url]:
    """Presign each key below the prefix, with the ``shared`` members, in the same order."""
    for batch in _compact_batches(keys):
        yield from _presign_compact(service, {**shared, "prefix": prefix}, batch)


def shared_prefix(targets: Sequence[str]) -> str | None:
    """Return the longest common prefix that ends at a slash, for the compact form.

    None if the targets are not all keys, are fewer than two, or share only the bucket.
    """
    if len(targets) < 2:
        return None
    least, most = min(targets), max(targets)  # a prefix that these two share, all share
    length = next(
        (at for at, (a, b) in enumerate(zip(least, most, strict=False)) if a != b), len(least)
    )
    match = _COMMON.match(least[:length])
    if match is None or match[0].count("/") < 4:  # no prefix below the bucket
        return None
    # Such a target is not a key. The full form has the clearer error for it.
    unfit = any(len(text) == len(match[0]) or text.endswith("/*") for text in targets)
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


def _presign_compact(service: Service, shared: Request, keys: Sequence[str]) -> list[Url]:
    try:
        answer = service.ask("presigned-urls", {**shared, "keys": list(keys)})
    except InvalidRequest as error:
        if error.code != "TooLarge" or len(keys) == 1:
            raise
        half = len(keys) // 2
        return _presign_compact(service, shared, keys[:half]) + _presign_compact(
            service, shared, keys[half:]
        )
    base = str(answer["base"])
    if not base.endswith("/"):  # or a path could go on with the host
        raise S3VendError("The service's answer has a base of its URLs that does not end with '/'.")
    usual = {"method": shared["method"], "headers": answer["headers"]}
    signed = []  # by each session, if the keys are under several grants
    for session in answer.get("sessions", [answer]):
        begin = f"?{session['query']}&X-Amz-Signature="
        entry = {**usual, "expiresAt": session["expiresAt"], "url": f"{base}{begin}"}
        signed.append((url_of(entry, service.settings.url), begin))  # all have these members
    urls = []
    for path, signature, position in _entries(counted(answer["urls"], len(keys)), len(signed)):
        first, begin = signed[position]
        url = f"{base}{path}{begin}{signature}"
        urls.append(Url(first.method, url, first.headers, first.expires_at))
    return urls


def _entries(urls: Iterable[object], sessions: int) -> Iterator[tuple[str, str, int]]:
    """Yield path, signature and session of each URL, which cannot change where the others lead."""
    for entry in urls:
        path, signature, position = "", "", -1
        if isinstance(entry, list) and len(entry) == (2 if sessions == 1 else 3):
            path, signature, position = (*entry, 0)[:3]
        if (
            not (_is_sent(path) and _is_sent(signature))
            or type(position) is not int
            or not 0 <= position < sessions
        ):
            raise S3VendError("The service's answer has a URL without a path or a signature.")
        yield path, signature, position


def _is_sent(text: object) -> bool:
    return isinstance(text, str) and _SENT.fullmatch(text) is not None


def _presign_batch(service: Service, requests: Sequence[Request], seconds: int) -> list[Url | Form]:
    try:
        answer = service.ask("presigned-urls", {"expiresIn": seconds, "requests": list(requests)})
    except InvalidRequest as error:
        if error.code != "TooLarge" or len(requests) == 1:
            raise
        half = len(requests) // 2
        return _presign_batch(service, requests[:half], seconds) + _presign_batch(
            service, requests[half:], seconds
        )
    at = service.settings.url
    return [
        form_of(entry, str(one["target"]), at) if one["method"] == "POST" else url_of(entry, at)
        for entry, one in zip(counted(answer["urls"], len(requests)), requests, strict=True)
    ]
