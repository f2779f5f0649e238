"""Requests to S3 with presigned URLs: retries, and new URLs for those that expire."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TypeVar

from s3vend.errors import InvalidRequest, StorageError, Unreachable
from s3vend.http.patience import RETRIED_STATUSES, Patience, retry_after
from s3vend.http.wire import Answer
from s3vend.presigning.urls import EXPIRES, Url

Asked = TypeVar("Asked")
Found = TypeVar("Found")
Signed = TypeVar("Signed")
EARLY = timedelta(seconds=5)  # a URL that expires sooner is replaced before it is used
# The most new URLs for one request: after S3 refused a URL, and after S3 called a URL expired.
RENEWALS, EXPIRED = 1, 3
LIFETIMES = (EXPIRES, 300, 60, 10)  # of URLs, in seconds; a grant may not allow the longer ones
CONFLICT = "ConditionalRequestConflict"  # another request to the key came in between
RETRIED_CODES = {
    CONFLICT,
    "InternalError",
    "SlowDown",
    "RequestTimeout",
    "ServiceUnavailable",
    "OperationAborted",
}


# Codes for answers without a body, such as to a HEAD.
NAMES = {403: "Forbidden", 404: "NotFound", 412: "PreconditionFailed"}


@dataclass(frozen=True, slots=True)
class S3Error:
    """The code and message in an error answer of S3."""

    code: str
    message: str


def s3_error(answer: Answer) -> S3Error:
    """Return the error in an answer's body; without one, a code made from the status."""
    from xml.etree import ElementTree as ET

    try:
        root = ET.fromstring(answer.body)  # noqa: S314 - from S3 or a proxy; without entities
    except ET.ParseError:
        return S3Error(NAMES.get(answer.status, f"Http{answer.status}"), "")
    code, message = (
        next((node.text or "" for node in root.iter() if node.tag.rpartition("}")[2] == name), "")
        for name in ("Code", "Message")
    )
    return S3Error(code or f"Http{answer.status}", message)


class Lifetimes:
    """Chooses the longest lifetime of URLs that the grant allows, and remembers it."""

    def __init__(self) -> None:
        self._left = list(LIFETIMES)

    def request(self, send: Callable[[int], Signed]) -> Signed:
        """Return the answer of ``send(seconds)`` for the longest lifetime that it accepts.

        Raises:
            InvalidRequest: as ``send``, also if the grant does not allow the shortest lifetime.
        """
        while True:
            try:
                return send(self._left[0])
            except InvalidRequest as error:  # noqa: PERF203 - the network takes longer
                if error.code != "DurationNotAllowed" or len(self._left) == 1:
                    raise
                self._left.pop(0)


def send_with_retries(
    action: str,
    url: Url | None,
    renew: Callable[[], Url],
    send: Callable[[Url], Answer],
    patience: Patience,
) -> Answer:
    """Send a request to S3 until it succeeds, and return the answer; see `tries`."""
    return driven(tries(action, url, renew, lambda signed: signed, patience), send)


def driven(
    steps: Generator[Asked, Answer, Found],
    send: Callable[[Asked], Answer],
    begin: Callable[[], Asked] | None = None,
) -> Found:
    """Send what the steps ask for until they end, and return what they return.

    ``begin`` resumes steps that have begun already, and returns what they ask for next.
    """
    following = begin or partial(next, steps)
    try:
        while True:
            asked = following()
            try:
                following = partial(steps.send, send(asked))
            except Unreachable as unreachable:
                following = partial(steps.throw, unreachable)
    except StopIteration as end:
        found: Found = end.value
        return found


def tries(
    action: str,
    url: Url | None,
    renew: Callable[[], Url],
    ask: Callable[[Url], Asked],
    patience: Patience,
    see: Callable[[Unreachable], object] = bool,
) -> Generator[Asked, Answer, Answer]:
    """Yield a request to S3, as ``ask`` makes it of a URL, until it succeeds; return the answer.

    ``action`` describes the request in messages, such as "put s3://bucket/key". ``renew`` returns
    a new URL: it is called if ``url`` is None or expires soon, and after a 403. Temporary errors
    are retried; `Unreachable`, which is thrown in where no answer came, is given to ``see``.

    Raises:
        StorageError: S3 refused the request, or still failed after several tries.
        Unreachable: no answer after several tries.
        ServiceError: the service refused to sign a new URL.
        S3VendError: the URL is not one of a storage.
    """
    failed = renewals = 0
    while True:
        if url is None or url.expires_at - datetime.now(timezone.utc) < EARLY:
            url = renew()
        url.check()
        try:
            answer = yield ask(url)
        except Unreachable as unreachable:
            see(unreachable)
            failed += 1
            if failed >= min(patience.tries, unreachable.most_tries):
                raise
            patience.sleep(patience.pause(failed))
            continue
        if is_success(answer):
            return answer
        failure = s3_error(answer)
        error = StorageError(action, answer.status, failure.code, failure.message)
        expired = "expired" in f"{failure.code} {failure.message}".lower()
        if expired or answer.status == 403:
            renewals += 1
            if renewals > (EXPIRED if expired else RENEWALS):
                raise error
            url = None
            continue
        if answer.status not in RETRIED_STATUSES and failure.code not in RETRIED_CODES:
            raise error
        failed += 1
        if failed >= patience.tries:
            raise error
        patience.sleep(
            patience.pause(failed) + min(retry_after(answer) or 0.0, patience.longest_retry_after)
        )


def is_success(answer: Answer) -> bool:
    """Whether the request succeeded. S3 may send status 200 and then an error as the body.

    An object, which has an ETag, may have any content.
    """
    is_object = "etag" in answer.headers
    is_late_error = answer.status == 200 and not is_object and b"<Error>" in answer.body[:1000]
    return answer.status < 300 and not is_late_error
