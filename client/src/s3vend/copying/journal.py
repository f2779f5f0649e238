"""What a run leaves for the next one, if it is killed: a private file without secrets.

It has the beginning of the names of unfinished files, and, where the destination cannot be
compared, a line for each file that arrived: a digest, from which no name can be read.
"""

import os
import re
from base64 import b64encode
from hashlib import blake2b

from s3vend.transfer.state import State

KEY = re.compile(r"[0-9a-f]{32}")
MARK = re.compile(r"\.s3vend-[0-9a-f]{16}")
DIGEST = 15  # bytes, and
LINE = 21  # characters of it in base64, with the end of the line


class Journal:
    """The journal of a run, whose ``state`` keeps other runs of the same copy out."""

    def __init__(self, state: State, *, logs: bool) -> None:
        self._state = state
        saved = state.read({}) or {}
        mark, key = saved.get("mark"), saved.get("key")
        is_ours = _is(MARK, mark) and _is(KEY, key)
        self.earlier_mark = str(mark) if is_ours else None
        self._key = bytes.fromhex(str(key)) if is_ours else os.urandom(16)
        self.mark = f".s3vend-{os.urandom(8).hex()}"
        self._fd, self._done = -1, set[bytes]()
        if logs and state.resumable:
            self._fd = state.log()
            if is_ours:
                self._done = _lines(self._fd)
            else:
                os.ftruncate(self._fd, 0)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *error: object) -> None:
        if self._fd >= 0:
            os.close(self._fd)

    @property
    def count(self) -> int:
        """How many files an earlier run copied."""
        return len(self._done)

    def begin(self) -> None:
        """Save the mark of this run. Call it when the unfinished files of the last one are gone."""
        members = {"mark": self.mark, "key": self._key.hex()}
        self._state.write(members)

    def has(self, *stamp: object) -> bool:
        """Whether an earlier run copied the file with this name and these numbers."""
        return bool(self._done) and self._line(stamp) in self._done

    def add(self, *stamp: object) -> None:
        """Note that this file arrived."""
        if self._fd >= 0:
            os.write(self._fd, self._line(stamp))  # one write, so a killed run leaves whole lines

    def end(self) -> None:
        """Delete the journal: the copy is complete."""
        self._state.forget()

    def _line(self, stamp: tuple[object, ...]) -> bytes:
        text = "\0".join(map(str, stamp)).encode(errors="surrogateescape")
        return b64encode(blake2b(text, digest_size=DIGEST, key=self._key).digest()) + b"\n"


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _lines(fd: int) -> set[bytes]:
    """Return the whole lines, and leave the position at their end."""
    found = set()
    with os.fdopen(os.dup(fd), "rb") as file:
        whole = 0
        while len(line := file.read(LINE)) == LINE and line.endswith(b"\n"):
            found.add(line)
            whole += LINE
    os.lseek(fd, whole, os.SEEK_SET)  # the next line replaces a part of one
    return found
