"""One object by its key: what S3 answers to a HEAD, and whether the list has it."""

from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from s3vend.errors import AccessDenied, InvalidRequest, TransferError
from s3vend.http.wire import Answer
from s3vend.listing.entries import Listed
from s3vend.listing.objects import first_object
from s3vend.listing.target import split
from s3vend.presigning.batches import presign_urls
from s3vend.presigning.urls import Url
from s3vend.service.connect import Service
from s3vend.transfer.storage import Lifetimes, send_with_retries


def find_object(target: str, service: Service) -> Listed:
    """Return the object with a key, whatever characters the key has.

    Raises:
        StorageError: there is none, or S3 refused the request.
        TransferError: S3's answer has no size or no time.
        ServiceError: the service refused to sign.
    """
    bucket, key = split(target)
    request = {"method": "HEAD", "target": {"bucket": bucket, "key": key}}

    lifetimes = Lifetimes()

    def sign() -> Url:
        [url] = lifetimes.request(lambda seconds: presign_urls(service, [request], seconds))
        return url

    def send(url: Url) -> Answer:
        return service.wire.send("HEAD", url.url, url.headers)

    answer = send_with_retries(f"find {target}", None, sign, send, service.patience)
    size, modified = answer.headers.get("content-length", ""), _time(answer)
    if not (size.isascii() and size.isdecimal()) or modified is None:
        raise TransferError(f"S3's answer for {target} has no size or no time.")
    storage_class = answer.headers.get("x-amz-storage-class", "STANDARD")
    return Listed(target, key, int(size), modified, answer.headers.get("etag", ""), storage_class)


def is_listed(target: str, service: Service) -> bool | None:
    """Return whether the list of the keys beside it has a key; None if no grant lets one look.

    Without `s3:ListBucket` on the key itself, S3 answers 403 to a HEAD of a key that is not there.

    Raises:
        StorageError, TransferError: as `list_objects`.
        ServiceError: the service failed, or refused for another reason.
    """
    bucket, key = split(target)
    beside = key[: key.rstrip("/").rfind("/") + 1]
    try:
        found = first_object(f"s3://{bucket}/{beside}", service, start_after=_before(key))
    except (AccessDenied, InvalidRequest):
        return None
    return isinstance(found, Listed) and found.key == key


def _before(key: str) -> str:
    """Return a text that comes before the key, and after nearly all others that do."""
    last = ord(key[-1])
    if last == 0x20:  # keys have no control characters
        return key[:-1]
    before = {0xA0: 0x7E, 0xE000: 0xD7FF}.get(last, last - 1)  # nor surrogates
    return f"{key[:-1]}{chr(before)}\ufffd"


def _time(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers["last-modified"]).astimezone(timezone.utc)
    except (LookupError, TypeError, ValueError, OverflowError):
        return None
