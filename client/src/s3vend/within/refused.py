"""The errors of copies that S3 refuses: they have causes that other requests have not."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from s3vend.errors import ObjectChanged, S3VendError, StorageError
from s3vend.within.original import Original

OTHERWISE = "download it and upload it with --tagging"
TAGS = (
    "An object with tags is refused too: S3 copies them with it, and no credentials of s3vend "
    f"write tags. If it has some, {OTHERWISE}."
)
ARCHIVED = "The object is archived; restore it first."
_ACTION = re.compile(r"not authorized to perform: s3:(\w+)")  # S3 names it to some callers


class CopyRefused(StorageError):
    """S3 refused a copy within S3. The message also says what causes that alone."""

    def __init__(self, error: StorageError, advice: str) -> None:
        self.status, self.code = error.status, error.code
        S3VendError.__init__(self, f"{str(error).rstrip('.')}. {advice}")


def refused(error: StorageError) -> StorageError:
    """Return the error for a refused copy, with what to do."""
    if error.code == "InvalidObjectState":
        return CopyRefused(error, ARCHIVED)
    denied = _ACTION.search(str(error))
    is_of_tags = denied is None or denied[1].endswith("Tagging")
    return CopyRefused(error, TAGS) if error.code == "AccessDenied" and is_of_tags else error


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
