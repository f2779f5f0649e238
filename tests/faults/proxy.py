"""What stands between a function and its services: counts the calls, and spoils those it is told to.

Every call goes on to the real service unless a fault says otherwise.
"""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import urllib3

type Upstream = Callable[["Asked"], "Given"]
type Fault = Callable[["Exchange", int], None]  # the number of the call, from 1 on

_POOL = urllib3.PoolManager(retries=False, timeout=30)
_OF_THE_CONNECTION = {"connection", "content-length", "transfer-encoding", "keep-alive", "date"}
_UPLOADS = {("POST", "uploads"): "CreateMultipartUpload", ("DELETE", "uploadId"): "AbortUpload"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def operation(self) -> str:
        """As its service calls it; of an issuer the end of the path."""
        if target := self.headers.get("X-Amz-Target"):
            return target.rpartition(".")[2]
        if action := parse_qs(self.body.decode("latin-1")).get("Action"):
            return action[0]
        query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        named = (_UPLOADS.get((self.method, word)) for word in query)
        return next((name for name in named if name), self.path.rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class Given:
    """An answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Exchange:
    """One request, and the connection on which it waits for an answer."""

    asked: Asked
    handler: BaseHTTPRequestHandler
    upstream: Upstream
    closing: threading.Event  # nobody waits any more

    def forward(self) -> Given:
        """What the real service says."""
        return self.upstream(self.asked)

    def answer(self, given: Given, *, length: int | None = None) -> None:
        """Sends it; with another ``length`` than its own it is cut short."""
        self.head(given, len(given.body) if length is None else length)
        self.handler.wfile.write(given.body)

    def head(self, given: Given, length: int) -> None:
        """The status and the headers alone."""
        self.handler.send_response_only(given.status)
        for name, value in given.headers.items():
            if name.lower() not in _OF_THE_CONNECTION:
                self.handler.send_header(name, value)
        self.handler.send_header("Content-Length", str(length))
        self.handler.end_headers()
        self.handler.wfile.flush()

    def reset(self) -> None:
        """Ends the connection without a word."""
        at_once = struct.pack("ii", 1, 0)
        self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        self.handler.connection.close()
        self.handler.close_connection = True


@dataclass(slots=True)
class Proxy:
    """Between one function and its services."""

    url: str
    seen: list[str] = field(default_factory=list)  # operations, in the order in which they came
    faults: dict[str, Fault] = field(default_factory=dict)  # by operation
    closing: threading.Event = field(default_factory=threading.Event)

    def taken(self) -> list[str]:
        """What was asked for since this was asked."""
        seen, self.seen = self.seen, []
        return seen

    def meet(self, exchange: Exchange) -> None:
        """One request."""
        operation = exchange.asked.operation
        self.seen.append(operation)
        if fault := self.faults.get(operation):
            fault(exchange, self.seen.count(operation))
        else:
            exchange.answer(exchange.forward())


def to(endpoint: str) -> Upstream:
    """The real services, at their one address; the Host header stays, since it is signed."""

    def ask(asked: Asked) -> Given:
        answer = _POOL.request(
            asked.method,
            endpoint + asked.path,
            body=asked.body,
            headers=asked.headers,
            preload_content=True,
            decode_content=False,
        )
        return Given(answer.status, answer.data, dict(answer.headers))

    return ask


@contextmanager
def between(upstream: Upstream) -> Iterator[Proxy]:
    """A proxy on a free port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, self.path, dict(self.headers.items()), body)
            with suppress(OSError):  # whoever asked waits no longer
                proxy.meet(Exchange(asked, self, upstream, proxy.closing))

        do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # a connection that the other side has ended: faults make many

    with Server(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        proxy = Proxy(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.closing.set()
            server.shutdown()
            thread.join()
