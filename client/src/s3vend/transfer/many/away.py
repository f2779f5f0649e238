"""Deletes objects below a prefix."""

from collections.abc import Callable
from dataclasses import dataclass

from s3vend.http.wire import Answer
from s3vend.service.connect import Service
from s3vend.transfer.many.jobs import ByName, Job, Result, Signature, Steps, asked


@dataclass(frozen=True, slots=True)
class Away(ByName):
    """Deletions below a prefix. ``see`` is called with each answer of S3, by many threads."""

    service: Service
    see: Callable[[Answer], object] = bool
    method: str = "DELETE"

    def small(self, job: Job, signature: Signature) -> Steps:
        """Delete an object."""
        action, patience = f"delete {self.prefix}{job.name}", self.service.patience
        self.see((yield from asked(action, self.method, signature, patience)))
        return Result("deleted", job.name)
