"""Files from the disk to S3. S3 compares a small one with its Content-MD5.

A presigned URL in the compact form cannot sign a checksum of each file. Content-MD5 need not be
signed, since it does not begin with `x-amz-`, and S3 checks it all the same.
"""

import os
import stat
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import md5
from typing import Any

from s3vend.errors import FileChanged, StorageError, TransferError, Unreachable
from s3vend.http.lanes.request import Request
from s3vend.presigning.urls import Url
from s3vend.service.connect import Service
from s3vend.transfer.many.jobs import LIGHT, Existing, Job, Result, Signature, Steps, existing
from s3vend.transfer.media_types import media_type
from s3vend.transfer.progress import Progress
from s3vend.transfer.state import Remark
from s3vend.transfer.storage import tries
from s3vend.transfer.upload.pieces import Space
from s3vend.tree.found import LocalFile, is_replaced

MEMORY = 64 * 1024 * 1024  # bytes of files in memory, beside light ones
TRIES = 3  # to read a file that is being written
REPLACED = "{} was replaced after it was found. Run the command again."
LOST = "S3's answer about {} was lost, and now an object is there: this file or another one."
_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_FLAGS |= getattr(os, "O_NONBLOCK", 0)  # a named pipe must not block


@dataclass(frozen=True, slots=True)
class Up:
    """Uploads below a prefix."""

    prefix: str
    service: Service
    members: Mapping[str, Any] = field(default_factory=dict)  # what S3 keeps with every object
    existing: Existing = "replace"
    keeps_times: bool = False  # as metadata of each object
    part_size: int | None = None
    remark: Remark = bool
    progress: Progress | None = None
    check: Any = bool  # raises if the work is stopped
    space: Space = field(default_factory=lambda: Space(MEMORY, LIGHT))
    method: str = "PUT"

    def key(self, job: Job) -> str:
        """Return the key below the prefix."""
        return job.name

    def shared(self) -> Mapping[str, object]:
        """Return the members of all requests."""
        condition = {} if self.existing == "replace" else {"ifNoneMatch": "*"}
        return {**self.members, **condition}

    def own(self, job: Job) -> Mapping[str, object]:
        """Return the members of one file: its length, its type and its time."""
        return {"contentLength": job.size, **self._kept(job)}

    def small(self, job: Job, signature: Signature) -> Steps:
        """Upload a file in one request."""
        self.space.take(job.size, self.check)
        try:
            return (yield from self._put(job, signature))
        finally:
            self.space.give(job.size)

    def large(self, job: Job) -> Result:
        """Upload a file in parts; what an earlier run sent is not sent again."""
        target = f"{self.prefix}{job.name}"
        try:
            self._upload(job, target)
        except StorageError as error:
            if self.existing == "replace" or error.status != 412:
                raise
            return existing(job, self.existing, f"{target} already exists")
        return Result("copied", job.name, job.size)

    def _upload(self, job: Job, target: str) -> None:
        from s3vend.transfer.upload.put import upload_source
        from s3vend.transfer.upload.source import source_of

        assert isinstance(job.source, LocalFile)
        source = source_of(job.source.path)
        if source.stamp[:2] != job.source.stamp[:2]:
            raise FileChanged(REPLACED.format(source.path))
        upload_source(
            source,
            target,
            self._kept(job),
            self.service,
            self.existing == "replace",
            part_size=self.part_size,
            progress=self.progress,
            remark=self.remark,
        )

    def _put(self, job: Job, signature: Signature) -> Steps:
        assert isinstance(job.source, LocalFile)
        source, data = job.source, _content(job.source)
        kind = _type_of(_ending(job.name), self.members.get("contentEncoding"))
        digest = md5(data, usedforsecurity=False).digest()
        headers = {"Content-MD5": b64encode(digest).decode()}
        if kind and "contentType" not in self.members:
            headers["Content-Type"] = kind

        lost: list[Unreachable] = []

        def ask(url: Url) -> Request:
            signed_for = url.headers.get("Content-Length", len(data))
            if str(signed_for) != str(len(data)):
                raise FileChanged(f"{source.path} was written after it was found. Upload it again.")
            return Request(self.method, url.url, {**headers, **url.headers}, data)

        target = f"{self.prefix}{job.name}"
        try:
            yield from tries(
                *(f"put {target}", signature.url, signature.renew, ask, self.service.patience),
                see=lost.append,
            )
        except StorageError as error:
            if self.existing == "replace" or error.status != 412:
                raise
            if lost:
                raise TransferError(LOST.format(target)) from None
            return existing(job, self.existing, f"{target} already exists")
        return Result("copied", job.name, len(data))

    def _kept(self, job: Job) -> dict[str, Any]:
        assert isinstance(job.source, LocalFile)
        members = dict(self.members)
        kind = _type_of(_ending(job.name), members.get("contentEncoding"))
        if kind:
            members.setdefault("contentType", kind)
        if self.keeps_times:
            own = {"mtime": _seconds(job.source.mtime_ns)}
            members["metadata"] = own | dict(members.get("metadata", {}))
        return members


def _content(source: LocalFile) -> bytes:
    """Return the bytes of a file that does not change while it is read.

    Raises:
        FileChanged: it does, several times; or another file, or a link to one, has its name.
        TransferError: it cannot be read.
    """
    for _ in range(TRIES):
        try:
            fd = os.open(source.place, _FLAGS)
            try:
                before = os.fstat(fd)
                if not stat.S_ISREG(before.st_mode):
                    raise TransferError(f"{source.path} is no longer a file.")
                if is_replaced(source.stamp, before):
                    raise FileChanged(REPLACED.format(source.path))
                data = _read(fd, before.st_size)
                after = os.fstat(fd)
            finally:
                os.close(fd)
        except OSError as error:
            raise TransferError(f"{source.path} cannot be read: {error.strerror}.") from None
        if len(data) == before.st_size and before.st_mtime_ns == after.st_mtime_ns:
            return data
    raise FileChanged(f"{source.path} is being written. Upload it again when nobody writes to it.")


def _read(fd: int, size: int) -> bytes:
    data = os.read(fd, size + 1)
    if len(data) >= size or not data:
        return data
    parts, left = [data], size + 1 - len(data)
    while left and (block := os.read(fd, left)):
        parts.append(block)
        left -= len(block)
    return b"".join(parts)


def _ending(name: str) -> str:
    """Return the part of a name that its type comes from."""
    first, *others = name.rpartition("/")[2].split(".")
    return ".".join([first and "x", *others[-2:]])


_type_of = lru_cache(1024)(media_type)


def _seconds(nanoseconds: int) -> str:
    """Return a time as rclone writes it into metadata: seconds, with their fraction."""
    return f"{nanoseconds // 10**9}.{nanoseconds % 10**9:09d}"
