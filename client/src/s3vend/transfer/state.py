"""What a transfer has done so far, in a file that nobody else writes: nothing secret is in it."""

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import IO, Any

from s3vend.errors import TransferError

if sys.platform != "win32":
    import fcntl

VERSION = 1


class State:
    """A file with a lock: `with State(path) as state` keeps other processes out.

    Raises:
        TransferError: another process is at the same transfer, or the directory takes no file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[bytes] | None = None
        self._written = 0.0

    def __enter__(self) -> "State":
        lock = self.path.with_name(f"{self.path.name}.lock")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = lock.open("ab")
            if sys.platform != "win32":
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # Whoever had it may just have ended, and taken the file away.
                if not os.path.samestat(os.fstat(self._lock.fileno()), lock.stat()):
                    raise BlockingIOError  # noqa: TRY301 - the same to whoever reads it
        except BlockingIOError:
            self._close()
            raise TransferError(
                f"Another process is at this transfer: {lock} is locked. Wait until it has ended."
            ) from None
        except OSError as error:
            self._close()
            raise TransferError(
                f"What is done so far cannot be kept in {self.path.parent}: {error.strerror}"
            ) from None
        return self

    def __exit__(self, *error: object) -> None:
        if self._lock is not None and not self.path.exists():
            with suppress(OSError):
                Path(self._lock.name).unlink()
        self._close()

    def _close(self) -> None:
        if self._lock is not None:
            self._lock.close()

    def read(self, same: Mapping[str, object]) -> dict[str, Any] | None:
        """What was written, if it is about the same transfer as ``same`` says."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(found, dict) or found.get("version") != VERSION:
            return None
        return found if all(found.get(name) == value for name, value in same.items()) else None

    def write(self, members: Mapping[str, object]) -> None:
        """All of it, or what was there before."""
        new = self.path.with_name(f"{self.path.name}.new")
        text = json.dumps({"version": VERSION, **members})
        try:
            with os.fdopen(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
                file.write(text)
            new.replace(self.path)
        except OSError as error:
            raise TransferError(
                f"What is done so far cannot be kept in {self.path}: {error.strerror}"
            ) from None
        self._written = monotonic()

    def due(self, seconds: float) -> bool:
        """Whether it was written so many seconds ago."""
        return monotonic() - self._written > seconds

    def forget(self) -> None:
        """There is nothing to go on with."""
        self.path.unlink(missing_ok=True)


def state_file(kind: str, *names: str) -> Path:
    """A file below XDG_STATE_HOME (or ~/.local/state) for a transfer of these names."""
    home = os.environ.get("XDG_STATE_HOME", "")
    base = Path(home) if Path(home).is_absolute() else Path("~/.local/state").expanduser()
    return base / "s3vend" / f"{kind}-{sha256(chr(0).join(names).encode()).hexdigest()[:32]}.json"
