"""`sync`: makes a prefix of S3 equal to a directory, or a directory equal to a prefix."""

from collections.abc import Callable, Iterable

from s3vend.copying.results import OnResult, Synced
from s3vend.copying.roots import Place, root_of
from s3vend.copying.run import run
from s3vend.copying.wishes import PARALLEL, Wishes
from s3vend.presigning.naming import upload_members
from s3vend.service.connect import Service, connect
from s3vend.transfer.many.tally import Total
from s3vend.transfer.state import Remark
from s3vend.tree.filters import Filter, Filters

Patterns = str | Iterable[str]
ARGUMENTS = (
    "delete",
    "dryRun",
    "checksum",
    "exclude",
    "include",
    "followSymlinks",
    "parallel",
    "progress",
    "remark",
    "onResult",
    "service",
)  # of `sync`


def sync(
    source: Place,
    destination: Place,
    *,
    delete: bool = False,
    dry_run: bool = False,
    checksum: bool = False,
    exclude: Patterns = (),
    include: Patterns = (),
    follow_symlinks: bool = False,
    parallel: int = PARALLEL,
    progress: Callable[[Total], object] | None = None,
    remark: Remark = bool,
    on_result: OnResult | None = None,
    service: Service | None = None,
    **members: object,
) -> Synced:
    """Copy what differs: from a directory to `s3://bucket/prefix/`, back, or between prefixes.

    A file is copied if it is missing at the destination, if the sizes differ, or if the local file
    is newer than the object (within S3: the object than its copy), as `aws s3 sync` decides. With
    ``checksum``, contents are compared in place of times, as far as ETags tell them.

    ``delete`` deletes what only the destination has, at the end, and only if all else went well;
    never what ``exclude`` leaves out. ``exclude`` and ``include`` are patterns of names below the
    roots, in which ``*`` also stands for slashes; what matches ``include`` is copied all the same.
    ``dry_run`` changes nothing, and returns what would be done. ``parallel`` is the number of
    files at a time. ``progress`` is called with a `Total`, and ``on_result`` with each `Result`,
    in place of keeping it; ``remark`` with sentences for the user. ``members`` are kept by S3 with
    every object that is uploaded, as in `upload`.

    One file that fails is not the end: its result says why. After an interruption the same call, in
    any process, resumes: what has arrived is not copied again, and large files go on where they
    were.

    Raises:
        AccessDenied: no grant allows it; it takes READ on both sides.
        DiskFull: the disk has no room.
        TransferError: a root cannot be read or created, or another process runs the same copy.
        SettingsError: an argument cannot be used; or as `connect`.
        StorageError: S3 denies one file after the other.
        ServiceError, Unreachable, IdentityError: the service or S3 refuses all, or does not answer.
    """
    wishes = Wishes(
        delete=delete,
        dry_run=dry_run,
        checksum=checksum,
        filters=Filters((*_filters(exclude, includes=False), *_filters(include, includes=True))),
        follow_symlinks=follow_symlinks,
        parallel=parallel,
        members=upload_members(members, ARGUMENTS),
        progress=progress,
        remark=remark,
        on_result=on_result,
    )
    return run(root_of(source), root_of(destination), wishes, service or connect())


def _filters(patterns: Patterns, *, includes: bool) -> Iterable[Filter]:
    several = [patterns] if isinstance(patterns, str) else patterns
    return (Filter(pattern, includes) for pattern in several)
