"""One run of a download: resume what an earlier run left, verify, and rename the file."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from s3vend.errors import ChecksumMismatch, FileExists, S3VendError, Unreachable
from s3vend.http.wire import Answer
from s3vend.presigning.urls import Url
from s3vend.transfer.crew import Crew
from s3vend.transfer.download.landing import Landing
from s3vend.transfer.download.ranges import Object
from s3vend.transfer.download.verify import NOT_VERIFIED, NotVerifiable, verify
from s3vend.transfer.progress import Counter, Progress
from s3vend.transfer.state import Remark, State
from s3vend.transfer.storage import send_with_retries

SELDOM = 5.0  # seconds between two writes of the state, since each flushes the file to the disk


@dataclass(frozen=True, slots=True)
class Downloaded:
    """The result of a download.

    ``verified`` is the name of the checksum that S3 has and the bytes match, such as `SHA256`; else
    `not verified`: all ranges came from the object with this ETag, and TLS protected them.
    ``resumed`` is the number of bytes that an earlier run downloaded.
    """

    path: Path
    size: int
    etag: str
    verified: str
    resumed: int = 0


class DownloadRun:
    """One run of a download."""

    def __init__(
        self,
        remote: Object,
        landing: Landing,
        state: State,
        parallel: int,
        report: Progress | None,
        remark: Remark,
    ) -> None:
        self._object, self._landing, self._state = remote, landing, state
        self._remark = remark
        self._url: Url | None = remote.url
        self._crew: Crew[int] = Crew(parallel)
        self._counter = Counter(remote.size, report)
        self._lock, self._signing, self._saving = (threading.Lock() for _ in range(3))
        self._done: set[int] = set()
        self._fingerprint: dict[str, object] = {
            "path": str(landing.path),
            "target": remote.target,
            "etag": remote.etag,
            "size": remote.size,
            "partSize": remote.part_size,
        }

    def run(self) -> Downloaded:
        """Download the missing ranges, verify the file, and rename it.

        Raises:
            TransferError, ServiceError, Unreachable, IdentityError: as `download`.
        """
        remote, landing = self._object, self._landing
        if not self._resume():
            landing.make(remote.size)
        resumed = sum(remote.span(number)[1] for number in self._done)
        self._counter.add(resumed)
        self._save()
        left = [number for number in range(remote.count) if number not in self._done]
        try:
            self._crew.run(left, self._range)
        except BaseException:
            with self._saving, suppress(S3VendError):
                self._save()
            raise
        verified = self._verify()
        try:
            landing.finish(self._remark)
        except FileExists:  # all is here, so the next run only renames it
            self._save()
            raise
        self._state.forget()
        return Downloaded(landing.path, remote.size, remote.etag, verified, resumed)

    def _resume(self) -> bool:
        """Continue with the part file that an earlier run left; return whether there is one.

        What it left of another object, or in ranges of another size, is deleted.
        """
        saved = self._state.read({"path": str(self._landing.path)})
        if saved is None or not self._landing.resume(saved, self._remark):
            return False
        same = all(saved.get(name) == value for name, value in self._fingerprint.items())
        done = saved.get("done")
        numbers = range(self._object.count)
        if same and isinstance(done, list) and all(type(n) is int and n in numbers for n in done):
            self._done = set(done)
            return True
        self._landing.drop()
        return False

    def _save(self) -> None:
        """Save the state. Only ranges that are on the disk count as done."""
        with self._lock:
            done = sorted(self._done)
        is_flushed = self._landing.flush()  # while others go on
        members = {**self._landing.saved, "done": done if is_flushed else []}
        self._state.write(self._fingerprint | members)

    def _range(self, number: int) -> None:
        first, size = self._object.span(number)
        end = first + size
        patience = self._object.service.patience._replace(sleep=self._crew.pause)
        at, url = first, self._url

        def renew() -> Url:
            nonlocal url
            with self._signing:  # one new URL for all threads
                if self._url is url:
                    self._url = self._object.sign()
                url = self._url
            return url or self._object.sign()

        def send(url: Url) -> Answer:
            nonlocal at
            while True:
                answer, blocks = self._object.open(url, at, end - at)
                if answer.status >= 300:
                    return answer
                try:
                    at = self._write(at, end, blocks)
                except _EndedEarly as broken:
                    before, at = at, broken.at
                    if at == before:
                        raise Unreachable(str(broken)) from None
                    continue  # progress was made, so this is not a failed try
                return answer

        try:
            send_with_retries(f"read {self._object.target}", url, renew, send, patience)
        except BaseException:
            self._counter.add(first - at)
            raise
        with self._lock:
            self._done.add(number)
        if self._state.is_due(SELDOM) and self._saving.acquire(blocking=False):
            try:
                self._save()
            finally:
                self._saving.release()

    def _write(self, at: int, end: int, blocks: Iterator[bytes]) -> int:
        """Write the bytes to the file; return the position after the last one."""
        with self._landing.writing(at, self._object.size - at) as write:
            while at < end:
                try:
                    block = next(blocks, None)
                except Unreachable as error:
                    raise _EndedEarly(str(error), at) from None
                if block is None:
                    raise _EndedEarly("S3 ended the answer early", at)
                self._crew.check()
                write(block)
                at += len(block)
                self._counter.add(len(block))
        return at

    def _verify(self) -> str:
        """Return the name of the checksum that the bytes match, or `not verified`."""
        try:
            return verify(self._object, self._landing.blocks)
        except NotVerifiable as reason:
            self._remark(f"{self._object.target} is {NOT_VERIFIED}: {reason}.")
            return NOT_VERIFIED
        except ChecksumMismatch as error:
            self._landing.drop()
            self._state.forget()
            raise ChecksumMismatch(
                f"{error} They were discarded, and {self._landing.path} was not written. Download "
                "it again."
            ) from None


class _EndedEarly(Exception):
    """An answer ended early; ``at`` is the position after the last byte written."""

    def __init__(self, message: str, at: int) -> None:
        self.at = at
        super().__init__(message)
