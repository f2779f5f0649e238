"""From a prefix of S3 to another one: S3 itself copies."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from s3vend.copying.planning.plan import Differ, Plan, Planned
from s3vend.copying.roots import Prefix
from s3vend.copying.upward import IntoS3, readable
from s3vend.copying.wishes import Wishes
from s3vend.errors import StorageError
from s3vend.listing.entries import Listed
from s3vend.service.connect import Service
from s3vend.transfer.many.jobs import ByName, Existing, Job, Result, Signature, Steps, Way, existing
from s3vend.transfer.many.tally import Tally
from s3vend.transfer.state import Remark
from s3vend.within.copy import copy_object
from s3vend.within.session import CopySession


@dataclass(frozen=True, slots=True)
class Across(IntoS3):
    """The two sides of a copy within S3."""

    source: Prefix
    destination: Prefix
    wishes: Wishes
    service: Service
    remark: Remark

    def planned(self, plan: Plan, differ: Differ, *, in_memory: bool) -> Iterator[Planned]:
        """Return what is to be done."""
        del differ  # it compares files
        admits = self.wishes.filters.admits
        objects: Iterable[Listed] = self.source.objects(self.service, admits)
        others: Iterable[Listed] = ()
        if self.wishes.compare:
            others = readable(self.source, self.destination, self.service, admits)
        if in_memory:
            objects = sorted(objects, key=self.source.name_of)
            others = sorted(others, key=self.destination.name_of)
        return plan.copies(
            objects,
            others,
            self.source.name_of,
            self.destination.name_of,
            same_content if self.wishes.checksum else same_time,
        )

    def way(self, tally: Tally, mark: str) -> Way:
        """Return how an object is copied."""
        del tally, mark
        session = CopySession(
            f"{self.source.address}*", f"{self.destination.address}*", self.service
        )
        return Copying(self.destination.address, session, self.wishes.existing, self.remark)


@dataclass(frozen=True, slots=True)
class Copying(ByName):
    """Copies by a session that reads the source and writes the destination."""

    session: CopySession
    existing: Existing
    remark: Remark
    method: str = ""

    def small(self, job: Job, signature: Signature) -> Steps:
        """Is never called: no URL is signed."""
        raise AssertionError(job.name, signature)

    def large(self, job: Job) -> Result:
        """Copy an object."""
        assert isinstance(job.source, Listed)
        target, replaces = f"{self.prefix}{job.name}", self.existing == "replace"
        try:
            copy_object(job.source, target, self.session, overwrite=replaces, remark=self.remark)
        except StorageError as error:
            if replaces or error.status != 412:
                raise
            return existing(job, self.existing, f"{target} already exists")
        return Result("copied", job.name, job.size)


def same_time(listed: Listed, other: Listed) -> bool:
    """Whether no copy is due: the sizes are equal, and the copy is not older than the object."""
    return listed.size == other.size and listed.modified <= other.modified


def same_content(listed: Listed, other: Listed) -> bool:
    """Whether the ETags prove the same content."""
    return listed.size == other.size and listed.etag == other.etag != ""
