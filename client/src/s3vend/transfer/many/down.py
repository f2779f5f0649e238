"""Objects of S3 to files below a directory, each under a random name until it is complete.

A small file is not flushed to the disk, as no tool that copies many files does: after a power cut
it may be empty, and the next `sync` copies it again, since its size differs.
"""

import itertools
import os
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path
from typing import Any

from s3vend.errors import (
    ChecksumMismatch,
    ObjectChanged,
    StorageError,
    TransferError,
)
from s3vend.files.below import Below
from s3vend.http.lanes.request import Request
from s3vend.http.wire import Answer
from s3vend.listing.entries import Listed
from s3vend.service.connect import Service
from s3vend.transfer.download.checksum import Comparison, checksum_of
from s3vend.transfer.many.jobs import (
    LIGHT,
    Existing,
    Job,
    Result,
    Signature,
    Steps,
    asked,
    existing,
)
from s3vend.transfer.many.landing import explained, write_whole, written_at
from s3vend.transfer.progress import Progress
from s3vend.transfer.state import Remark
from s3vend.transfer.upload.pieces import Space

MEMORY = 64 * 1024 * 1024  # bytes of objects in memory, beside light ones


@dataclass(frozen=True, slots=True)
class Down:
    """Downloads to files below a directory. ``mark`` begins the names of unfinished files."""

    prefix: str
    root: Path
    below: Below
    mark: str
    service: Service
    existing: Existing = "replace"
    part_size: int | None = None
    remark: Remark = bool
    progress: Progress | None = None
    check: Any = bool  # raises if the work is stopped
    space: Space = field(default_factory=lambda: Space(MEMORY, LIGHT))
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    method: str = "GET"

    def key(self, job: Job) -> str:
        """Return the key below the prefix."""
        assert isinstance(job.source, Listed)
        return job.source.target[len(self.prefix) :]

    def shared(self) -> Mapping[str, object]:
        """Return the members of all requests: S3 tells the checksum of each object."""
        return {"checksumMode": "ENABLED"}

    def own(self, job: Job) -> Mapping[str, object]:
        """Return nothing: one object is read as all others."""
        del job
        return {}

    def small(self, job: Job, signature: Signature) -> Steps:
        """Download an object in one request."""
        if self._is_kept(job):
            return existing(job, self.existing, f"{self.root / job.name} already exists")
        self.space.take(job.size, self.check)
        try:
            self._land(job, (yield from self._get(job, signature)))
        finally:
            self.space.give(job.size)
        return Result("copied", job.name, job.size)

    def large(self, job: Job) -> Result:
        """Download an object in ranges; what an earlier run has is not read again."""
        from s3vend.transfer.download.get import download

        assert isinstance(job.source, Listed)
        if self._is_kept(job):
            return existing(job, self.existing, f"{self.root / job.name} already exists")
        above, _, name = job.name.rpartition("/")
        more = {} if self.part_size is None else {"part_size": self.part_size}
        with explained(self.root, job.name), self.below.at(above) as directory:
            download(
                job.source.target,
                self.root / job.name,
                overwrite=self.existing == "replace",
                progress=self.progress,
                remark=self.remark,
                service=self.service,
                **more,
            )
            written = written_at(job.source, {})
            os.utime(name, ns=(written, written), dir_fd=directory.fd, follow_symlinks=False)
        return Result("copied", job.name, job.size)

    def _is_kept(self, job: Job) -> bool:
        """Whether something has the name that is not to be replaced."""
        return self.existing != "replace" and os.path.lexists(self.root / job.name)

    def _get(self, job: Job, signature: Signature) -> Generator[Request, Answer, Answer]:
        assert isinstance(job.source, Listed)
        target, etag = job.source.target, job.source.etag
        condition = {"If-Match": etag} if etag else {}
        try:
            answer = yield from asked(
                f"read {target}", self.method, signature, self.service.patience, condition
            )
        except StorageError as error:
            if error.status == 412:
                raise ObjectChanged(
                    f"{target} was replaced after it was listed. Run the command again."
                ) from None
            raise
        _check(target, job.size, answer)
        return answer

    def _land(self, job: Job, answer: Answer) -> None:
        assert isinstance(job.source, Listed)
        above, _, name = job.name.rpartition("/")
        written = written_at(job.source, answer.headers)
        part = f"{self.mark}{next(self.numbers):016x}"
        with explained(self.root, job.name), self.below.at(above) as directory:
            try:
                write_whole(directory, part, answer.body, written)
                if self.existing == "replace":
                    directory.rename(part, name)
                else:
                    directory.rename_new(part, name)
            except BaseException:
                directory.remove(part)
                raise


def _check(target: str, size: int, answer: Answer) -> None:
    if len(answer.body) != size:
        raise TransferError(
            f"S3 sent {len(answer.body):,} bytes of {target}, of which it listed {size:,}."
        )
    digest = md5(answer.body, usedforsecurity=False).hexdigest()
    if answer.headers.get("etag") == f'"{digest}"':  # as it mostly is, and fast to say
        return
    checksum = checksum_of(answer.headers)
    if isinstance(checksum, str) or checksum.parts:
        return
    comparison = Comparison(checksum)
    comparison.update(answer.body)
    if not comparison.matches():
        raise ChecksumMismatch(
            f"The downloaded bytes do not have the {checksum.algorithm.name} of {target}, and are "
            "discarded. Run the command again."
        )
