"""Which way a copy goes, from what its two roots are."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from s3vend.copying.planning.plan import Differ, Plan, Planned
from s3vend.copying.roots import Local, Prefix, Root
from s3vend.copying.wishes import Wishes
from s3vend.errors import SettingsError, TransferError
from s3vend.service.connect import Service
from s3vend.transfer.many.jobs import Job, Way
from s3vend.transfer.many.tally import Tally
from s3vend.transfer.state import Remark

if TYPE_CHECKING:
    from s3vend.files.below import Below


class Direction(Protocol):
    """The two sides of a copy."""

    def planned(self, plan: Plan, differ: Differ, *, in_memory: bool) -> Iterator[Planned]:
        """Return what is to be done; with ``in_memory``, names need not arrive in order."""

    def way(self, tally: Tally, mark: str) -> Way:
        """Return how a file is transferred; ``mark`` begins the names of unfinished files."""

    def deletions(self, names: Iterable[str]) -> Iterator[Planned]:
        """Return the jobs that delete these names, or the results of their deletion."""

    def away(self) -> Way:
        """Return how a job deletes."""

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
    if isinstance(destination, Prefix) and destination.pattern is not None:
        raise SettingsError(f"{destination} is a pattern; name a prefix, such as s3://bucket/a/.")
    if isinstance(destination, Prefix):
        if isinstance(source, Local):
            from s3vend.copying.upward import Upward

            yield Upward(source, destination, wishes, service, remark)
        else:
            from s3vend.copying.across import Across

            check_apart(source, destination)
            yield Across(source, destination, wishes, service, remark)
    elif isinstance(source, Local):
        raise SettingsError(f"{source} and {destination} are both here; one must be s3://bucket/…")
    else:
        from s3vend.copying.downward import Downward

        with nullcontext() if wishes.dry_run else _opened(destination.path) as below:
            yield Downward(source, destination.path, below, wishes, service, remark)


def _opened(path: Path) -> "Below":
    from s3vend.files.below import Below

    try:
        return Below(path, make=True)
    except OSError as error:
        raise TransferError(
            f"{path} cannot be used as a directory: {error.strerror}. Choose another one."
        ) from None


def check_apart(source: Prefix, destination: Prefix) -> None:
    """Raise `SettingsError` if a copy would read what it writes."""
    if source.name and source.address != destination.address:
        return
    if destination.address.startswith(source.address) or source.address.startswith(
        destination.address
    ):
        raise SettingsError(
            f"{source} and {destination} overlap, so the copy would go on with its own objects. "
            "Choose prefixes of which none is below the other."
        )
