"""Runs the jobs of a transfer: signed in batches, by many threads; one failure is not the end.

A refusal of the whole is the end: the service refuses or does not answer, S3 does not answer, the
disk is full, or S3 denies one file after the other.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from s3vend.errors import (
    AccessDenied,
    DiskFull,
    IdentityError,
    NotAuthenticated,
    S3VendError,
    SetupRefused,
    StorageError,
    TooManyRequests,
    Unavailable,
    UnexpectedAnswer,
    Unreachable,
)
from s3vend.http.lanes.pool import Lanes
from s3vend.http.wire import Wire
from s3vend.transfer.crew import Crew
from s3vend.transfer.many.ahead import ahead
from s3vend.transfer.many.flight import Flight, Work
from s3vend.transfer.many.jobs import Job, Result, Way
from s3vend.transfer.many.signing import BATCH, Batch, Refused, Signer, signed
from s3vend.transfer.many.tally import Tally

AHEAD = 10  # batches that are planned before they are signed, so that the total is known early
SIGNED = 1  # batches that wait with their URLs, since the service takes its time to sign
DENIED = 20  # files one after the other that S3 denies, before the whole is given up
FATAL = (
    *(AccessDenied, NotAuthenticated, SetupRefused, TooManyRequests, Unavailable),
    *(UnexpectedAnswer, IdentityError, Unreachable, DiskFull),
)
Planned = Job | Result
Report = Callable[[Job | None, Result], object]


class Engine:
    """Transfers files in one way."""

    def __init__(
        self, way: Way, signer: Signer | None, wire: Wire, parallel: int, tally: Tally
    ) -> None:
        self._way, self._signer, self._tally = way, signer, tally
        self._lanes = Lanes(wire)
        self.crew: Crew[Work] = Crew(parallel)
        self._flight = Flight(self._lanes, parallel, self._settle, self.crew.check)
        self._lock, self._large = threading.Lock(), threading.Lock()
        self._denied = 0

    def run(self, planned: Iterable[Planned], report: Report) -> None:
        """Do all jobs. Results among them were decided by the plan, and are only reported.

        ``report`` is called with each result, by one thread at a time.

        Raises:
            S3VendError: the whole is refused, or the plan fails.
        """
        self._report = report
        try:
            self.crew.run(self._works(planned), lambda work: work())
        finally:
            self._flight.close()
            self._lanes.close()

    def _works(self, planned: Iterable[Planned]) -> Iterator[Work]:
        """Do what one thread can do, and yield the rest."""
        for one in ahead(self._signed(planned), SIGNED, self.crew.check):
            if isinstance(one, Batch):
                yield from self._flight.works(
                    (job, self._way.small(job, one.signature(number)))
                    for number, job in enumerate(one.jobs)
                )
            elif isinstance(one, Job):
                yield partial(self._settle, one, partial(self._transfer, one))
            else:
                for job in one:
                    yield partial(self._settle, job, partial(self._way.large, job))
        yield from self._flight.rest()

    def _signed(self, planned: Iterable[Planned]) -> Iterator[Batch | Sequence[Job] | Job]:
        for group in ahead(self._groups(planned), AHEAD, self.crew.check):
            if isinstance(group, Job) or self._signer is None:
                yield group
            else:
                yield from self._batches(self._signer, group)

    def _batches(self, signer: Signer, group: Sequence[Job]) -> Iterator[Batch]:
        for batch in signed(signer, group):
            if isinstance(batch, Refused):
                self._end(batch.job, Result("failed", batch.job.name, 0, batch.reason))
            else:
                yield batch

    def _groups(self, planned: Iterable[Planned]) -> Iterator[list[Job] | Job]:
        """Yield the jobs that are signed together, and large ones by themselves."""
        group: list[Job] = []
        for one in planned:
            if isinstance(one, Result):
                self._end(None, one)
                continue
            self._tally.plan(one.size)
            if self._is_large(one):
                yield one
                continue
            group.append(one)
            if len(group) == BATCH:
                yield group
                group = []
        self._tally.finish_planning()
        if group:
            yield group

    def _settle(self, job: Job, step: Callable[[], Result | None]) -> None:
        """Do a step of a job, and report what came of it, if it has ended."""
        try:
            result = step()
        except FATAL:
            raise
        except S3VendError as error:
            if isinstance(error, StorageError) and error.status == 403:
                self._denied += 1
                if self._denied >= DENIED:
                    raise
            result = Result("failed", job.name, 0, str(error))
        else:
            if result is None:
                return
            self._denied = 0
        self._end(job, result)

    def _transfer(self, job: Job) -> Result:
        with self._large:  # it is sent by many threads of its own
            return self._way.large(job)

    def _is_large(self, job: Job) -> bool:
        """Whether the way transfers it with URLs of its own, in many requests."""
        return job.is_large and self._signer is not None

    def _end(self, job: Job | None, result: Result) -> None:
        with self._lock:
            self._report(job, result)
        if job is not None:
            self._tally.end(job.size, is_large=self._is_large(job))
