"""The saved state of a transfer, from which a later run resumes. It contains no secrets."""

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
    """A state file and its lock: ``with State(path) as state`` keeps other processes out.

    Raises:
        TransferError: another process runs the same transfer, or the directory is not writable.
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
                # The process that held the lock may have removed the file when it ended.
                if not os.path.samestat(os.fstat(self._lock.fileno()), lock.stat()):
                    raise BlockingIOError  # noqa: TRY301 - the same message for both cases
        except BlockingIOError:
            self._close()
            raise TransferError(
                f"Another process runs this transfer: {lock} is locked. Wait until it ends."
            ) from None
        except OSError as error:
            self._close()
            raise TransferError(
                f"Cannot save the state of the transfer in {self.path.parent}: {error.strerror}"
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

    def read(self, fingerprint: Mapping[str, object]) -> dict[str, Any] | None:
        """Return the saved state; None if there is none, or it does not match ``fingerprint``."""
        try:
            members = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(members, dict) or members.get("version") != VERSION:
            return None
        matches = all(members.get(name) == value for name, value in fingerprint.items())
        return members if matches else None

    def write(self, members: Mapping[str, object]) -> None:
        """Replace the saved state atomically.

        Raises:
            TransferError: the file cannot be written.
        """
        new = self.path.with_name(f"{self.path.name}.new")
        text = json.dumps({"version": VERSION, **members})
        try:
            with os.fdopen(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
                file.write(text)
            new.replace(self.path)
        except OSError as error:
            raise TransferError(
                f"Cannot save the state of the transfer in {self.path}: {error.strerror}"
            ) from None
        self._written = monotonic()

    def is_due(self, seconds: float) -> bool:
        """Whether the last write is more than ``seconds`` ago."""
        return monotonic() - self._written > seconds

    def forget(self) -> None:
        """Delete the saved state."""
        self.path.unlink(missing_ok=True)


def state_file(kind: str, *names: str) -> Path:
    """Return the path, in XDG_STATE_HOME or ~/.local/state, for the transfer with these names."""
    home = os.environ.get("XDG_STATE_HOME", "")
    base = Path(home) if Path(home).is_absolute() else Path("~/.local/state").expanduser()
    return base / "s3vend" / f"{kind}-{sha256(chr(0).join(names).encode()).hexdigest()[:32]}.json"
