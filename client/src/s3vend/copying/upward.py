"""From a directory to a prefix of S3."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from s3vend.copying.planning.foreseen import Foreseen, walked_ahead
from s3vend.copying.planning.given import file_at, once_each
from s3vend.copying.planning.plan import Differ, Plan, Planned
from s3vend.copying.roots import Local, Prefix, Root
from s3vend.copying.wishes import Wishes
from s3vend.errors import AccessDenied, ServiceError
from s3vend.listing.entries import Listed
from s3vend.listing.spans import KeysAfter, unknown
from s3vend.service.connect import Service
from s3vend.service.pages import pages
from s3vend.transfer.many.jobs import Job, Way
from s3vend.transfer.many.tally import Tally
from s3vend.transfer.state import Remark
from s3vend.tree.found import Found
from s3vend.tree.walk import likely_names, walk

WRITING = ("WRITE", "READWRITE")


class IntoS3:
    """The methods that all copies to S3 share."""

    __slots__ = ()
    destination: Prefix
    service: Service

    def deletions(self, names: Iterable[str]) -> Iterator[Planned]:
        """Yield the jobs that delete objects."""
        return (Job(name, 0, None) for name in names)

    def away(self) -> Way:
        """Return how an object is deleted."""
        from s3vend.transfer.many.away import Away

        return Away(self.destination.address, self.service)

    def has_arrived(self, job: Job) -> bool:
        """Whether what an earlier run copied is still there: S3 is not asked."""
        del job
        return True

    def clean(self, mark: str) -> None:
        """Do nothing: a killed run leaves nothing half in S3."""


@dataclass(frozen=True, slots=True)
class Upward(IntoS3):
    """The two sides of an upload."""

    source: Local
    destination: Prefix
    wishes: Wishes
    service: Service
    remark: Remark

    def planned(self, plan: Plan, differ: Differ, *, in_memory: bool) -> Iterator[Planned]:
        """Return what is to be done."""
        wishes = self.wishes
        if not wishes.compare:
            return plan.everything(self._files())
        names_after = unknown if in_memory else Foreseen(self._likely_names()).names_after
        listed = readable(
            self.source, self.destination, self.service, wishes.filters.admits, names_after
        )
        # What some programs write for a directory is neither compared nor deleted.
        objects: Iterable[Listed] = (one for one in listed if not one.key.endswith("/"))
        if in_memory:
            objects = sorted(objects, key=self.destination.name_of)
        files = walked_ahead(iter(self._files()))
        return plan.uploads(files, objects, self.destination.name_of, differ)

    def _files(self) -> Iterable[Found]:
        """Return what is found, in order if the source is one directory."""
        found = [self._found(path) for path in self.source.paths]
        return found[0] if len(found) == 1 else once_each(found)

    def _likely_names(self) -> Iterable[str]:
        wishes, first = self.wishes, self.source.paths[0]
        if len(self.source.paths) > 1 or not first.is_dir():
            return ()
        return likely_names(
            first,
            prefix=self.destination.key,
            follow_symlinks=wishes.follow_symlinks,
            filters=wishes.filters,
        )

    def _found(self, path: Path) -> Iterable[Found]:
        if not path.is_dir():
            return [file_at(path)]
        return walk(
            path,
            prefix=self.destination.key,
            follow_symlinks=self.wishes.follow_symlinks,
            filters=self.wishes.filters,
        )

    def way(self, tally: Tally, mark: str) -> Way:
        """Return how a file is sent."""
        from s3vend.transfer.many.up import Up

        del mark
        wishes = self.wishes
        return Up(
            self.destination.address,
            self.service,
            wishes.members,
            existing=wishes.existing,
            keeps_times=keeps_times(self.service, self.destination.address),
            part_size=wishes.part_size,
            remark=self.remark,
            progress=tally.large,
        )


def readable(
    source: Root,
    destination: Prefix,
    service: Service,
    admits: Callable[[str], bool],
    names_after: KeysAfter = unknown,
) -> Iterator[Listed]:
    """List the destination, or say what may be done without the right to read it."""
    try:
        yield from destination.objects(service, admits, names_after)
    except AccessDenied as error:
        import shlex

        command = shlex.join(["s3vend", "cp", "-r", str(source), str(destination)])
        note = (
            "sync compares with what is at the destination, so it takes READ there too. To copy "
            f"everything without comparing: {command}"
        )
        raise AccessDenied(error.asked, error.problem, [*error.notes, note]) from None


def keeps_times(service: Service, address: str) -> bool:
    """Whether each grant for uploads to this prefix lets them choose metadata."""
    try:
        grants = list(pages(service, "grants", "grants"))
    except ServiceError:  # such as of a service that lists none
        return False
    writing = [
        one.get("objectHeaders") or ()
        for one in grants
        if one.get("permission") in WRITING and address.startswith(_scope(one))
    ]
    return bool(writing) and all("metadata" in headers for headers in writing)


def _scope(grant: Mapping[str, Any]) -> str:
    return str(grant.get("scope", "?")).removesuffix("*")
