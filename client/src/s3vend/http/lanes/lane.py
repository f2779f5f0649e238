"""One kept connection: a request is sent on it, and its answer is read, at once or later."""

import select
import sys
from collections.abc import Callable
from http.client import HTTPException
from ssl import SSLWantReadError
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection
from urllib3.exceptions import ProtocolError

from s3vend.http.lanes.reading import Reader
from s3vend.http.lanes.request import Request
from s3vend.http.reasons import NoAnswer
from s3vend.http.wire import Answer

if TYPE_CHECKING:
    from socket import socket

LENGTH = "content-length"  # a header that is always the body's own, though it may be signed too
CONDITIONS = ("if-match", "if-none-match")
TOGETHER = 64 * 1024  # bytes of a body that are sent in one piece with the headers


class Unfinished(Exception):
    """Not all of an answer has arrived."""


class Lane:
    """One connection, which serves one request at a time. ``base`` is what URLs to it begin with.

    A request with a condition is not sent twice: S3 may have carried out the first one, and then
    the condition fails.
    """

    def __init__(self, base: str, connection: HTTPConnection, read: float) -> None:
        self.base = base
        self._connection, self._host, self._read = connection, urlsplit(base).netloc, read
        self._reader: Reader | None = None
        self._has_arrived: Callable[[], object] = bool
        self._asked: Request | None = None

    @property
    def is_open(self) -> bool:
        """Whether the connection takes another request."""
        return self._reader is not None

    def fileno(self) -> int:
        """Return what `select` waits for."""
        return self._connection.sock.fileno()

    def send(self, request: Request) -> Answer:
        """Send a request, again if the other side has closed a kept connection."""
        answer = self.finish() if self.begin(request) else None
        if answer is not None:
            return answer
        self.close()
        self._connect()
        self._write(request)
        return self._answer()

    def begin(self, request: Request) -> bool:
        """Send a request on the kept connection, if it is still one, and return whether it was.

        A kept connection on which something arrived meanwhile is not used: what nobody asked for
        would be taken for the answer.
        """
        if self._reader is None or self._has_arrived():
            return False
        try:
            self._write(request)
        except ConnectionError:
            if _is_conditional(request):
                raise
            return False
        return True

    def finish(self, *, waits: bool = True) -> Answer | None:
        """Read the answer; None if the connection was closed, and the request may be sent again.

        Raises:
            Unfinished: it has not arrived, and is not waited for. Call this again for the rest.
        """
        if not waits:
            self._connection.sock.settimeout(0.0)
        try:
            return self._answer()
        except ConnectionError:
            self.close()
            if self._asked is None or _is_conditional(self._asked):
                raise
            return None

    def close(self) -> None:
        """Close the connection."""
        self._reader = None
        self._connection.close()

    def _connect(self) -> None:
        self._connection.connect()
        self._reader = Reader(self._connection.sock)
        self._has_arrived = _watch(self._connection.sock)

    def _write(self, request: Request) -> None:
        self._asked = request
        head, body, sock = self._head(request), request.body, self._connection.sock
        sock.settimeout(self._read)
        sock.sendall(head + body if len(body) <= TOGETHER else head)
        if len(body) > TOGETHER:
            sock.sendall(body)

    def _head(self, request: Request) -> bytes:
        method, url, headers, body = request
        path = url[len(self.base) :]
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", "Accept-Encoding: identity"]
        lines += [f"{name}: {value}" for name, value in headers.items() if name.lower() != LENGTH]
        if body or method == "PUT":
            lines.append(f"Content-Length: {len(body)}")
        text = "".join(lines)
        if "\r" in text or "\n" in text:
            raise ProtocolError("The request has a header with a line break")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _answer(self) -> Answer:
        assert self._reader is not None
        assert self._asked is not None
        try:
            answer = self._reader.answer(self._asked.method)
        except (BlockingIOError, SSLWantReadError) as error:
            raise Unfinished from error
        except TimeoutError as error:
            raise NoAnswer from error
        except HTTPException as error:
            if isinstance(error, OSError):
                raise
            raise ProtocolError("The connection was closed", error) from error
        if self._reader.is_over:
            self.close()
        return answer


def _is_conditional(request: Request) -> bool:
    return any(name.lower() in CONDITIONS for name in request.headers)


def _watch(sock: "socket") -> Callable[[], object]:
    """Return a function that returns whether something has arrived, or the end."""
    decrypted: Callable[[], int] = getattr(sock, "pending", int)  # which only TLS has
    if sys.platform == "win32":  # which has no poll
        return lambda: decrypted() or select.select([sock], [], [], 0)[0]
    watch = select.poll()
    watch.register(sock, select.POLLIN)
    return lambda: decrypted() or watch.poll(0)
