"""Requests to S3: what is sent again, signed again, or given up."""

from datetime import datetime, timedelta, timezone

import pytest

import s3vend
from s3vend.errors import StorageError, Unreachable
from s3vend.http.patience import Patience
from s3vend.http.wire import Answer
from s3vend.presigning.urls import Url
from s3vend.transfer.storage import Lifetimes, send_with_retries

SOON, LATER = timedelta(seconds=2), timedelta(seconds=500)


def xml(code: str, message: str = "") -> bytes:
    return f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()


def url(left: timedelta = LATER) -> Url:
    return Url("PUT", "https://s3/key?X-Amz-Signature=s", {}, datetime.now(timezone.utc) + left)


FINE = Answer(200, {}, b"")
DENIED = Answer(403, {}, xml("AccessDenied", "Access Denied"))
EXPIRED = Answer(403, {}, xml("AccessDenied", "Request has expired"))
EXPIRED_TOKEN = Answer(400, {}, xml("ExpiredToken"))
SLOW = Answer(503, {"retry-after": "7"}, xml("SlowDown"))
LATE_ERROR = Answer(200, {}, b'<?xml version="1.0"?>\n' + xml("InternalError"))
BAD = Answer(400, {}, xml("BadDigest", "other bytes"))
NONE = Unreachable("broke off")
REFUSED, UNTRUSTED = Unreachable("refuses connections", 2), Unreachable("has expired", 1)


@pytest.mark.parametrize(
    ("life", "replies", "signed", "waits", "raised"),
    [
        (LATER, [FINE], 0, 0, None),
        (None, [FINE], 1, 0, None),
        (SOON, [FINE], 1, 0, None),
        (LATER, [EXPIRED, FINE], 1, 0, None),
        (LATER, [EXPIRED_TOKEN, FINE], 1, 0, None),
        (LATER, [EXPIRED] * 4, 3, 0, StorageError),
        (LATER, [DENIED, FINE], 1, 0, None),
        (LATER, [DENIED, DENIED], 1, 0, StorageError),
        (LATER, [SLOW, FINE], 0, 1, None),
        (LATER, [SLOW] * 3, 0, 2, StorageError),
        (LATER, [LATE_ERROR, FINE], 0, 1, None),
        (LATER, [NONE, NONE, FINE], 0, 2, None),
        (LATER, [NONE] * 3, 0, 2, Unreachable),
        (LATER, [REFUSED] * 2, 0, 1, Unreachable),
        (LATER, [REFUSED, FINE], 0, 1, None),
        (LATER, [UNTRUSTED], 0, 0, Unreachable),
        (LATER, [BAD], 0, 0, StorageError),
    ],
)
def test_s3_is_asked_again_where_that_may_help(
    life: "timedelta | None",
    replies: "list[Answer | Unreachable]",
    signed: int,
    waits: int,
    raised: "type[Exception] | None",
) -> None:
    first = None if life is None else url(life)
    left, made, slept = iter(replies), [], []  # type: ignore[var-annotated]

    def send(one: Url) -> Answer:
        reply = next(left)
        if isinstance(reply, Unreachable):
            raise reply
        return reply

    def renew() -> Url:
        made.append(1)
        return url()

    patience = Patience(tries=3, sleep=slept.append, jitter=lambda: 1.0)
    ended: object = None
    said = ""
    try:
        ended = send_with_retries("put s3://b/k", first, renew, send, patience).status
    except (StorageError, Unreachable) as error:
        ended, said = type(error), str(error)
    assert "Signature" not in said
    assert (ended, len(made), len(slept)) == (raised or 200, signed, waits)
    assert list(left) == []
    assert replies[0] is not SLOW or slept[0] == 7.5


@pytest.mark.parametrize("message", ["exists", "exists."])
def test_s3s_error_says_what_it_was_asked_and_what_to_do(message: str) -> None:
    said = str(StorageError("put s3://b/k", 412, "PreconditionFailed", message))
    assert said == (
        "Could not put s3://b/k: S3 answered 412 PreconditionFailed: exists. "
        "The target already exists"
    )


@pytest.mark.parametrize(
    ("allowed", "asked"), [(3300, [900]), (300, [900, 300]), (60, [900, 300, 60])]
)
def test_a_grant_of_less_is_asked_for_less_and_remembered(allowed: int, asked: "list[int]") -> None:
    seen: list[int] = []

    def once(seconds: int) -> "dict[str, object]":
        seen.append(seconds)
        if seconds > allowed:
            raise s3vend.InvalidRequest(
                "x", s3vend.Problem(400, "DurationNotAllowed", "", None, ())
            )
        return {"fine": seconds}

    lifetimes = Lifetimes()
    assert lifetimes.request(once) == lifetimes.request(once) == {"fine": asked[-1]}
    assert seen == [*asked, asked[-1]]


@pytest.mark.parametrize(
    ("status", "code", "cause"),
    [
        (404, "NotFound", "The key does not exist"),
        (404, "NoSuchKey", "The key does not exist"),
        (404, "NoSuchBucket", "The bucket does not exist"),
        (404, "NoSuchUpload", "The upload in parts has ended or was aborted"),
    ],
)
def test_what_s3_did_not_find_is_named(status: int, code: str, cause: str) -> None:
    said = str(StorageError("find s3://b/k", status, code))
    assert said == f"Could not find s3://b/k: S3 answered {status} {code}. {cause}"
