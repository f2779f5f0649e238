"""A stream in pieces, and the memory that they take."""

import io

import pytest

import s3vend
from s3vend.transfer.upload import pieces as module
from s3vend.transfer.upload.pieces import MIB, PARTS, Space, pieces, size_of


def nothing() -> None:
    """No reason to stop."""


def read(content: bytes, size: int) -> "list[tuple[int, bytes, bool]]":
    found = pieces(io.BytesIO(content), size, Space(), nothing)
    return [(one.number, bytes(one.data), one.is_last) for one in found]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", [(1, b"", True)]),
        (b"abc", [(1, b"abc", True)]),
        (b"abcd", [(1, b"abcd", True)]),
        (b"abcde", [(1, b"abcd", False), (2, b"e", True)]),
        (b"abcdefgh", [(1, b"abcd", False), (2, b"efgh", True)]),
    ],
)
def test_the_last_piece_is_known_and_is_never_an_empty_one_more(
    content: bytes, expected: "list[tuple[int, bytes, bool]]"
) -> None:
    assert read(content, 4) == expected


def test_a_pipe_that_gives_little_at_a_time_fills_whole_pieces() -> None:
    class Slow(io.RawIOBase):
        left = [b"a", None, b"bc", b"d", b"e", b""]  # noqa: RUF012 - of this test

        def readinto(self, buffer: "memoryview") -> "int | None":  # type: ignore[override]
            block = self.left.pop(0)
            if block is None:
                return None  # nothing yet, where reading does not block
            buffer[: len(block)] = block
            return len(block)

    found = pieces(Slow(), 4, Space(), nothing)  # type: ignore[arg-type]
    assert [bytes(one.data) for one in found] == [b"abcd", b"e"]


def test_the_size_grows_so_that_terabytes_fit_and_memory_suffices() -> None:
    sizes = [size_of(number, 16 * MIB) for number in range(1, PARTS + 1)]
    assert (sizes[0], sizes[999], sizes[1000], sizes[-1]) == tuple(
        count * MIB for count in (16, 16, 32, 256)
    )
    assert sum(sizes) > 10**12
    assert size_of(PARTS, 1024 * MIB) == 1024 * MIB


def test_more_than_all_parts_take_names_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PARTS", 3)
    with pytest.raises(s3vend.TransferError, match=r"more than 12 bytes.*--part-size"):
        read(b"x" * 13, 4)
    assert len(read(b"x" * 12, 4)) == 3


def test_no_piece_is_read_before_there_is_room_for_it() -> None:
    space, taken = Space(8), list[int]()

    def make_room() -> None:
        taken.append(len(taken))
        space.give(4)

    found = pieces(io.BytesIO(b"x" * 16), 4, space, nothing)
    assert [len(next(found).data) for _ in range(2)] == [4, 4]
    assert taken == []
    space.take(0, make_room)  # nothing is wanted, so nothing is waited for
    space.give(0)
    space.take(4, make_room)
    assert taken == [0]
    alone = pieces(io.BytesIO(b"x" * 16), 16, Space(8), nothing)  # more than there is room for
    assert len(next(alone).data) == 16


class Broken(io.RawIOBase):
    """A stream such as a directory."""

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        raise IsADirectoryError(21, "Is a directory")


def test_a_stream_that_cannot_be_read_is_said() -> None:
    with pytest.raises(s3vend.TransferError, match="stdin cannot be read: Is a directory"):
        next(pieces(Broken(), 4, Space(), nothing))  # type: ignore[arg-type]
