"""Decides what a copy does with each name, while both sides are listed.

The two sides arrive in one order, so memory holds one entry of each, and what is deleted at the end
waits in a temporary file.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from s3vend.copying.planning.extra import Extra
from s3vend.copying.planning.merge import merged
from s3vend.errors import TransferError
from s3vend.listing.entries import Listed
from s3vend.transfer.many.jobs import Action, Job, Result
from s3vend.tree.found import Found, LocalFile, Skipped

if TYPE_CHECKING:
    from s3vend.tree.names import Names

ARCHIVED = ("GLACIER", "DEEP_ARCHIVE")  # GLACIER_IR can be read at once
Planned = Job | Result
Differ = Callable[[LocalFile, Listed], bool]


@dataclass(slots=True)
class Plan:
    """The plan of one copy, which is complete when its iterator ends."""

    unchanged: int = 0
    extra: Extra = field(default_factory=Extra)
    is_complete: bool = True  # whether all of the source was seen
    _hiding: list[Skipped] = field(default_factory=list)

    def uploads(
        self,
        files: Iterable[Found],
        objects: Iterable[Listed],
        name_of: Callable[[Listed], str],
        differ: Differ,
    ) -> Iterator[Planned]:
        """Yield the files to upload, and those that are left out."""
        for file, listed in merged(files, objects, _relative, name_of):
            if isinstance(file, Skipped):
                yield self._skip(file)
            elif file is None:
                assert listed is not None
                if not self._is_hidden(name_of(listed)):
                    self.extra.add(name_of(listed))
            elif listed is None or (due := self._is_due(file, listed, differ)) is True:
                yield Job(file.relative, file.size, file)
            elif due:
                yield due

    def everything(self, files: Iterable[Found]) -> Iterator[Planned]:
        """Yield all files, in any order, to upload without a comparison."""
        for file in files:
            if isinstance(file, Skipped):
                yield self._skip(file)
            else:
                yield Job(file.relative, file.size, file)

    def downloads(
        self,
        objects: Iterable[Listed],
        files: Iterable[Found],
        name_of: Callable[[Listed], str],
        differ: Differ,
        names: "Names",
    ) -> Iterator[Planned]:
        """Yield the objects to download, and those that cannot be files here."""
        self.extra.spares = names.is_taken  # by what was downloaded, such as `A` by the key `a`
        for listed, file in merged(objects, files, name_of, _relative):
            if listed is None:
                assert file is not None
                if isinstance(file, LocalFile):
                    self.extra.add(file.relative)
                continue
            if _is_marker(listed):
                continue
            name = names.path(name_of(listed))
            if not isinstance(name, str):
                yield Result("failed", name.key, listed.size, name.reason)
            elif (
                not isinstance(file, LocalFile)
                or (due := self._is_due(file, listed, differ)) is True
            ):
                yield _readable(name, listed)
            elif due:
                yield due

    def copies(
        self,
        objects: Iterable[Listed],
        others: Iterable[Listed],
        name_of: Callable[[Listed], str],
        other_name_of: Callable[[Listed], str],
        same: Callable[[Listed, Listed], bool],
    ) -> Iterator[Planned]:
        """Yield the objects to copy within S3, and those that cannot be read."""
        for listed, other in merged(objects, others, name_of, other_name_of):
            if listed is None:
                assert other is not None
                if not _is_marker(other):
                    self.extra.add(other_name_of(other))
            elif other is not None and same(listed, other):
                self.unchanged += 1
            else:
                yield _readable(name_of(listed), listed)

    def _is_due(self, file: LocalFile, listed: Listed, differ: Differ) -> bool | Result:
        """Whether a copy is due, or why nobody can tell."""
        try:
            if differ(file, listed):
                return True
        except TransferError as error:
            return Result("failed", file.relative, 0, str(error))
        self.unchanged += 1
        return False

    def _skip(self, skipped: Skipped) -> Result:
        self._hiding.append(skipped)
        if skipped.is_fault and skipped.relative.endswith("/"):
            self.is_complete = False
        action: Action = "failed" if skipped.is_fault else "skipped"
        return Result(action, skipped.relative, 0, skipped.reason)

    def _is_hidden(self, name: str) -> bool:
        """Whether something that was left out may have this name."""
        # "0" follows the slash, so nothing below such a name comes after that.
        self._hiding = [one for one in self._hiding if name < f"{one.relative.rstrip('/')}0"]
        return any(one.hides(name) for one in self._hiding)


def _relative(found: Found) -> str:
    return found.relative


def _is_marker(listed: Listed) -> bool:
    """Whether it is an object that some programs write to mark a directory."""
    return listed.key.endswith("/")


def _readable(name: str, listed: Listed) -> Planned:
    if listed.storage_class not in ARCHIVED:
        return Job(name, listed.size, listed)
    return Result(
        "failed",
        name,
        listed.size,
        f"{listed.target} is archived ({listed.storage_class}); whoever owns it has to restore it "
        "before it can be read",
    )
