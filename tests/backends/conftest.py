"""SeaweedFS, and where it fetches the issuers' keys."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.backends.seaweedfs import SeaweedFS, running

type Publish = Callable[[str, bytes], str]
type Start = Callable[[Mapping[str, Any]], SeaweedFS]


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """``start(configuration)``: a SeaweedFS with this IAM configuration, until the tests end."""
    with ExitStack() as started:

        def new(configuration: Mapping[str, Any]) -> SeaweedFS:
            directory = tmp_path_factory.mktemp("weed")
            return started.enter_context(running(directory, configuration))

        yield new


@pytest.fixture(scope="session")
def publish() -> Iterator[Publish]:
    """``publish(path, document)``: from now on it can be fetched, at the URL that this returns."""
    published: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if (body := published.get(self.path)) is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()

        def new(path: str, document: bytes) -> str:
            published[path] = document
            return f"http://127.0.0.1:{server.server_port}{path}"

        try:
            yield new
        finally:
            server.shutdown()
            thread.join()
