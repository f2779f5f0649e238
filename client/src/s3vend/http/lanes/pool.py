"""Many small requests to one host: kept connections, with less work for each than urllib3 does.

urllib3 takes some 0.3 ms of processor time for a request, which is most of what a small file costs.
Where a proxy stands between, `Wire` sends the request instead.
"""

import select
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection
from urllib3.exceptions import ProtocolError

from s3vend.http.lanes.reading import Reader
from s3vend.http.wire import Answer, Connection, TranslateErrors, Wire

if TYPE_CHECKING:
    from socket import socket

LENGTH = "content-length"  # a header that is always the body's own, though it may be signed too
CONDITIONS = ("if-match", "if-none-match")
TOGETHER = 64 * 1024  # bytes of a body that are sent in one piece with the headers


class Lanes:
    """Connections that wait for the next request; thread-safe. Close them at the end."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._free: defaultdict[str, list[Lane]] = defaultdict(list)

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Send one request, and read the whole answer, as `Wire.send` does.

        A request on a kept connection that the other side has closed meanwhile is sent again.

        Raises:
            Unreachable: no answer, or only a part of one.
        """
        at = url.find("/", url.find("://") + 3)
        lane = self._take(url[:at]) if at > 0 else None
        if lane is None:
            return self._wire.send(method, url, {"Accept-Encoding": "identity", **headers}, body)
        try:
            with TranslateErrors(url):
                answer = lane.send(method, url[at:], headers, body)
        except BaseException:
            lane.close()
            raise
        if lane.is_open:
            self._free[url[:at]].append(lane)
        return answer

    def close(self) -> None:
        """Close the connections that no request uses."""
        for lanes in self._free.values():
            while lanes:
                lanes.pop().close()

    def _take(self, base: str) -> "Lane | None":
        try:
            return self._free[base].pop()
        except IndexError:
            connection = self._connection(base)
            if connection is None:
                return None
            return Lane(connection, urlsplit(base).netloc, self._wire.reads)

    def _connection(self, base: str) -> HTTPConnection | None:
        parts, timeout = urlsplit(base), self._wire.connects
        if "@" in parts.netloc or not self._wire.is_direct(base):
            return None
        host = parts.hostname or ""
        if parts.scheme == "http":
            return HTTPConnection(host, parts.port or 80, timeout=timeout)
        context = self._wire.context()
        return Connection(host, parts.port or 443, timeout=timeout, ssl_context=context)


class Lane:
    """One connection, which serves one request at a time."""

    def __init__(self, connection: HTTPConnection, host: str, read: float) -> None:
        self._connection, self._host, self._read = connection, host, read
        self._reader: Reader | None = None
        self._has_arrived: Callable[[], object] = bool

    @property
    def is_open(self) -> bool:
        """Whether the connection takes another request."""
        return self._reader is not None

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a request, again if the other side has closed a kept connection.

        A kept connection on which something arrived meanwhile is not used: what nobody asked for
        would be taken for the answer. A request with a condition is not sent again: S3 may have
        carried out the first one, and then the condition fails.
        """
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", "Accept-Encoding: identity"]
        lines += [f"{name}: {value}" for name, value in headers.items() if name.lower() != LENGTH]
        if body or method == "PUT":
            lines.append(f"Content-Length: {len(body)}")
        text = "".join(lines)
        if "\r" in text or "\n" in text:
            raise ProtocolError("The request has a header with a line break")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        if self._reader is not None and not self._has_arrived():
            try:
                return self._exchange(self._reader, method, head, body)
            except ConnectionError:
                if any(name.lower() in CONDITIONS for name in headers):
                    raise
        self.close()
        return self._exchange(self._connected(), method, head, body)

    def close(self) -> None:
        """Close the connection."""
        self._reader = None
        self._connection.close()

    def _connected(self) -> Reader:
        self._connection.connect()
        self._connection.sock.settimeout(self._read)
        self._reader = Reader(self._connection.sock)
        self._has_arrived = _watch(self._connection.sock)
        return self._reader

    def _exchange(self, reader: Reader, method: str, head: bytes, body: bytes) -> Answer:
        sock = self._connection.sock
        sock.sendall(head + body if len(body) <= TOGETHER else head)
        if len(body) > TOGETHER:
            sock.sendall(body)
        try:
            answer = reader.answer(method)
        except HTTPException as error:
            if isinstance(error, OSError):
                raise
            raise ProtocolError("The connection was closed", error) from error
        if reader.is_over:
            self.close()
        return answer


def _watch(sock: "socket") -> Callable[[], object]:
    """Return a function that returns whether something has arrived, or the end."""
    if sys.platform == "win32":  # there is no poll
        return lambda: select.select([sock], [], [], 0)[0]
    watch = select.poll()
    watch.register(sock, select.POLLIN)
    return lambda: watch.poll(0)
