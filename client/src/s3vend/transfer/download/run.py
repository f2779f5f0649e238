"""One run of a download: from what an earlier one left to the final name."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import md5
from pathlib import Path

from s3vend.errors import ChecksumMismatch, S3VendError, Unreachable
from s3vend.http.wire import BLOCK, Answer
from s3vend.service.urls import Url
from s3vend.transfer.crew import Crew
from s3vend.transfer.download.landing import Landing
from s3vend.transfer.download.ranges import Object
from s3vend.transfer.progress import Counter, Progress
from s3vend.transfer.state import State
from s3vend.transfer.storage import send_with_retries

SELDOM = 5.0  # seconds between two notes of what is done: the file is on the disk before


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A whole file. ``verified``: `MD5` where S3 names it, else `ETag` (all bytes are of that
    object, over TLS). ``resumed``: bytes that an earlier run had got."""

    path: Path
    size: int
    etag: str
    verified: str
    resumed: int = 0


class DownloadRun:
    """One run of a download."""

    def __init__(
        self, there: Object, landing: Landing, kept: State, parallel: int, tell: Progress | None
    ) -> None:
        self._object, self._landing, self._kept = there, landing, kept
        self._url: Url | None = there.url
        self._crew: Crew[int] = Crew(parallel)
        self._counter = Counter(there.size, tell)
        self._lock, self._signing = threading.Lock(), threading.Lock()
        self._done: set[int] = set()
        self._same: dict[str, object] = {
            "target": there.target,
            "etag": there.etag,
            "size": there.size,
            "partSize": there.part_size,
        }

    def whole(self) -> Downloaded:
        """Get what is missing, verify, and give it its name. Raises: as `download`."""
        there, landing = self._object, self._landing
        before = self._kept.read(self._same)
        if before is not None and landing.has(there.size):
            self._done = set(before["done"])
        else:
            self._kept.forget()
            landing.make(there.size)
        resumed = sum(there.place(number)[1] for number in self._done)
        self._counter.add(resumed)
        self._save()
        left = [number for number in range(there.count) if number not in self._done]
        try:
            self._crew.run(left, self._range)
        except BaseException:
            with self._lock, suppress(S3VendError):
                self._save()
            raise
        self._verify()
        landing.finish()
        self._kept.forget()
        verified = "MD5" if there.md5 else "ETag"
        return Downloaded(landing.path, there.size, there.etag, verified, resumed)

    def _save(self) -> None:
        """Only what is on the disk counts as done."""
        self._landing.flush()
        self._kept.write(self._same | {"done": sorted(self._done)})

    def _range(self, number: int) -> None:
        first, size = self._object.place(number)
        end = first + size
        patience = replace(self._object.service.patience, sleep=self._crew.pause)
        at, url = first, self._url

        def renew() -> Url:
            nonlocal url
            with self._signing:  # one for all who need it
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
                    continue  # it came further, which is no reason to give up
                return answer

        try:
            send_with_retries(f"read {self._object.target}", url, renew, send, patience)
        except BaseException:
            self._counter.add(first - at)
            raise
        with self._lock:
            self._done.add(number)
            if self._kept.due(SELDOM):
                self._save()

    def _write(self, at: int, end: int, blocks: Iterator[bytes]) -> int:
        """The bytes into the file; where they end."""
        with self._landing.writing(at, self._object.size - at) as file:
            while at < end:
                try:
                    block = next(blocks, None)
                except Unreachable as error:
                    raise _EndedEarly(str(error), at) from None
                if block is None:
                    raise _EndedEarly("S3 ended its answer early", at)
                self._crew.check()
                view = memoryview(block)
                while view:
                    view = view[file.write(view) :]
                at += len(block)
                self._counter.add(len(block))
        return at

    def _verify(self) -> None:
        there = self._object
        if there.md5 is None:
            return
        made = md5(usedforsecurity=False)
        with self._landing.part.open("rb", buffering=0) as file:
            while block := file.read(BLOCK):
                made.update(block)
        if made.hexdigest() != there.md5:
            self._landing.drop()
            self._kept.forget()
            raise ChecksumMismatch(
                f"What arrived of {there.target} has another MD5 than the object. It was dropped, "
                f"and nothing stands at {self._landing.path} that was not there before: try again."
            )


class _EndedEarly(Exception):
    """An answer that ended early, and the byte up to which it was written."""

    def __init__(self, said: str, at: int) -> None:
        self.at = at
        super().__init__(said)
