"""A server of a test's own on 127.0.0.1, and an environment in which nothing is set."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.client.tokens import token


@dataclass(frozen=True)
class Asked:
    """A request as it came in; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.body)
        return found


@dataclass
class Served:
    """A running server: where it is, and what it was asked so far."""

    url: str
    asked: list[Asked] = field(default_factory=list)
    told: dict[str, Callable[[], object]] = field(default_factory=dict)  # what a test hooks in


# (status, headers, body); anything that is no bytes goes as JSON.
Reply = tuple[int, Mapping[str, str], object]
Serve = Callable[[Callable[[Asked], Reply]], Served]


class Server(ThreadingHTTPServer):
    """A server that is silent where whoever asked has not waited for the answer."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving(reply: Callable[[Asked], Reply]) -> Iterator[Served]:
    served = Served("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # it would wait 40 ms between the headers and the body

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(length))
            served.asked.append(asked)
            status, more, body = reply(asked)
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = do_OPTIONS = answer  # noqa: N815 - http.server's names

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


def run(code: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """A program in an interpreter of its own that finds what this one finds."""
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.defpath, **settings}
    return subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def serve() -> Iterator[Serve]:
    """`serve(reply)`: a server for this test."""
    opened = []

    def start(reply: Callable[[Asked], Reply]) -> Served:
        running = serving(reply)
        opened.append(running)
        return running.__enter__()

    yield start
    for one in opened:
        one.__exit__(None, None, None)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No settings of whoever runs the tests, and a home directory of its own."""
    for name in list(os.environ):
        if name.startswith(
            ("AWS_", "S3VEND_", "ACTIONS_", "GCE_", "K_SERVICE", "SSL_CERT_", "REQUESTS_CA_")
        ) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return monkeypatch


@pytest.fixture
def nobody(alone: pytest.MonkeyPatch) -> None:
    """Nothing is set but a token, and nothing is waited for."""
    alone.setenv("S3VEND_TOKEN", token())
    alone.setattr("s3vend.http.patience.Patience.pause", lambda self, number: 0.0)


@pytest.fixture
def at(serve: Serve, nobody: None, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """`at(reply)`: a server that `S3VEND_URL` names."""

    def start(reply: Callable[[Asked], Reply]) -> Served:
        served = serve(reply)
        monkeypatch.setenv("S3VEND_URL", served.url)
        return served

    return start
