"""The requests of a copy without a tool: their bytes are ready, and answers are only seen to end.

So this is the time that the storage itself takes, with which no tool can do better.
"""

import selectors
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice
from typing import cast
from urllib.parse import urlsplit

from s3vend import Form, Url

CONNECTIONS = 16
RECEIVE = 1024 * 1024
END = b"\r\n\r\n"


def request(url: Url | Form, body: bytes = b"") -> bytes:
    """The bytes of a request."""
    parts = urlsplit(url.url)
    lines = [f"{url.method} {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in url.headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + END + body


def send(endpoint: str, requests: Sequence[bytes]) -> None:
    """Send all, some at a time, and wait for the answers."""
    parts, waiting = urlsplit(endpoint), iter(requests)
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for first in islice(waiting, CONNECTIONS):
            connection = socket.create_connection((parts.hostname, parts.port))
            stack.enter_context(connection).sendall(first)
            selector.register(connection, selectors.EVENT_READ, bytearray())
        while selector.get_map():
            for key, _ in selector.select():
                connection, answer = cast("socket.socket", key.fileobj), key.data
                block = connection.recv(RECEIVE)
                assert block, "the storage closed the connection"
                answer += block
                if not is_whole(answer):
                    continue
                assert answer.startswith(b"HTTP/1.1 20"), answer[:1000]
                answer.clear()
                following = next(waiting, None)
                if following is None:
                    selector.unregister(connection)
                else:
                    connection.sendall(following)


def is_whole(answer: bytearray) -> bool:
    """Whether nothing more of an answer follows."""
    at = answer.find(END)
    if at < 0:
        return False
    head = bytes(answer[:at]).lower()
    if b"transfer-encoding: chunked" in head:
        return answer.endswith(b"0" + END)
    length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    return len(answer) == at + len(END) + length
