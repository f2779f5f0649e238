"""The random names of unfinished downloads, which lie beside the final ones."""

import os
import re

# The file that tells how a file system treats names ends with an é, of one character or two.
_PART = re.compile("\\.s3vend-[0-9a-f]{32}(?:\u00e9|e\u0301)?")


def new_part_name() -> str:
    """Return a name that nobody can foretell."""
    return f".s3vend-{os.urandom(16).hex()}"


def is_part_name(name: str) -> bool:
    """Whether an unfinished download, of this run or of an earlier one, has such a name."""
    return _PART.fullmatch(name) is not None
