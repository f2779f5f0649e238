"""One run of a copy: plan, transfer, and delete last what only the destination has."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from s3vend.copying.directions import Direction, direction_of
from s3vend.copying.journal import Journal
from s3vend.copying.planning.merge import NotSorted
from s3vend.copying.planning.plan import Differ, Plan, Planned
from s3vend.copying.planning.times import differs
from s3vend.copying.results import Count, Synced
from s3vend.copying.roots import Prefix, Root
from s3vend.copying.wishes import Wishes
from s3vend.errors import SettingsError, StorageError
from s3vend.service.connect import Service
from s3vend.transfer.many.jobs import Job, Result, Way
from s3vend.transfer.many.tally import Tally
from s3vend.transfer.resuming import saved_if_possible
from s3vend.transfer.state import Remark, state_file

if TYPE_CHECKING:
    from s3vend.transfer.many.engine import Report

UNSORTED = "The names do not arrive in the order of S3, so memory holds all of them."


def run(source: Root, destination: Root, wishes: Wishes, service: Service) -> Synced:
    """Copy from one root to the other; raises as `sync`."""
    if wishes.delete and isinstance(source, Prefix) and source.pattern is not None:
        raise SettingsError(
            "A pattern does not go with delete, which would delete all that does not match. Use "
            "exclude and include, which leave such files alone."
        )
    remarks: list[str] = []

    def remark(text: str) -> None:
        if text not in remarks:
            remarks.append(text)
            wishes.remark(text)

    with ExitStack() as stack:
        direction = stack.enter_context(direction_of(source, destination, wishes, service, remark))
        one = _Run(source, direction, wishes, service, remark)
        stack.callback(one.close)
        if wishes.dry_run:
            one.pretend()
        else:
            kind = "sync" if wishes.compare else "cp"
            path = state_file(kind, service.settings.url, str(source), str(destination))
            state = stack.enter_context(saved_if_possible(path, remark))
            one.work(stack.enter_context(Journal(state, logs=not wishes.compare)))
    return one.count.synced(one.plan.unchanged, remarks, dry_run=wishes.dry_run)


class _Run:
    def __init__(
        self,
        source: Root,
        direction: Direction,
        wishes: Wishes,
        service: Service,
        remark: Remark,
    ) -> None:
        self._source = source
        self._direction, self._wishes, self._service = direction, wishes, service
        self._remark = remark
        self.plan, self.count = Plan(), Count(wishes.on_result)
        self._tally = Tally(wishes.progress)
        self._differ = _by_content(remark) if wishes.checksum else differs

    def close(self) -> None:
        """Delete what the plan keeps on the disk."""
        self.plan.extra.close()

    def pretend(self) -> None:
        """Only say what would be done."""
        for one in self._planned():
            if isinstance(one, Job):
                one = Result("copied", one.name, one.size)  # noqa: PLW2901
            self.count.add(one)
        for name in self._extra():
            self.count.add(Result("deleted", name))
        self._look_for_nothing()

    def work(self, journal: Journal) -> None:
        """Do it, and note in the journal what arrived."""
        if journal.earlier_mark is not None:
            self._direction.clean(journal.earlier_mark)
        if journal.count:
            self._remark(
                f"Continues a copy that was interrupted: {journal.count:,} files have arrived "
                "already, and are not copied again."
            )
        journal.begin()

        def report(job: Job | None, result: Result) -> None:
            self.count.add(result)
            if job is not None and job.source and result.action == "copied":
                journal.add(*job.stamp)

        self._transfer(
            lambda: self._direction.way(self._tally, journal.mark), self._missing(journal), report
        )
        self._transfer(self._direction.away, self._direction.deletions(self._extra()), report)
        self._look_for_nothing()
        if not self.count["failed"]:
            journal.end()

    def _transfer(
        self, make: Callable[[], Way], planned: Iterator[Planned], report: "Report"
    ) -> None:
        """Do what is planned, if it is anything."""
        first = next(planned, None)
        if first is None:
            return
        from s3vend.transfer.many.engine import Engine
        from s3vend.transfer.many.signing import Signer

        way = make()
        is_full = getattr(way, "keeps_times", False)
        signer = Signer(self._service, way, is_full=is_full) if way.method else None
        engine = Engine(way, signer, self._service.wire, self._wishes.parallel, self._tally)
        engine.run(chain([first], planned), report)

    def _missing(self, journal: Journal) -> Iterator[Planned]:
        """Yield what an earlier run has not copied."""
        for one in self._planned():
            if isinstance(one, Job) and self._has(journal, one):
                self.plan.unchanged += 1
            else:
                yield one

    def _has(self, journal: Journal, job: Job) -> bool:
        return journal.has(*job.stamp) and self._direction.has_arrived(job)

    def _planned(self) -> Iterator[Planned]:
        try:
            yield from self._direction.planned(self.plan, self._differ, in_memory=False)
        except NotSorted:
            self._remark(UNSORTED)
            self.plan.extra.close()
            self.plan = Plan()  # what was copied meanwhile is compared again
            yield from self._direction.planned(self.plan, self._differ, in_memory=True)
        except StorageError as error:
            name = self._source.name if isinstance(self._source, Prefix) else ""
            if not name or error.status != 404:
                raise
            yield Result("failed", name, 0, str(error))

    @cached_property
    def _nothing(self) -> str | None:
        """The sentence for a source in S3 without objects, when all of it was seen."""
        seen = self.plan.unchanged + sum(self.count[one] for one in ("copied", "skipped", "failed"))
        if seen or not isinstance(self._source, Prefix):
            return None
        return self._source.nothing(self._service, filtered=bool(self._wishes.filters.filters))

    def _look_for_nothing(self) -> None:
        """Say that nothing is there: a failure, unless a comparison has nothing to delete."""
        if self._nothing is None:
            return
        if self._wishes.compare and not (self._wishes.delete and self.plan.extra.count):
            self._remark(self._nothing)
            return
        end = ", so nothing is deleted at the destination" if self._wishes.delete else ""
        self.count.add(Result("failed", "", 0, f"{self._nothing}{end}"))

    def _extra(self) -> Iterator[str]:
        """Yield what is to be deleted: nothing, unless everything else went well."""
        if not self._wishes.delete or not self.plan.extra.count or self._nothing:
            return
        if not self.plan.is_complete or self.count["failed"]:
            self._remark(
                "Nothing is deleted, since not all of the source was copied. "
                f"{self.plan.extra.count:,} files are only at the destination."
            )
            return
        yield from self.plan.extra


def _by_content(remark: Remark) -> Differ:
    from s3vend.copying.planning.content import Content

    return Content(remark).differs
