"""Answers as they arrive on a connection, whole or in pieces, right or wrong."""

import io
import random
from contextlib import suppress
from http.client import HTTPException, HTTPResponse
from typing import TYPE_CHECKING, cast

import pytest
from urllib3.exceptions import ProtocolError

from s3vend.http.lanes.reading import Reader
from tests.client.http.pieces import Pieces

if TYPE_CHECKING:
    import socket

    from s3vend.http.wire import Answer

OK = b"HTTP/1.1 200 OK\r\n"
# What answers are drawn of.
STARTS = [b"HTTP/1.1 200 OK", b"HTTP/1.1 404 ", b"HTTP/1.1 206", b"HTTP/1.0 200 OK", b"HTTP/2 200"]
NAMES = [b"Content-Length", b"content-length", b"Transfer-Encoding", b"ETag", b"Connection", b"X"]
VALUES = [b"0", b"5", b"12", b"+5", b"5, 5", b"chunked", b"gzip, chunked", b"close", b'"e"', b""]
BODIES = [
    *(b"", b"hello", b"hello, world", b"5\r\nhello\r\n0\r\n\r\n", b"0\r\n\r\n"),
    *(
        b"2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: t\r\n\r\n",
        b"5\r\nhel",
        b"-1\r\n",
        b"0x5\r\nhello",
    ),
]
CHUNKS = b"3;x\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: x\r\n\r\n"
STRAY = [b"\r", b"\n", b"\0", b":", b" ", b"\t", b"9", b"\xff"]
SEEDS, DRAWS = 20, 500


class Pausing(Pieces):
    """A socket that has one byte, then none for the moment, and so on."""

    def __init__(self, data: bytes, error: type[OSError]) -> None:
        super().__init__(data, 1)
        self._error, self._is_empty = error, False

    def recv_into(self, buffer: memoryview, /) -> int:
        self._is_empty = not self._is_empty
        if self._is_empty:
            raise self._error
        return super().recv_into(buffer)


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize(
    ("data", "body", "is_over"),
    [
        (OK + b"Content-Length: 5\r\n\r\nhello", b"hello", False),
        (OK + b"Content-Length: 0\r\n\r\n", b"", False),
        (OK + b"content-length:5\r\nConnection: Close\r\n\r\nhello", b"hello", True),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n", b"hello", False),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\nTrailer: x\r\n\r\n", b"", False),
        (OK + b"\r\nhello", b"hello", True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello", True),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\nx", b"x", False),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b"", False),
        (OK + b"Content-Length: 5\r\n\r\nhelloHTTP/1.1 ", b"hello", True),
    ],
)  # fmt: skip
def test_an_answer_is_read_as_it_says(data: bytes, body: bytes, is_over: bool, size: int) -> None:
    reader = Reader(Pieces(data, size))
    assert reader.answer("GET").body == body
    assert reader.is_over is is_over or (size < len(data) and data.endswith(b"HTTP/1.1 "))


@pytest.mark.parametrize("error", [BlockingIOError, TimeoutError])
def test_an_answer_of_which_a_part_has_arrived_is_read_on_later(error: type[OSError]) -> None:
    for body in (b"Content-Length: 5\r\n\r\nhello", b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS):
        reader = Reader(Pausing(OK + body, error))
        answers: list[Answer] = []
        while not answers:
            with suppress(error):
                answers.append(reader.answer("GET"))
        assert (answers[0].status, answers[0].body) == (200, b"hello")


def test_headers_have_lower_names_and_a_head_has_no_body() -> None:
    reader = Reader(Pieces(OK + b'Content-Length: 5\r\nETag:  "e" \r\n\r\n', 100))
    answer = reader.answer("HEAD")
    assert (answer.status, answer.headers["etag"], answer.body) == (200, '"e"', b"")
    assert not reader.is_over


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        OK + b"no colon\r\n\r\n",
        OK + b" folded: x\r\n\r\n",
        OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: 99999999999\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nxHTTP/1.1 200 OK\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        OK + b"x" * 70_000,
    ],
)
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        Reader(Pieces(data, 60_000)).answer("GET")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        OK,
        OK + b"Content-Length: 5\r\n\r\nhel",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
    ],
)
def test_an_answer_that_ends_early_is_not_one(data: bytes) -> None:
    with pytest.raises((OSError, HTTPException)):
        Reader(Pieces(data, 100)).answer("GET")


class Held:
    """A socket of Python's reader that has these bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> io.BytesIO:
        assert mode == "rb"
        return io.BytesIO(self._data)


def drawn(draw: random.Random) -> bytes:
    """An answer, often with a fault."""
    fields = [
        b"%s:%s%s" % (draw.choice(NAMES), draw.choice([b"", b" ", b"\t"]), draw.choice(VALUES))
        for _ in range(draw.randrange(4))
    ]
    end = b"\r\n" if draw.random() < 0.9 else b"\n"
    data = end.join([draw.choice(STARTS), *fields, b"", draw.choice(BODIES)])
    if draw.random() < 0.3:
        at = draw.randrange(len(data))
        data = data[:at] + draw.choice(STRAY) + data[at + draw.randrange(2) :]
    return data


def ours(data: bytes, size: int) -> tuple[int, bytes] | None:
    """Status and body; None if it is refused."""
    try:
        answer = Reader(Pieces(data, size)).answer("GET")
    except (ProtocolError, HTTPException, OSError):
        return None
    return answer.status, answer.body


def pythons(data: bytes) -> tuple[int, bytes]:
    """Status and body, as `http.client` reads them."""
    response = HTTPResponse(cast("socket.socket", Held(data)), method="GET")
    response.begin()
    return response.status, response.read()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_is_taken_for_an_answer_is_the_same_for_python(seed: int) -> None:
    draw, taken = random.Random(seed), 0
    for _ in range(DRAWS):
        data = drawn(draw)
        read = ours(data, draw.choice([1, 3, 10_000]))
        if read is not None:
            taken += 1
            assert read == pythons(data), data
    assert taken > DRAWS // 20


@pytest.mark.parametrize("seed", range(SEEDS))
def test_how_the_bytes_arrive_changes_nothing(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(DRAWS // 5):
        data = drawn(draw)
        assert ours(data, 1) == ours(data, 7) == ours(data, 10_000), data
