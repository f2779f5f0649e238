"""What to upload: a file, which must not change during the upload, or bytes in memory."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from s3vend.errors import FileChanged, TransferError
from s3vend.http.wire import BLOCK
from s3vend.tree.found import is_replaced, stamp_of


class Content(Protocol):
    """What to upload. ``name`` and ``stamp`` recognise it in a later run."""

    @property
    def name(self) -> str:
        """The absolute path."""

    @property
    def size(self) -> int:
        """The number of bytes."""

    @property
    def stamp(self) -> tuple[int, ...]:
        """Numbers that change when the content changes."""

    def blocks(
        self, first: int, size: int, on_block: Callable[[int], object] = bool
    ) -> Iterator[bytes]:
        """Yield ``size`` bytes from byte ``first`` on, in blocks."""

    def check(self) -> None:
        """Raise `FileChanged` if the content has changed since the upload began."""


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes in memory. No later run can resume with them."""

    data: memoryview = field(repr=False)
    name: str = ""
    stamp: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.data)

    def blocks(
        self, first: int, size: int, on_block: Callable[[int], object] = bool
    ) -> Iterator[bytes]:
        """Yield ``size`` bytes from byte ``first`` on, in blocks."""
        for at in range(first, first + size, BLOCK):
            block = bytes(self.data[at : min(at + BLOCK, first + size)])
            on_block(len(block))
            yield block

    def check(self) -> None:
        """Do nothing: nobody else has the bytes."""


@dataclass(frozen=True, slots=True)
class Source:
    """The file to upload, as it was when the upload began."""

    path: Path
    size: int
    stamp: tuple[int, ...]  # changes when the file is written or replaced

    @property
    def name(self) -> str:
        """The absolute path."""
        return str(self.path.absolute())

    def blocks(
        self, first: int, size: int, on_block: Callable[[int], object] = bool
    ) -> Iterator[bytes]:
        """Yield ``size`` bytes from byte ``first`` on, in blocks.

        ``on_block`` is called with the size of each block before the block is returned.

        Raises:
            FileChanged: the file has become shorter, or another one has its name.
            TransferError: the file cannot be read.
        """
        try:
            with self.path.open("rb", buffering=0) as file:
                if is_replaced(self.stamp, os.fstat(file.fileno())):
                    raise FileChanged(f"{self.path} was replaced during the upload.")
                file.seek(first)
                left = size
                while left:
                    block = file.read(min(BLOCK, left))
                    if not block:
                        raise FileChanged(
                            f"{self.path} became shorter during the upload. Upload it again when "
                            "no other program writes to it."
                        )
                    on_block(len(block))
                    yield block
                    left -= len(block)
        except OSError as error:
            raise TransferError(f"{self.path} cannot be read: {error.strerror}") from None

    def check(self) -> None:
        """Raise `FileChanged` if the file has changed since the upload began."""
        if source_of(self.path).stamp != self.stamp:
            raise FileChanged(
                f"{self.path} was changed during the upload, so the target was not written. "
                "Upload it again when no other program writes to it."
            )


def source_of(given: str | os.PathLike[str]) -> Source:
    """Return the file as it is now.

    Raises:
        TransferError: the path does not exist, cannot be read, or is not a file.
    """
    path = Path(given)  # without a slash at the end, which only a directory may have
    try:
        status = os.stat(given)  # noqa: PTH116 - so that the slash counts
    except OSError as error:
        raise TransferError(f"{os.fspath(given)} cannot be read: {error.strerror}") from None
    if path.is_dir():
        raise TransferError(f"{path} is a directory; name one file")
    if not path.is_file():
        raise TransferError(f"{path} is not a file; for a pipe, use s3vend cp with -")
    return Source(path, status.st_size, stamp_of(status))
