"""`sync`: makes a prefix of S3 equal to a directory, or a directory equal to a prefix."""

from collections.abc import Callable, Sequence

from s3vend.presigning.naming import upload_members
from s3vend.service.connect import Service, connect
from s3vend.sync.results import OnResult, Synced
from s3vend.sync.roots import Place, root_of
from s3vend.sync.run import run
from s3vend.sync.wishes import PARALLEL, Wishes
from s3vend.transfer.many.tally import Total
from s3vend.transfer.state import Remark
from s3vend.tree.filters import Filter, Filters


def sync(
    source: Place,
    destination: Place,
    *,
    delete: bool = False,
    dry_run: bool = False,
    checksum: bool = False,
    filters: Sequence[Filter] = (),
    follow_symlinks: bool = False,
    parallel: int = PARALLEL,
    progress: Callable[[Total], object] | None = None,
    remark: Remark = bool,
    on_result: OnResult | None = None,
    service: Service | None = None,
    **members: object,
) -> Synced:
    """Copy what differs from ``source`` to ``destination``; see docs/clients.md."""
    wishes = Wishes(
        delete=delete,
        dry_run=dry_run,
        checksum=checksum,
        filters=Filters(tuple(filters)),
        follow_symlinks=follow_symlinks,
        parallel=parallel,
        members=upload_members(members),
        progress=progress,
        remark=remark,
        on_result=on_result,
    )
    return run(root_of(source), root_of(destination), wishes, service or connect())
