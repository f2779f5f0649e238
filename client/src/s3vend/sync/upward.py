"""From a directory to a prefix of S3."""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from s3vend.errors import AccessDenied
from s3vend.listing.entries import Listed
from s3vend.listing.objects import list_objects
from s3vend.service.connect import Service
from s3vend.sync.planning.plan import Differ, Plan, Planned
from s3vend.sync.roots import Prefix
from s3vend.sync.wishes import Wishes
from s3vend.transfer.many.away import Away
from s3vend.transfer.many.jobs import Job, Way
from s3vend.transfer.many.tally import Tally
from s3vend.transfer.many.up import Up
from s3vend.transfer.state import Remark
from s3vend.tree.found import LocalFile
from s3vend.tree.walk import walk


@dataclass(frozen=True, slots=True)
class Upward:
    """The two sides of an upload."""

    source: Path
    destination: Prefix
    wishes: Wishes
    service: Service
    remark: Remark

    def planned(self, plan: Plan, differ: Differ, *, in_memory: bool) -> Iterator[Planned]:
        """Return what is to be done."""
        wishes = self.wishes
        files = walk(
            self.source,
            prefix=self.destination.key,
            follow_symlinks=wishes.follow_symlinks,
            admits=wishes.filters.admits,
        )
        objects = self._objects() if wishes.compare else iter(())
        if in_memory:
            objects = iter(sorted(objects, key=self.destination.name_of))
        return plan.uploads(files, objects, self.destination.name_of, differ)

    def way(self, tally: Tally, mark: str) -> Way:
        """Return how a file is sent."""
        del mark
        wishes = self.wishes
        return Up(
            self.destination.address,
            self.service,
            wishes.members,
            overwrite=wishes.overwrite,
            part_size=wishes.part_size,
            remark=self.remark,
            progress=tally.large,
        )

    def deletions(self, names: Iterable[str]) -> Iterator[Planned]:
        """Yield the jobs that delete objects."""
        return (Job(name, 0, None) for name in names)

    def away(self) -> Way:
        """Return how an object is deleted."""
        return Away(self.destination.address, self.service)

    def stamp(self, job: Job) -> tuple[object, ...]:
        """Return what recognises a file in a later run."""
        assert isinstance(job.source, LocalFile)
        return job.name, *job.source.stamp

    def has_arrived(self, job: Job) -> bool:
        """Whether a file that an earlier run sent is still there: S3 cannot be asked."""
        del job
        return True

    def clean(self, mark: str) -> None:
        """Do nothing: a killed run leaves nothing half in S3."""

    def _objects(self) -> Iterator[Listed]:
        admits, name_of = self.wishes.filters.admits, self.destination.name_of
        try:
            for listed in list_objects(self.destination.address, service=self.service):
                name = name_of(listed)
                if name and not name.endswith("/") and admits(name):
                    yield listed
        except AccessDenied as error:
            command = shlex.join(["s3vend", "cp", "-r", f"{self.source}", f"{self.destination}"])
            note = (
                "sync compares with what is at the destination, so it takes READ there too. To "
                f"copy everything without comparing: {command}"
            )
            raise AccessDenied(error.asked, error.problem, [*error.notes, note]) from None
