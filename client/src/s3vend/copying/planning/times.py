"""Whether a file and an object differ: by size and time, as `aws s3 sync` compares them.

https://docs.aws.amazon.com/cli/latest/reference/s3/sync.html
"""

from s3vend.listing.entries import Listed
from s3vend.tree.found import LocalFile


def differs(file: LocalFile, listed: Listed) -> bool:
    """Whether a copy is due: the sizes differ, or the file was written after the object.

    The rule is one for both directions. So an object that was replaced by one of the same size is
    not downloaded over an older file; with ``checksum``, the content is compared.
    """
    return file.size != listed.size or file.mtime_ns > listed.modified_ns
