"""URLs for the jobs of a batch, in one request to the service; again when they expire.

The compact form has one set of members for all keys. It cannot sign the length, the type or the
metadata of each file, so grants that limit uploads refuse it, and files keep no times in it: then
the full form, with 1,000 URLs in a request too, and an answer that is ten times as large.
"""

import re
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from s3vend.errors import InvalidRequest
from s3vend.presigning.batches import presign_below, presign_requests
from s3vend.presigning.urls import Url
from s3vend.service.connect import Service
from s3vend.transfer.many.jobs import Job, Way
from s3vend.transfer.storage import Lifetimes

BATCH = 1_000  # URLs signed at once
EARLY = timedelta(seconds=10)  # of their expiry, when they are replaced
FRESH = timedelta(seconds=30)  # after which URLs that S3 refuses may be refused for their age
_ITEM = re.compile(r"/(?:keys|requests)/([0-9]{1,5})(?:/|$)")
_SINGLE = re.compile(r"/(?:contentLength|contentType)$")  # what a grant wants of each file
_BUCKET = re.compile(r"s3://[^/]+/")


class Signer:
    """Signs batches for one way; thread-safe."""

    def __init__(self, service: Service, way: Way, *, is_full: bool = False) -> None:
        self._service, self.way = service, way
        # The compact form has no prefix for a whole bucket.
        self._is_full = is_full or _BUCKET.fullmatch(way.prefix) is not None
        self._lifetimes = Lifetimes()

    def urls(self, jobs: Sequence[Job]) -> list[Url]:
        """Return a URL for each job.

        Raises:
            ServiceError, Unreachable, IdentityError: the service refused, or did not answer.
        """
        try:
            return self._lifetimes.request(lambda seconds: self._sign(jobs, seconds))
        except InvalidRequest as error:
            if self._is_full or not any(_SINGLE.match(one.pointer) for one in error.problem.faults):
                raise
            self._is_full = True
        return self.urls(jobs)

    def _sign(self, jobs: Sequence[Job], seconds: int) -> list[Url]:
        way = self.way
        if not self._is_full:
            keys = [way.key(job) for job in jobs]
            usual = {"format": "compact", "method": way.method, "expiresIn": seconds}
            return list(presign_below(self._service, way.prefix, keys, {**usual, **way.shared()}))
        requests = [
            {
                "method": way.method,
                "target": _literal(f"{way.prefix}{way.key(job)}"),
                **way.shared(),
                **way.own(job),
            }
            for job in jobs
        ]
        made = presign_requests(self._service, requests, seconds)
        return [one for one in made if isinstance(one, Url)]


def _literal(target: str) -> object:
    """Return a key as the API takes it; as text, `s3://bucket/a/*` would be a prefix."""
    if not target.endswith("*"):
        return target
    bucket, _, key = target.removeprefix("s3://").partition("/")
    return {"bucket": bucket, "key": key}


class Batch:
    """Jobs and their URLs. The URLs of all are renewed together."""

    def __init__(self, signer: Signer, jobs: Sequence[Job]) -> None:
        self.jobs, self._signer = jobs, signer
        self._urls = signer.urls(jobs)
        self._signed = datetime.now(timezone.utc)
        self._lock = threading.Lock()

    def signature(self, number: int) -> "Signed":
        """Return the URL of the job with this number in the batch."""
        return Signed(self, number)

    def url(self, number: int) -> Url:
        """Return the URL of a job as it is now."""
        return self._urls[number]

    def renewed(self, number: int) -> Url:
        """Return a new URL, unless the last one is young: then S3 refuses something else."""
        with self._lock:
            now = datetime.now(timezone.utc)
            expires = self._urls[number].expires_at - now < EARLY
            if expires or now - self._signed > FRESH:
                self._urls = self._signer.urls(self.jobs)
                self._signed = datetime.now(timezone.utc)
            return self._urls[number]


class Signed(NamedTuple):
    """The URL for one job of a batch."""

    batch: Batch
    number: int

    @property
    def url(self) -> Url:
        """The URL."""
        return self.batch.url(self.number)

    def renew(self) -> Url:
        """Return a new URL."""
        return self.batch.renewed(self.number)


class Refused(NamedTuple):
    """A job that the service refused to sign, while it would sign others."""

    job: Job
    reason: str


def signed(signer: Signer, jobs: Sequence[Job]) -> Iterator[Batch | Refused]:
    """Yield the batch; before it, the jobs that the service refuses by their number.

    Raises:
        ServiceError, Unreachable, IdentityError: the service refuses all, or did not answer.
    """
    left = list(jobs)
    while left:
        try:
            yield Batch(signer, left)
        except InvalidRequest as error:  # noqa: PERF203 - seldom more than once
            reasons = {
                int(match[1]): fault.detail
                for fault in error.problem.faults
                if (match := _ITEM.match(fault.pointer)) and int(match[1]) < len(left)
            }
            if not reasons:
                raise
            for number, reason in reasons.items():
                yield Refused(left[number], f"{signer.way.key(left[number])!r} {reason}")
            left = [job for number, job in enumerate(left) if number not in reasons]
        else:
            return
