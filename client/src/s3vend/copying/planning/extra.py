"""Names that only the destination has. They wait until the end, in a temporary file."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tempfile import SpooledTemporaryFile

SPOOL = 1024 * 1024  # bytes of names that stay in memory


class Extra:
    """Names that only the destination has. Those that ``spares`` names are not yielded."""

    def __init__(self) -> None:
        self.count = 0
        self.spares: Callable[[str], bool] = lambda name: False  # noqa: ARG005 - spares none
        self._spool: SpooledTemporaryFile[bytes] | None = None

    def add(self, name: str) -> None:
        """Keep a name."""
        if self._spool is None:
            from tempfile import SpooledTemporaryFile

            self._spool = SpooledTemporaryFile(SPOOL)  # noqa: SIM115 - closed with its owner
        self.count += 1
        self._spool.write(json.dumps(name).encode() + b"\n")

    def close(self) -> None:
        """Delete the temporary file."""
        if self._spool is not None:
            self._spool.close()

    def __iter__(self) -> Iterator[str]:
        if self._spool is None:
            return
        self._spool.seek(0)
        for line in self._spool:
            if not self.spares(name := json.loads(line)):
                yield name
