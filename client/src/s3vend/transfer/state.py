"""The saved state of a transfer, from which a later run resumes. It contains no secrets."""

import errno
import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any

from s3vend.errors import TransferError
from s3vend.files.directory import Directory
from s3vend.files.paths import expanded, private_directory
from s3vend.files.support import supported

if sys.platform != "win32":
    import fcntl

VERSION = 1
Remark = Callable[[str], object]  # called with a sentence for the user


class StateUnusable(TransferError):
    """The state cannot be saved in its directory."""


class State:
    """A state file and its lock: ``with State(path) as state`` keeps other processes out.

    ``remark`` is called if the file system has no locks.

    Raises:
        StateUnusable: the directory cannot be written, or is not only the user's to write.
        TransferError: another process runs the same transfer.
    """

    resumable = True

    def __init__(self, path: Path, remark: Remark = bool) -> None:
        self.path, self._remark = path, remark
        self._lock_name, self._log_name = f"{path.name}.lock", f"{path.name}.log"
        self._directory: Directory | None = None
        self._lock: int | None = None
        self._written = 0.0

    def __enter__(self) -> "State":
        try:
            directory = self._directory = private_directory(self.path.parent, make=True)
            self._lock = _opened_or_made(directory, self._lock_name)
            if not supported(self._take_lock):
                self._remark(
                    f"The file system of {self.path.parent} has no locks. Do not run the same "
                    "transfer twice at a time."
                )
        except BlockingIOError:
            self._close()
            raise TransferError(
                f"Another process runs this transfer: {self.path}.lock is locked. Wait until it "
                "ends."
            ) from None
        except OSError as error:
            self._close()
            raise StateUnusable(
                "Cannot save the state of the transfer in "
                f"{error.filename or self.path.parent}: {error.strerror}. Set XDG_STATE_HOME to a "
                "directory that only you can write to."
            ) from None
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(OSError):
            if self._directory is not None and not self._directory.has(self.path.name):
                self._directory.remove(self._lock_name)
        self._close()

    def _close(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
        if self._directory is not None:
            self._directory.close()
        self._lock = self._directory = None

    def _take_lock(self) -> None:
        if sys.platform != "win32" and self._lock is not None:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno == errno.EACCES:  # in place of EAGAIN, as on CIFS
                    raise BlockingIOError from None
                raise
            # The process that held the lock may have removed the file when it ended.
            if not os.path.samestat(os.fstat(self._lock), self._open.status(self._lock_name)):
                raise BlockingIOError

    @property
    def _open(self) -> Directory:
        assert self._directory is not None, "use the state in a `with` statement"
        return self._directory

    def read(self, fingerprint: Mapping[str, object]) -> dict[str, Any] | None:
        """Return the saved state; None if there is none, or it does not match ``fingerprint``."""
        try:
            members = json.loads(self._open.read(self.path.name))
        except (OSError, ValueError, RecursionError):
            return None
        if not isinstance(members, dict) or members.get("version") != VERSION:
            return None
        matches = all(members.get(name) == value for name, value in fingerprint.items())
        return members if matches else None

    def write(self, members: Mapping[str, object]) -> None:
        """Replace the saved state atomically.

        Raises:
            StateUnusable: the file cannot be written.
        """
        text = json.dumps({"version": VERSION, **members})
        try:
            self._open.write(self.path.name, text.encode())
        except OSError as error:
            raise StateUnusable(
                f"Cannot save the state of the transfer in {self.path}: {error.strerror}."
            ) from None
        self._written = monotonic()

    def is_due(self, seconds: float) -> bool:
        """Whether the last write is more than ``seconds`` ago."""
        return monotonic() - self._written > seconds

    def forget(self) -> None:
        """Delete the saved state, and its log."""
        self._open.remove(self._log_name)
        self._open.remove(self.path.name)

    def log(self) -> int:
        """Open the log beside the state, or make it; return its descriptor.

        Raises:
            OSError: it cannot be opened, or is somebody else's.
        """
        return _opened_or_made(self._open, self._log_name)


def state_file(kind: str, *names: str) -> Path:
    """Return the path for the transfer with these names in the user's directory for state.

    That is `s3vend` in XDG_STATE_HOME; else in LOCALAPPDATA on Windows, in ~/Library/Application
    Support on macOS, and in ~/.local/state elsewhere.
    """
    home = Path(os.environ.get("XDG_STATE_HOME", ""))
    base = home if home.is_absolute() else _platform_directory()
    text = "\0".join(names).encode(errors="surrogateescape")  # names of files need not be UTF-8
    return base / "s3vend" / f"{kind}-{sha256(text).hexdigest()[:32]}.json"


def _platform_directory() -> Path:
    if sys.platform == "win32":
        local = Path(os.environ.get("LOCALAPPDATA", ""))
        return local if local.is_absolute() else expanded("~/AppData/Local")
    if sys.platform == "darwin":
        return expanded("~/Library/Application Support")
    return expanded("~/.local/state")


def _opened_or_made(directory: Directory, name: str) -> int:
    try:
        return directory.create(name)
    except FileExistsError:
        return directory.open(name)
