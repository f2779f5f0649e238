"""What the command `s3vend` calls, in plain JSON values: it must not depend on the core's types."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from vending.checking.check import Files, check
from vending.checking.stack import Stack


def check_files(
    files: Files,
    settings: Mapping[str, str],
    now: datetime,
    *,
    against: Files = MappingProxyType({}),
    prune: bool = False,
) -> dict[str, object]:
    """Check files; ``settings`` are those of ``Stack.parse``, the others those of ``check``.

    Raises ``ValueError`` as these two.
    """
    stack = Stack.parse(settings)
    return check(files, stack, now, against=against, prune=prune).as_json()
