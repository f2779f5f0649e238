"""A container credentials endpoint on 127.0.0.1, for one child process.

SDKs request credentials from it, and again before these expire. Path and token are random. The
token is in the environment of the child, which only processes of the same user can read.
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

from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.refusal import NOT_REACHABLE, code_of
from s3vend.cli.use.credentials import as_container
from s3vend.errors import S3VendError, ServiceError
from s3vend.service.credentials import Credentials

ADDRESS = "127.0.0.1"
WAIT = 30.0  # seconds in which a request must arrive

Response = tuple[int, Mapping[str, object]]  # the status, and the members of the body


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of the endpoint, and the token that it requires."""

    url: str
    token: str = field(repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that SDKs read."""
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.url,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": self.token,
        }


@contextmanager
def serve_credentials(fresh: Callable[[], Credentials]) -> Iterator[Endpoint]:
    """Run an endpoint for the duration of the block; ``fresh`` returns valid credentials."""
    path, token = f"/{secrets.token_urlsafe(16)}", secrets.token_urlsafe(32)

    def respond(requested: str, authorization: str) -> Response:
        here = hmac.compare_digest(requested.encode(), path.encode())
        if not (hmac.compare_digest(authorization.encode(), token.encode()) and here):
            return 403, _problem("AccessDenied", "Only the command of s3vend exec has access.")
        return _credentials_response(fresh)

    server = _Server(respond)
    threading.Thread(target=server.serve_forever, args=(0.2,), daemon=True).start()
    try:
        yield Endpoint(f"http://{ADDRESS}:{server.server_port}{path}", token)
    finally:
        _end(server)


def _end(server: ThreadingHTTPServer) -> None:
    """Stop the server; a connection wakes it, so that it stops without delay."""
    ending = threading.Thread(target=server.shutdown)
    ending.start()
    with suppress(OSError):
        socket.create_connection((ADDRESS, server.server_port), timeout=1).close()
    ending.join()
    server.server_close()


def _credentials_response(fresh: Callable[[], Credentials]) -> Response:
    try:
        return 200, as_container(fresh())
    except S3VendError as error:
        say(*f"cannot renew the credentials: {error}".split("\n"))
        code = error.code if isinstance(error, ServiceError) else type(error).__name__
        # SDKs try again after 5xx, and give up after 4xx.
        status = 503 if code_of(error) == NOT_REACHABLE else 403
        return status, _problem(code, "See the message that s3vend exec wrote to stderr.")


def _problem(code: str, message: str) -> dict[str, object]:
    return {"code": code, "message": message}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, respond: Callable[[str, str], Response]) -> None:
        super().__init__((ADDRESS, 0), _Handler)
        self.respond = respond  # takes the path and the header Authorization

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore the error: the client closed the connection, and knows it."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = WAIT
    server: _Server

    def do_GET(self) -> None:
        status, members = self.server.respond(self.path, self.headers.get("Authorization", ""))
        body = json.dumps(members).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Log nothing."""
