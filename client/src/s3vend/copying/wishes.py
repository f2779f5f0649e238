"""What the caller of a copy of many files asks for."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from s3vend.copying.results import OnResult
from s3vend.transfer.many.jobs import Existing
from s3vend.transfer.many.tally import Total
from s3vend.transfer.state import Remark
from s3vend.tree.filters import EVERYTHING, Filters

PARALLEL = 32  # files at a time
_NONE: Mapping[str, Any] = {}


class Wishes(NamedTuple):
    """What the caller of a copy asks for."""

    compare: bool = True  # False: copy everything, without a look at the destination
    delete: bool = False
    dry_run: bool = False
    checksum: bool = False
    existing: Existing = "replace"
    filters: Filters = EVERYTHING
    follow_symlinks: bool = False
    parallel: int = PARALLEL
    part_size: int | None = None
    members: Mapping[str, Any] = _NONE  # that S3 keeps with every object
    progress: Callable[[Total], object] | None = None
    remark: Remark = bool
    on_result: OnResult | None = None
