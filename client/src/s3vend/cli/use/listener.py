"""An HTTP server on 127.0.0.1 for the endpoints of `exec` and `serve`.

A page in a browser can send requests to 127.0.0.1 under a name of its own (DNS rebinding), so a
request counts as one without a token unless its `Host` is this machine.
"""

import io
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any

from s3vend.cli.terminal.refusal import Refusal
from s3vend.files.ours import POSIX

ADDRESS = "127.0.0.1"
HOSTS = (ADDRESS, "localhost")
WAIT = 30.0  # seconds in which a whole request must arrive
MOST = 256  # connections at a time; whoever is on this machine can open more
FINISH = 10.0  # seconds that requests have to be answered when the server ends

Response = tuple[int, Mapping[str, object]]  # the status, and the members of the body
Respond = Callable[[str, str], Response]  # takes the path, and the header Authorization or ""


class Listener(ThreadingHTTPServer):
    """A server that has its port, and answers from `start` on. `listening` makes it."""

    daemon_threads = True
    request_queue_size = MOST
    allow_reuse_address = POSIX  # on Windows, another process could then take the port

    def __init__(self, port: int, wait: float) -> None:
        super().__init__((ADDRESS, port), _Handler)
        self.respond: Respond | None = None
        self.wait = wait
        self._answering, self._changed = 0, threading.Condition()
        self._places = threading.Semaphore(MOST)

    @property
    def origin(self) -> str:
        """The address of the server, without a path."""
        return f"http://{ADDRESS}:{self.server_port}"

    def start(self, respond: Respond) -> None:
        """Answer each GET with what ``respond`` returns; those that came before, too."""
        self.respond = respond
        threading.Thread(target=self.serve_forever, args=(0.2,), daemon=True).start()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Count a request as one that is being answered, for the duration of the block."""
        with self._changed:
            self._answering += 1
        try:
            yield
        finally:
            with self._changed:
                self._answering -= 1
                self._changed.notify_all()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection in a thread of its own, or close it if there are too many."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._places.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Make room for another connection at the end of this one."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def end(self) -> None:
        """Stop; requests that are being answered get their answer first.

        A connection wakes the server, so that it stops without delay.
        """
        if self.respond is not None:
            ending = threading.Thread(target=self.shutdown)
            ending.start()
            with suppress(OSError):
                socket.create_connection((ADDRESS, self.server_port), timeout=1).close()
            ending.join()
        self.server_close()
        with self._changed:
            self._changed.wait_for(lambda: not self._answering, FINISH)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore the error: the client closed the connection, and knows it."""


@contextmanager
def listening(port: int = 0, wait: float = WAIT) -> Iterator[Listener]:
    """Have a server for the duration of the block; port 0 is any free one.

    Raises:
        Refusal: the port cannot be used.
    """
    try:
        server = Listener(port, wait)
    except OSError as error:
        raise Refusal(
            f"port {port} of {ADDRESS} cannot be used: {error.strerror}; choose another with --port"
        ) from None
    try:
        yield server
    finally:
        server.end()


def problem(code: str, message: str) -> dict[str, object]:
    """Return the body of an error, as SDKs read it."""
    return {"code": code, "message": message}


class _InTime(io.RawIOBase):
    """What a connection sends before a deadline, however slowly."""

    def __init__(self, connection: socket.socket) -> None:
        self.deadline = 0.0
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self.deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Listener

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._arriving = _InTime(self.connection)
        self.rfile = io.BufferedReader(self._arriving)

    def handle_one_request(self) -> None:
        self._arriving.deadline = monotonic() + self.server.wait
        super().handle_one_request()

    def do_GET(self) -> None:
        self.connection.settimeout(self.server.wait)
        with self.server.answering():
            assert self.server.respond is not None
            status, members = self.server.respond(self.path, self._authorization())
            body = json.dumps(members).encode()
            self.send_response_only(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

    def _authorization(self) -> str:
        hosts = self.headers.get_all("Host", [])
        values = self.headers.get_all("Authorization", [])
        if len(hosts) != 1 or len(values) != 1 or not _is_here(hosts[0]):
            return ""
        return str(values[0])

    def log_message(self, *args: object) -> None:
        """Log nothing."""


def _is_here(host: str) -> bool:
    """Whether a `Host` names this machine. Some SDKs leave the port out."""
    name, _, port = host.partition(":")
    return name in HOSTS and (not port or port.isdecimal())
