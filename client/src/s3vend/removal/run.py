"""Deletes objects with presigned URLs, many at a time; one failure is not the end."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

from s3vend.errors import (
    AccessDenied,
    InvalidRequest,
    ServiceError,
    SetupRefused,
    TransferError,
)
from s3vend.http.wire import Answer
from s3vend.listing.globs import nothing_at
from s3vend.removal.halves import Halves
from s3vend.removal.look import existing
from s3vend.removal.targets import Group
from s3vend.service.connect import Service
from s3vend.transfer.many.away import Away
from s3vend.transfer.many.engine import Engine
from s3vend.transfer.many.jobs import Job, Result
from s3vend.transfer.many.signing import BATCH, Signer
from s3vend.transfer.many.tally import Tally

PARALLEL = 32


class Removal:
    """Deletions. ``report`` is called with each result, whose name is the target.

    With ``dry_run`` nothing is deleted, and the results say what would be.
    """

    def __init__(
        self,
        service: Service,
        report: Callable[[Result], object],
        tally: Tally,
        *,
        dry_run: bool = False,
    ) -> None:
        self._service, self._report, self._tally = service, report, tally
        self._dry_run, self._lock, self._count = dry_run, threading.Lock(), 0
        self._halves, self._unclear = Halves(), set[str]()
        self.markers = 0  # delete markers, which S3 makes in buckets that keep versions
        self.unknown = 0  # named objects of which nobody can tell whether they existed

    def run(self, found: Sequence[tuple[Group, Iterable[str]]]) -> None:
        """Delete the objects of each group that have these names.

        What is refused or not there of one group is reported, and is not fatal for the others.

        Raises:
            AccessDenied, InvalidRequest, SetupRefused: the service refuses the only group.
            TransferError: S3 refuses the list, or denies one object of it after the other.
            ServiceError, Unreachable, IdentityError: the service or S3 does not answer.
        """
        for group, names in found:
            before = self._count
            try:
                self._remove(group, names)
            except (AccessDenied, InvalidRequest, SetupRefused, TransferError) as error:
                if len(found) == 1:
                    raise
                detail = error.problem.detail if isinstance(error, ServiceError) else str(error)
                self._fail(group.target, detail)
            else:
                if self._count == before:
                    nothing = nothing_at(group.target, self._service, literal=group.literal)
                    self._fail(group.target, nothing)

    def _remove(self, group: Group, names: Iterable[str]) -> None:
        if group.keys is None:
            self._delete_listed(group.prefix, names)
        else:
            self._delete_named(group.prefix, list(names))

    def _delete_listed(self, prefix: str, names: Iterable[str]) -> None:
        """Delete objects; the one whose key is the prefix itself, without a name, is the last."""
        empty: list[str] = []

        def jobs() -> Iterator[Job]:
            for name in names:
                if name:
                    yield Job(name, 0, None)
                else:
                    empty.append(name)

        self._delete(prefix, jobs())
        if empty:
            above = prefix[: prefix.rstrip("/").rfind("/") + 1]
            self._delete(above, [Job(prefix[len(above) :], 0, None)])

    def _delete_named(self, prefix: str, names: Sequence[str]) -> None:
        exists = existing(prefix, names, self._service, PARALLEL)
        left = []
        for name in names:
            if exists.get(name) is False:
                target = f"{prefix}{name}"
                self._fail(target, f"{target} does not exist")
            else:
                left.append(name)
        self._unclear |= {f"{prefix}{name}" for name in left if exists.get(name) is None}
        if len(names) == 1:
            self._delete(prefix, [Job(name, 0, None) for name in left])
            return
        for first in range(0, len(left), BATCH):
            self._delete_allowed(prefix, left[first : first + BATCH])

    def _delete_allowed(self, prefix: str, names: Sequence[str]) -> None:
        """Delete the names that the service does not refuse, which refuses a batch as a whole."""

        def attempt(some: Sequence[str]) -> None:
            self._delete(prefix, [Job(name, 0, None) for name in some])

        def refuse(some: Sequence[str], error: AccessDenied) -> None:
            for name in some:
                self._fail(f"{prefix}{name}", error.problem.detail)

        self._halves.run(names, attempt, refuse)

    def _delete(self, prefix: str, jobs: Iterable[Job]) -> None:
        def report(job: Job | None, result: Result) -> None:
            del job
            self._end(Result(result.action, f"{prefix}{result.name}", 0, result.reason))

        if self._dry_run:
            for job in jobs:
                report(None, Result("deleted", job.name))
            return
        way = Away(prefix, self._service, self._see)
        signer = Signer(self._service, way)
        Engine(way, signer, self._service.wire, PARALLEL, self._tally).run(jobs, report)

    def _fail(self, target: str, reason: str) -> None:
        self._end(Result("failed", target, 0, reason))

    def _end(self, result: Result) -> None:
        self._count += 1  # by one thread at a time
        self.unknown += result.action == "deleted" and result.name in self._unclear
        self._report(result)

    def _see(self, answer: Answer) -> None:
        if answer.headers.get("x-amz-delete-marker") == "true":
            with self._lock:
                self.markers += 1
