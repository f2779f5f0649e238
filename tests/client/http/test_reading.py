"""Answers as they arrive on a connection, whole or in pieces, right or wrong."""

from http.client import HTTPException

import pytest
from urllib3.exceptions import ProtocolError

from s3vend.http.reading import Reader
from tests.client.http.pieces import Pieces

OK = b"HTTP/1.1 200 OK\r\n"


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
