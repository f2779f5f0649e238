"""The errors of copies that S3 refuses: they have causes that other requests have not."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from s3vend.errors import ObjectChanged, S3VendError, StorageError, TransferError
from s3vend.within.original import Original

OTHERWISE = "download it and upload it with --tagging"
TAGS = (
    "S3 lets the session read the object, so it probably has tags: S3 copies them too, and no "
    f"credentials of s3vend write tags. Then {OTHERWISE}."
)
ARCHIVED = "It is archived; whoever owns it has to restore it first."
_ACTION = re.compile(r"not authorized to perform: s3:(\w+)")  # S3 names it to some callers


class CopyRefused(TransferError):
    """S3 refuses to copy this object, and may copy others."""


def refused(
    error: StorageError, original: Original, is_readable: Callable[[], bool]
) -> S3VendError:
    """Return the error for a refused copy, with what to do.

    ``is_readable`` says whether the session can read the object: then it is in force.
    """
    if error.code == "InvalidObjectState":
        return CopyRefused(f"{original.target} cannot be copied. {ARCHIVED}")
    denied = _ACTION.search(str(error))
    may_be_tags = error.code == "AccessDenied" and (denied is None or "Tagging" in denied[1])
    if may_be_tags and is_readable():
        return CopyRefused(f"{str(error).partition('. ')[0]}. {TAGS}")
    return error


@contextmanager
def unchanged(original: Original) -> Iterator[None]:
    """Turn a condition that is not met into `ObjectChanged`; all conditions are on the source."""
    try:
        yield
    except StorageError as error:
        if error.status == 412:
            raise changed_error(original) from None
        raise


def changed_error(original: Original) -> ObjectChanged:
    """Return the error for a source that was replaced."""
    return ObjectChanged(f"{original.target} was replaced after it was found. Copy it again.")
