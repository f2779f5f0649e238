"""Deletes objects below a prefix."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from s3vend.http.lanes import Lanes
from s3vend.http.wire import Answer
from s3vend.presigning.urls import Url
from s3vend.service.connect import Service
from s3vend.transfer.many.jobs import Job, Result, Signature
from s3vend.transfer.storage import send_with_retries


@dataclass(frozen=True, slots=True)
class Away:
    """Deletions below a prefix. ``see`` is called with each answer of S3, by many threads."""

    prefix: str
    service: Service
    see: Callable[[Answer], object] = bool
    method: str = "DELETE"

    def key(self, job: Job) -> str:
        """Return the key below the prefix."""
        return job.name

    def shared(self) -> Mapping[str, object]:
        """Return nothing: a deletion has no members."""
        return {}

    def own(self, job: Job) -> Mapping[str, object]:
        """Return nothing."""
        del job
        return {}

    def small(self, job: Job, signature: Signature, lanes: Lanes) -> Result:
        """Delete an object."""

        def send(url: Url) -> Answer:
            return lanes.send("DELETE", url.url, url.headers)

        answer = send_with_retries(
            f"delete {self.prefix}{job.name}",
            signature.url,
            signature.renew,
            send,
            self.service.patience,
        )
        self.see(answer)
        return Result("deleted", job.name)

    def large(self, job: Job) -> Result:
        """Is never called: a deletion has no size."""
        raise AssertionError(job.name)
