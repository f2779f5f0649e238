"""Names that only the destination has. They wait until the end, in a temporary file."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile

SPOOL = 1024 * 1024  # bytes of names that stay in memory


@dataclass(slots=True)
class Extra:
    """Names that only the destination has. Those that ``spares`` names are not yielded."""

    count: int = 0
    spares: Callable[[str], bool] = lambda name: False  # noqa: ARG005 - spares none
    _spool: "SpooledTemporaryFile[bytes]" = field(
        default_factory=lambda: SpooledTemporaryFile(SPOOL)  # noqa: SIM115 - closed with its owner
    )

    def add(self, name: str) -> None:
        """Keep a name."""
        self.count += 1
        self._spool.write(json.dumps(name).encode() + b"\n")

    def close(self) -> None:
        """Delete the temporary file."""
        self._spool.close()

    def __iter__(self) -> Iterator[str]:
        self._spool.seek(0)
        for line in self._spool:
            if not self.spares(name := json.loads(line)):
                yield name
