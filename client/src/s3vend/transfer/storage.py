"""S3 behind presigned URLs: one request until it is done, signed again where its URL has aged."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from s3vend.errors import InvalidRequest, StorageError, Unreachable
from s3vend.http.patience import RETRIED_STATUSES, Patience, retry_after
from s3vend.http.wire import Answer
from s3vend.service.urls import EXPIRES, Url

EARLY = timedelta(seconds=5)  # before its end that a URL is not begun with
RENEWALS, EXPIRED = 1, 3  # times that S3 may refuse a URL, or call it expired, before we do
LIFETIMES = (EXPIRES, 300, 60, 10)  # seconds to ask for: a grant may allow no more than some
RETRIED_CODES = {
    "InternalError",
    "SlowDown",
    "RequestTimeout",
    "ServiceUnavailable",
    "OperationAborted",
}


NAMES = {403: "Forbidden", 404: "NotFound", 412: "PreconditionFailed"}  # to a HEAD


@dataclass(frozen=True, slots=True)
class S3Error:
    """What S3 said in an error."""

    code: str
    message: str


def s3_error(answer: Answer) -> S3Error:
    """The code in the body of an answer, or the status where there is none."""
    from xml.etree import ElementTree as ET

    try:
        root = ET.fromstring(answer.body)  # noqa: S314 - S3's, or of a proxy; no entities in it
    except ET.ParseError:
        return S3Error(NAMES.get(answer.status, f"Http{answer.status}"), "")
    code, message = (
        next((one.text or "" for one in root.iter() if one.tag.rpartition("}")[2] == name), "")
        for name in ("Code", "Message")
    )
    return S3Error(code or f"Http{answer.status}", message)


class Lifetimes:
    """How long URLs may be asked to hold: less where the grant does not allow it."""

    def __init__(self) -> None:
        self._left = list(LIFETIMES)

    def ask(self, once: Callable[[int], dict[str, Any]]) -> dict[str, Any]:
        """What ``once(seconds)`` answers, with the most seconds that it takes."""
        while True:
            try:
                return once(self._left[0])
            except InvalidRequest as error:  # noqa: PERF203 - a question over the network
                if error.code != "DurationNotAllowed" or len(self._left) == 1:
                    raise
                self._left.pop(0)


def send_with_retries(
    doing: str,
    url: Url | None,
    renew: Callable[[], Url],
    send: Callable[[Url], Answer],
    patience: Patience,
) -> Answer:
    """S3's answer to what ``doing`` names, once it is fine.

    Signs with ``renew`` where there is no URL, it ends soon, or S3 answers 403; tries again after
    what may pass.

    Raises:
        StorageError: S3 refuses it. Unreachable: no answer, several times.
        ServiceError: the service does not sign it again.
    """
    tries = renewals = 0
    while True:
        if url is None or url.expires_at - datetime.now(timezone.utc) < EARLY:
            url = renew()
        try:
            answer = send(url)
        except Unreachable:
            tries += 1
            if tries >= patience.tries:
                raise
            patience.sleep(patience.pause(tries))
            continue
        if answer.status < 300 and not _failed(answer):
            return answer
        said = s3_error(answer)
        error = StorageError(doing, answer.status, said.code, said.message)
        expired = "expired" in f"{said.code} {said.message}".lower()
        if expired or answer.status == 403:
            renewals += 1
            if renewals > (EXPIRED if expired else RENEWALS):
                raise error
            url = None
            continue
        if answer.status not in RETRIED_STATUSES and said.code not in RETRIED_CODES:
            raise error
        tries += 1
        if tries >= patience.tries:
            raise error
        patience.sleep(patience.pause(tries) + min(retry_after(answer) or 0.0, patience.told))


def _failed(answer: Answer) -> bool:
    """S3 begins some answers before it knows how they end: an error with status 200."""
    return answer.status == 200 and b"<Error>" in answer.body[:1000]
