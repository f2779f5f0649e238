"""An endpoint for containers on 127.0.0.1: whoever has its token gets credentials that are fresh.

The SDKs ask it by themselves, and again before the credentials end. Path and token are drawn by
chance; the token stands in the environment of one child, which only its own user can read.
"""

import hmac
import json
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from s3vend.cli.terminal.ending import NOT_REACHABLE, code_of, say
from s3vend.cli.use.credentials import as_container
from s3vend.errors import S3VendError, ServiceError
from s3vend.service.credentials import Credentials

ADDRESS = "127.0.0.1"
WAIT = 30.0  # seconds for a request to come in whole

Response = tuple[int, Mapping[str, object]]  # a status, and the members of the answer


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where it is, and what opens it."""

    url: str
    token: str = field(repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """As the SDKs read it."""
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.url,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": self.token,
        }


@contextmanager
def serve_credentials(keep: Callable[[], Credentials]) -> Iterator[Endpoint]:
    """An endpoint while the block runs; ``keep`` answers credentials that do not end right now."""
    path, token = f"/{secrets.token_urlsafe(16)}", secrets.token_urlsafe(32)

    def lend(asked: str, given: str) -> Response:
        here = hmac.compare_digest(asked.encode(), path.encode())
        if not (hmac.compare_digest(given.encode(), token.encode()) and here):
            return 403, _problem("AccessDenied", "This endpoint is for one command alone.")
        return _credentials_response(keep)

    server = _Server(lend)
    threading.Thread(target=server.serve_forever, args=(0.2,), daemon=True).start()
    try:
        yield Endpoint(f"http://{ADDRESS}:{server.server_port}{path}", token)
    finally:
        _end(server)


def _end(server: ThreadingHTTPServer) -> None:
    """Without waiting for the next time that it looks whether it should end."""
    ending = threading.Thread(target=server.shutdown)
    ending.start()
    with suppress(OSError):
        socket.create_connection((ADDRESS, server.server_port), timeout=1).close()
    ending.join()
    server.server_close()


def _credentials_response(keep: Callable[[], Credentials]) -> Response:
    try:
        return 200, as_container(keep())
    except S3VendError as error:
        say(f"the credentials could not be renewed: {error}")
        code = error.code if isinstance(error, ServiceError) else type(error).__name__
        # The SDKs ask again after 5xx, and give up at once after 4xx.
        status = 503 if code_of(error) == NOT_REACHABLE else 403
        return status, _problem(code, "See what s3vend exec has written to stderr.")


def _problem(code: str, message: str) -> dict[str, object]:
    return {"code": code, "message": message}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, lend: Callable[[str, str], Response]) -> None:
        super().__init__((ADDRESS, 0), _Handler)
        self.lend = lend  # by a path, and what is given as authorization

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever broke off knows it."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = WAIT
    server: _Server

    def do_GET(self) -> None:
        status, members = self.server.lend(self.path, self.headers.get("Authorization", ""))
        body = json.dumps(members).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""
