"""Which way a copy goes, from what its two roots are."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from s3vend.errors import SettingsError, TransferError
from s3vend.files.below import Below
from s3vend.service.connect import Service
from s3vend.sync.downward import Downward
from s3vend.sync.planning.plan import Differ, Plan, Planned
from s3vend.sync.roots import Prefix, Root
from s3vend.sync.upward import Upward
from s3vend.sync.wishes import Wishes
from s3vend.transfer.many.jobs import Job, Way
from s3vend.transfer.many.tally import Tally
from s3vend.transfer.state import Remark


class Direction(Protocol):
    """The two sides of a copy."""

    def planned(self, plan: Plan, differ: Differ, *, in_memory: bool) -> Iterator[Planned]:
        """Return what is to be done; with ``in_memory``, names need not arrive in order."""

    def way(self, tally: Tally, mark: str) -> Way:
        """Return how a file is transferred; ``mark`` begins the names of unfinished files."""

    def deletions(self, names: Iterable[str]) -> Iterator[Planned]:
        """Return the jobs that delete these names, or the results of their deletion."""

    def away(self) -> Way | None:
        """Return how a job deletes."""

    def stamp(self, job: Job) -> tuple[object, ...]:
        """Return what recognises a file in a later run."""

    def has_arrived(self, job: Job) -> bool:
        """Whether what an earlier run copied is still there, as far as can be told."""

    def clean(self, mark: str) -> None:
        """Remove the unfinished files of a run that was killed."""


@contextmanager
def direction_of(
    source: Root, destination: Root, wishes: Wishes, service: Service, remark: Remark
) -> Iterator[Direction]:
    """Yield the direction of a copy; the destination's directory is created if it is missing.

    Raises:
        SettingsError: neither or both are in S3.
        TransferError: the directory cannot be opened or created.
    """
    if isinstance(source, Path) and isinstance(destination, Prefix):
        yield Upward(source, destination, wishes, service, remark)
    elif isinstance(source, Prefix) and isinstance(destination, Path):
        if wishes.dry_run:
            yield Downward(source, destination, None, wishes, service, remark)
            return
        with _opened(destination) as below:
            yield Downward(source, destination, below, wishes, service, remark)
    else:
        raise SettingsError(
            "One of source and destination must be s3://bucket/prefix/, the other a directory."
        )


def _opened(path: Path) -> Below:
    try:
        return Below(path, make=True)
    except OSError as error:
        raise TransferError(
            f"{path} cannot be used as a directory: {error.strerror}. Choose another one."
        ) from None
