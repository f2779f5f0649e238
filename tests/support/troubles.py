"""A proxy on 127.0.0.1 that stands between a client and a server, and makes the trouble of a test."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

BLOCK = 64 * 1024
HOP = {"connection", "keep-alive", "transfer-encoding", "host"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happens to one request."""

    cut_up: int | None = None  # the connection breaks after so many bytes of the request's body
    cut_down: int | None = None  # or of the answer's
    lose_answer: bool = False  # the server has done it, and the client never hears of it
    reply: tuple[int, bytes] | None = None  # instead of the server
    flip: bool = False  # one bit of the answer's body is another
    pause: threading.Event | None = None  # wait for this, before anything


type Plan = Callable[[str, str, int], Trouble | None]
type Rewrite = Callable[[bytes], bytes]


@dataclass
class Proxy:
    """Where it listens, and what came through: method and path of each request."""

    url: str = ""
    seen: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def requests(self) -> int:
        return len(self.seen)


def nothing(method: str, path: str, number: int) -> None:
    """No trouble."""


class _Forwarder(BaseHTTPRequestHandler):
    proxy: Proxy
    server_at: str
    plan: Plan
    rewrite: Rewrite
    protocol_version = "HTTP/1.1"

    def forward(self) -> None:
        with self.proxy.lock:
            number = sum(method == self.command for method, _ in self.proxy.seen)
            self.proxy.seen.append((self.command, self.path))
        trouble = type(self).plan(self.command, self.path, number) or Trouble()
        if trouble.pause is not None:
            trouble.pause.wait(30)
        with suppress(OSError, http.client.HTTPException):
            if self.pass_on(trouble):
                return
        self.close_connection = True
        self.connection.close()

    def pass_on(self, trouble: Trouble) -> bool:
        length = int(self.headers.get("Content-Length") or 0)
        if trouble.cut_up is not None:
            self.rfile.read(min(trouble.cut_up, length))
            return False
        body = self.rfile.read(length)
        if trouble.reply is not None:
            self.answer(trouble.reply[0], [], trouble.reply[1])
            return True
        upstream = urlsplit(self.server_at).netloc
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
        ahead = http.client.HTTPConnection(upstream, timeout=60)
        try:
            ahead.request(self.command, self.path, body or None, headers | {"Host": upstream})
            answer = ahead.getresponse()
            content = answer.read()
        finally:
            ahead.close()
        if trouble.lose_answer:
            return False
        if "json" in (answer.getheader("Content-Type") or ""):
            here = self.proxy.url.encode()
            content = type(self).rewrite(content.replace(self.server_at.encode(), here))
        if trouble.flip:
            content = bytes([content[0] ^ 1]) + content[1:]
        self.answer(answer.status, answer.getheaders(), content, trouble.cut_down)
        return trouble.cut_down is None

    def answer(
        self,
        status: int,
        headers: list[tuple[str, str]],
        content: bytes,
        cut: int | None = None,
    ) -> None:
        self.send_response(status)
        length = str(len(content))
        for name, value in headers:
            if name.lower() == "content-length" and self.command == "HEAD":
                length = value
            elif name.lower() not in HOP | {"content-length", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content if cut is None else content[:cut])
            self.wfile.flush()

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = forward  # noqa: N815 - http.server's names

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def proxied(server: str, plan: Plan = nothing, rewrite: Rewrite = bytes) -> Iterator[Proxy]:
    """Everything goes to ``server``; the addresses of it in JSON answers lead here again.

    ``plan(method, path, number)`` says what happens to the numberth request of that method.
    """
    proxy = Proxy()
    members = {"plan": staticmethod(plan), "rewrite": staticmethod(rewrite)}
    handler = type("Bound", (_Forwarder,), {"proxy": proxy, "server_at": server, **members})
    listening = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    listening.daemon_threads = True
    threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
    proxy.url = f"http://127.0.0.1:{listening.server_port}"
    try:
        yield proxy
    finally:
        listening.shutdown()
        listening.server_close()
