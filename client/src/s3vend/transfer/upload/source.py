"""The file that is uploaded: read piece by piece, and still the same file at the end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from s3vend.errors import FileChanged, TransferError
from s3vend.http.wire import BLOCK


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was when the upload began."""

    path: Path
    size: int
    stamp: tuple[int, ...]  # what changes when somebody writes to it or puts another in its place

    def blocks(
        self, first: int, size: int, each: Callable[[int], object] = bool
    ) -> Iterator[bytes]:
        """``size`` bytes from ``first`` on; ``each`` is told the size of each block, before it.

        Raises:
            FileChanged: it has become shorter. TransferError: it cannot be read.
        """
        try:
            with self.path.open("rb", buffering=0) as file:
                file.seek(first)
                left = size
                while left:
                    block = file.read(min(BLOCK, left))
                    if not block:
                        raise FileChanged(f"{self.path} became shorter while it was uploaded.")
                    each(len(block))
                    yield block
                    left -= len(block)
        except OSError as error:
            raise TransferError(f"{self.path} cannot be read: {error.strerror}") from None

    def check(self) -> None:
        """Raises FileChanged if it is not what it was."""
        if source_of(self.path).stamp != self.stamp:
            raise FileChanged(
                f"{self.path} was changed while it was uploaded, so nothing was put at the "
                "target. Upload it again once nobody writes to it."
            )


def source_of(path: Path) -> Source:
    """The file as it is now.

    Raises:
        TransferError: there is none, or it is no file.
    """
    try:
        stat = path.stat()
    except OSError as error:
        raise TransferError(f"{path} cannot be read: {error.strerror}") from None
    if not path.is_file():
        raise TransferError(f"{path} is no file. Directories and pipes are not uploaded.")
    return Source(path, stat.st_size, (stat.st_ino, stat.st_size, stat.st_mtime_ns))
