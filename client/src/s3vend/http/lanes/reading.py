"""Reads the answers of one connection: HTTP/1.1 as RFC 9112 has it, and nothing beside it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import IncompleteRead, RemoteDisconnected
from itertools import chain
from typing import Protocol

from urllib3.exceptions import ProtocolError

from s3vend.http.wire import Answer

RECEIVE = 64 * 1024  # bytes asked for at once
MOST_HEAD, MOST_BODY = 64 * 1024, 64 * 1024 * 1024  # bytes of an answer
_END, _LINE = b"\r\n\r\n", b"\r\n"
_START = re.compile(r"(HTTP/1\.[01]) ([1-9][0-9]{2})(?: [\t -~\x80-\xff]*)?")
_NAME, _VALUE = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", r"[\t -~\x80-\xff]*"
_FIELD = re.compile(f"\r\n({_NAME}):({_VALUE})")
MARKS = len("\r\n:")  # of a field, beside its name and value
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[\t ]*(?:;[\t -~\x80-\xff]*)?")
_LENGTHS = ("content-length", "transfer-encoding")


class Socket(Protocol):
    """What a connection reads from."""

    def recv(self, size: int, /) -> bytes:
        """Return the next bytes; empty at the end."""

    def recv_into(self, buffer: memoryview, /) -> int:
        """Write the next bytes to the buffer, and return how many they are."""


@dataclass(slots=True)
class Reader:
    """Reads answers one after the other; after `is_over` there is none more."""

    socket: Socket = field(repr=False)
    is_over: bool = False
    _buffer: bytes = field(default=b"", repr=False)

    def answer(self, method: str) -> Answer:
        """Return the answer to a request with this method.

        Raises:
            ProtocolError: it is not HTTP/1.1, or too long.
            OSError, HTTPException: the connection was closed before the answer was complete.
        """
        status = 100
        while status < 200:  # 1xx only announce an answer
            status, version, headers = self._head()
        wish = headers.get("connection", "").lower()
        self.is_over = "close" in wish or (version == "HTTP/1.0" and "keep-alive" not in wish)
        body = b"" if method == "HEAD" or status in (204, 304) else self._body(headers)
        self.is_over = self.is_over or bool(self._buffer)
        return Answer(status, headers, body)

    def _head(self) -> tuple[int, str, dict[str, str]]:
        first, end, lines = self._until(_END).decode("latin-1").partition("\r\n")
        start = _START.fullmatch(first)
        if start is None:
            raise ProtocolError("The answer is not HTTP/1.1")
        headers: dict[str, str] = {}
        for name, value in _fields(end + lines):
            if headers.setdefault(name, value) != value and name in _LENGTHS:
                raise ProtocolError("The answer has two lengths")
        return int(start[2]), start[1], headers

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if "transfer-encoding" in headers:
            if headers["transfer-encoding"].lower() != "chunked" or "content-length" in headers:
                raise ProtocolError("The answer has a length that can be read in two ways")
            return self._chunks()
        length = headers.get("content-length")
        if length is None:
            return self._rest()
        if not (length.isascii() and length.isdecimal()):
            raise ProtocolError("The answer has a length that is not a number")
        return self._exactly(int(length))

    def _exactly(self, size: int) -> bytes:
        _check(size)
        if len(self._buffer) >= size:
            data, self._buffer = self._buffer[:size], self._buffer[size:]
            return data
        whole, at = bytearray(size), len(self._buffer)
        whole[:at], self._buffer = self._buffer, b""
        view = memoryview(whole)
        while at < size:
            count = self.socket.recv_into(view[at:])
            if not count:
                raise IncompleteRead(b"", size - at)
            at += count
        return bytes(whole)

    def _chunks(self) -> bytes:
        parts, total = [], 0
        while size := _size(self._until(_LINE)):
            total += size
            _check(total)
            parts.append(self._exactly(size))
            if self._until(_LINE):
                raise ProtocolError("The answer has a chunk that is longer than it says")
        while line := self._until(_LINE):
            _fields(f"\r\n{line.decode('latin-1')}")  # a trailer
        return b"".join(parts)

    def _rest(self) -> bytes:
        self.is_over = True
        parts, total = [self._buffer], len(self._buffer)
        self._buffer = b""
        while block := self.socket.recv(RECEIVE):
            total += len(block)
            _check(total)
            parts.append(block)
        return b"".join(parts)

    def _until(self, end: bytes) -> bytes:
        while (at := self._buffer.find(end)) < 0:
            if len(self._buffer) > MOST_HEAD:
                raise ProtocolError("The head of the answer is too long")
            block = self.socket.recv(RECEIVE)
            if not block:
                raise RemoteDisconnected("The connection was closed before the answer was complete")
            self._buffer += block
        found, self._buffer = self._buffer[:at], self._buffer[at + len(end) :]
        return found


def _fields(lines: str) -> list[tuple[str, str]]:
    """Return the names, in lower case, and values of headers; a line break precedes each."""
    fields: list[tuple[str, str]] = _FIELD.findall(lines)
    if sum(map(len, chain.from_iterable(fields))) + MARKS * len(fields) != len(lines):
        raise ProtocolError("The answer has a line that is not a header")
    return [(name.lower(), value.strip(" \t")) for name, value in fields]


def _size(line: bytes) -> int:
    match = _SIZE.fullmatch(line)
    if match is None:
        raise ProtocolError("The answer has a chunk without a size")
    return int(match[1], 16)


def _check(size: int) -> None:
    if size > MOST_BODY:
        raise ProtocolError("The answer is too long")
