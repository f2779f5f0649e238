"""Reads the answers of one connection: HTTP/1.1 as RFC 9112 has it, and nothing beside it."""

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from http.client import IncompleteRead, RemoteDisconnected
from itertools import chain
from typing import Protocol, TypeVar

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

Found = TypeVar("Found")
Steps = Generator[memoryview, int, Found]  # they yield room for bytes, and get how many came


class Socket(Protocol):
    """What a connection reads from."""

    def recv_into(self, buffer: memoryview, /) -> int:
        """Write the next bytes to the buffer, and return how many they are."""


@dataclass(slots=True)
class Reader:
    """Reads answers one after the other; after `is_over` there is none more."""

    socket: Socket = field(repr=False)
    is_over: bool = False
    _buffer: bytes = field(default=b"", repr=False)
    _room: memoryview = field(default_factory=lambda: memoryview(bytearray(RECEIVE)), repr=False)
    _steps: Steps[Answer] | None = field(default=None, repr=False)
    _wanted: memoryview = field(default=memoryview(b""), repr=False)

    def answer(self, method: str) -> Answer:
        """Return the answer to a request with this method.

        Called again after an error of the socket, such as `BlockingIOError`, it reads on.

        Raises:
            ProtocolError: it is not HTTP/1.1, or too long.
            OSError, HTTPException: the connection was closed before the answer was complete.
        """
        try:
            if self._steps is None:
                self._steps = self._answer(method)
                self._wanted = next(self._steps)
            while True:
                self._wanted = self._steps.send(self.socket.recv_into(self._wanted))
        except StopIteration as end:
            self._steps = None
            answer: Answer = end.value
            return answer

    def _answer(self, method: str) -> Steps[Answer]:
        status = 100
        while status < 200:  # 1xx only announce an answer
            status, version, headers = yield from self._head()
        wish = headers.get("connection", "").lower()
        self.is_over = "close" in wish or (version == "HTTP/1.0" and "keep-alive" not in wish)
        body = b"" if method == "HEAD" or status in (204, 304) else (yield from self._body(headers))
        self.is_over = self.is_over or bool(self._buffer)
        return Answer(status, headers, body)

    def _head(self) -> Steps[tuple[int, str, dict[str, str]]]:
        first, end, lines = (yield from self._until(_END)).decode("latin-1").partition("\r\n")
        start = _START.fullmatch(first)
        if start is None:
            raise ProtocolError("The answer is not HTTP/1.1")
        headers: dict[str, str] = {}
        for name, value in _fields(end + lines):
            if headers.setdefault(name, value) != value and name in _LENGTHS:
                raise ProtocolError("The answer has two lengths")
        return int(start[2]), start[1], headers

    def _body(self, headers: Mapping[str, str]) -> Steps[bytes]:
        if "transfer-encoding" in headers:
            if headers["transfer-encoding"].lower() != "chunked" or "content-length" in headers:
                raise ProtocolError("The answer has a length that can be read in two ways")
            return (yield from self._chunks())
        length = headers.get("content-length")
        if length is None:
            return (yield from self._rest())
        if not (length.isascii() and length.isdecimal()):
            raise ProtocolError("The answer has a length that is not a number")
        return (yield from self._exactly(int(length)))

    def _exactly(self, size: int) -> Steps[bytes]:
        _check(size)
        if len(self._buffer) >= size:
            data, self._buffer = self._buffer[:size], self._buffer[size:]
            return data
        whole, at = bytearray(size), len(self._buffer)
        whole[:at], self._buffer = self._buffer, b""
        view = memoryview(whole)
        while at < size:
            count = yield view[at:]
            if not count:
                raise IncompleteRead(b"", size - at)
            at += count
        return bytes(whole)

    def _chunks(self) -> Steps[bytes]:
        parts, total = [], 0
        while size := _size((yield from self._until(_LINE))):
            total += size
            _check(total)
            parts.append((yield from self._exactly(size)))
            if (yield from self._until(_LINE)):
                raise ProtocolError("The answer has a chunk that is longer than it says")
        while line := (yield from self._until(_LINE)):
            _fields(f"\r\n{line.decode('latin-1')}")  # a trailer
        return b"".join(parts)

    def _rest(self) -> Steps[bytes]:
        self.is_over = True
        parts, total = [self._buffer], len(self._buffer)
        self._buffer = b""
        while count := (yield self._room):
            total += count
            _check(total)
            parts.append(bytes(self._room[:count]))
        return b"".join(parts)

    def _until(self, end: bytes) -> Steps[bytes]:
        while (at := self._buffer.find(end)) < 0:
            if len(self._buffer) > MOST_HEAD:
                raise ProtocolError("The head of the answer is too long")
            count = yield self._room
            if not count:
                raise RemoteDisconnected("The connection was closed before the answer was complete")
            self._buffer += self._room[:count]
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
