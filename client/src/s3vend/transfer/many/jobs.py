"""What a transfer of many files does with one of them, and what came of it."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from s3vend.http.lanes.request import Request
from s3vend.http.patience import Patience
from s3vend.http.wire import Answer
from s3vend.listing.entries import Listed
from s3vend.presigning.urls import Url
from s3vend.transfer.storage import tries
from s3vend.tree.found import LocalFile

Existing = Literal["replace", "skip", "fail"]  # what happens where a file or an object is already
Action = Literal["copied", "deleted", "skipped", "failed"]
_NOTHING: Mapping[str, str] = {}
LIGHT = 64 * 1024  # bytes up to which a file needs few packets, and no room in `Space`
SMALL = 16 * 1024 * 1024  # bytes up to which a file is sent or read in one request


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one file. ``name`` is its path below both roots, with slashes.

    ``failed`` and ``skipped`` have a ``reason``; ``skipped`` is what was not asked for.
    """

    action: Action
    name: str
    size: int = 0  # bytes
    reason: str = ""


class Job(NamedTuple):
    """One file to transfer. ``name`` is its path below both roots, with slashes."""

    name: str
    size: int  # bytes
    source: LocalFile | Listed | None  # None: it is deleted

    @property
    def is_large(self) -> bool:
        """Whether its bytes are too many for one request."""
        return self.size > SMALL

    @property
    def stamp(self) -> tuple[object, ...]:
        """What recognises it in a later run."""
        if isinstance(self.source, LocalFile):
            return self.name, *self.source.stamp
        assert self.source is not None, "nobody asks for what is deleted"
        return self.name, self.source.etag, self.size


def existing(job: Job, wish: Existing, text: str) -> Result:
    """Return the result for a file that is already there, and is not replaced."""
    if wish == "fail":
        return Result("failed", job.name, job.size, f"{text}; use --overwrite to replace it")
    return Result("skipped", job.name, job.size, text)


class Signature(Protocol):
    """The URL for one job, as long as it can be used."""

    @property
    def url(self) -> Url:
        """The URL."""

    def renew(self) -> Url:
        """Return a new one, since S3 refused the last one or it expires."""


def asked(
    action: str,
    method: str,
    signature: Signature,
    patience: Patience,
    headers: Mapping[str, str] = _NOTHING,
) -> Generator[Request, Answer, Answer]:
    """Yield requests without a body by the URL of a job, and return the answer; as `tries`."""

    def ask(url: Url) -> Request:
        return Request(method, url.url, {**url.headers, **headers})

    return tries(action, signature.url, signature.renew, ask, patience)


Steps = Generator[Request, Answer, Result]  # the requests of one job, whoever sends them


class Way(Protocol):
    """How files are transferred, such as from the disk to S3."""

    @property
    def method(self) -> str:
        """The method of the URLs; empty if jobs take none."""

    @property
    def prefix(self) -> str:
        """Below which the keys are, as `s3://bucket/prefix/`."""

    def key(self, job: Job) -> str:
        """Return the key below the prefix."""

    def shared(self) -> Mapping[str, object]:
        """Return the members that the requests for all URLs have."""

    def own(self, job: Job) -> Mapping[str, object]:
        """Return the members that a URL for this job alone has."""

    def small(self, job: Job, signature: Signature) -> Steps:
        """Transfer a file in one request, by a URL of a batch."""

    def large(self, job: Job) -> Result:
        """Transfer a file with requests of its own."""


@dataclass(frozen=True, slots=True)
class ByName:
    """A way for jobs whose names are keys; the requests for their URLs have no members."""

    prefix: str

    def key(self, job: Job) -> str:
        """Return the key below the prefix."""
        return job.name

    def shared(self) -> Mapping[str, object]:
        """Return nothing."""
        return {}

    def own(self, job: Job) -> Mapping[str, object]:
        """Return nothing."""
        del job
        return {}

    def large(self, job: Job) -> Result:
        """Is never called: no file is too large for one request."""
        raise AssertionError(job.name)
