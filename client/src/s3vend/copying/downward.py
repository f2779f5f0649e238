"""From a prefix of S3 to a directory."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from s3vend.copying.planning.foreseen import Foreseen, walked_ahead
from s3vend.copying.planning.plan import Differ, Plan, Planned
from s3vend.copying.roots import Prefix
from s3vend.copying.wishes import Wishes
from s3vend.files.below import Below
from s3vend.listing.entries import Listed
from s3vend.listing.spans import KeysAfter, unknown
from s3vend.service.connect import Service
from s3vend.transfer.many.jobs import Job, Result, Way
from s3vend.transfer.many.tally import Tally
from s3vend.transfer.state import Remark
from s3vend.tree.found import Found, Skipped
from s3vend.tree.names import Names
from s3vend.tree.probe import probe
from s3vend.tree.rules import HERE
from s3vend.tree.walk import likely_names, walk


@dataclass(frozen=True, slots=True)
class Downward:
    """The two sides of a download. ``below`` is None in a dry run."""

    source: Prefix
    destination: Path
    below: Below | None
    wishes: Wishes
    service: Service
    remark: Remark

    def planned(self, plan: Plan, differ: Differ, *, in_memory: bool) -> Iterator[Planned]:
        """Return what is to be done."""
        admits, name_of = self.wishes.filters.admits, self.source.name_of
        files: Iterable[Found] = ()
        names_after: KeysAfter = unknown
        if self.wishes.compare and self.destination.exists():
            files = walked_ahead(walk(self.destination, filters=self.wishes.filters))
            if not in_memory:
                names = likely_names(self.destination, filters=self.wishes.filters)
                names_after = Foreseen(names).names_after
        objects: Iterable[Listed] = self.source.objects(self.service, admits, names_after)
        if in_memory:
            objects = sorted(objects, key=name_of)
        rules = HERE if self.below is None else probe(self.destination)
        return plan.downloads(objects, files, name_of, differ, Names(rules))

    def way(self, tally: Tally, mark: str) -> Way:
        """Return how an object is read."""
        from s3vend.transfer.many.down import Down

        wishes = self.wishes
        return Down(
            self.source.address,
            self.destination,
            self._open,
            mark,
            self.service,
            existing=wishes.existing,
            part_size=wishes.part_size,
            remark=self.remark,
            progress=tally.large,
        )

    def deletions(self, names: Iterable[str]) -> Iterator[Planned]:
        """Delete files one after the other, and yield the results."""
        for name in names:
            above, _, last = name.rpartition("/")
            try:
                with self._open.at(above, make=False) as directory:
                    directory.remove(last)
            except OSError as error:
                yield Result("failed", name, 0, f"{name} cannot be deleted: {error.strerror}.")
            else:
                yield Result("deleted", name)

    def away(self) -> Way:
        """Return a way for nothing: `deletions` has deleted the files already."""
        from s3vend.transfer.many.down import Down

        return Down(self.source.address, self.destination, self._open, "", self.service)

    def has_arrived(self, job: Job) -> bool:
        """Whether the file that an earlier run wrote is still there, as it was."""
        assert isinstance(job.source, Listed)
        try:
            status = os.lstat(self.destination / job.name)
        except OSError:
            return False
        return status.st_size == job.size and status.st_mtime_ns <= job.source.modified_ns

    def clean(self, mark: str) -> None:
        """Remove the unfinished files of a run that was killed."""
        for found in walk(self.destination):
            above, _, name = found.relative.rpartition("/")
            if isinstance(found, Skipped) and name.startswith(mark):
                with self._open.at(above, make=False) as directory:
                    directory.remove(name)

    @property
    def _open(self) -> Below:
        assert self.below is not None, "a dry run changes nothing"
        return self.below
