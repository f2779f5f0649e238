"""Passes requests on to a service, and counts them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit

ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "date", "server", "content-length"}


@dataclass
class Counted:
    """Where to ask, and how often it was asked."""

    url: str = ""
    requests: int = 0


@contextmanager
def counting(service: str) -> Iterator[Counted]:
    """An address that leads to this one, until the end."""
    there, counted, lock = urlsplit(service), Counted(), Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            with lock:
                counted.requests += 1
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            connection = HTTPConnection(there.netloc)
            try:
                connection.request(self.command, self.path, body, dict(self.headers))
                answer = connection.getresponse()
                found = answer.read()
            finally:
                connection.close()
            self.send_response(answer.status)
            for name, text in answer.getheaders():
                if name.lower() not in ONE_HOP:
                    self.send_header(name, text)
            self.send_header("Content-Length", str(len(found)))
            self.end_headers()
            self.wfile.write(found)

        do_GET = do_POST = pass_on  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        counted.url = f"http://127.0.0.1:{server.server_port}{there.path}"
        try:
            yield counted
        finally:
            server.shutdown()
            thread.join()
