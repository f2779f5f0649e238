"""One upload: what, whither, how; and some of its bytes on their way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from s3vend.http.wire import Answer
from s3vend.service.connect import Service
from s3vend.service.urls import Url
from s3vend.transfer import state
from s3vend.transfer.checksums import Algorithm
from s3vend.transfer.progress import Counter
from s3vend.transfer.upload.source import Source

SMALL = 16 * 1024 * 1024  # bytes that go in one request


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What S3 has now. ``resumed``: bytes that an earlier run had sent."""

    target: str
    size: int
    etag: str
    algorithm: str  # of the checksums that S3 compared
    resumed: int = 0


@dataclass(frozen=True, slots=True)
class UploadJob:
    """An upload as it was asked for."""

    source: Source
    target: str
    service: Service
    members: Mapping[str, object]  # contentType, kmsKey, …
    overwrite: bool
    algorithm: Algorithm
    counter: Counter
    parallel: int
    part_size: int | None = None

    @property
    def place(self) -> Path:
        """Where what is done so far is kept: by service, target and file."""
        names = (self.service.settings.url, self.target, str(self.source.path.absolute()))
        return state.state_file("upload", *names)

    @property
    def same(self) -> dict[str, object]:
        """What an earlier run must have been about, to go on with it."""
        return {
            "target": self.target,
            "stamp": list(self.source.stamp),
            "members": dict(sorted(self.members.items())),
        }

    @property
    def only_new(self) -> dict[str, object]:
        """A condition of the last request."""
        return {} if self.overwrite else {"ifNoneMatch": "*"}

    def put(self, url: Url, first: int, size: int, check: Callable[[], object]) -> Answer:
        """Send these bytes of the file; ``check`` may call it off at each block."""
        gone = 0

        def each(length: int) -> None:
            nonlocal gone
            check()
            gone += length
            self.counter.add(length)

        fine = False
        body = self.source.blocks(first, size, each) if size else b""
        try:
            answer = self.service.wire.send(url.method, url.url, url.headers, body)
            fine = answer.status < 300
        finally:
            if not fine:
                self.counter.add(-gone)
        return answer
