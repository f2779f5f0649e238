"""The requests of a copy without a tool: their bytes are ready, and nothing is looked at.

So this is the time that the storage takes, and the disk for files: no tool can do better.
"""

import selectors
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice, repeat
from pathlib import Path
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


def send(endpoint: str, requests: Sequence[bytes], files: Sequence[Path] = ()) -> None:
    """Send all, some at a time, and write each answer into its file, if there are any."""
    parts, waiting = urlsplit(endpoint), zip(requests, files or repeat(None), strict=False)
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for first, file in islice(waiting, CONNECTIONS):
            connection = socket.create_connection((parts.hostname, parts.port))
            stack.enter_context(connection).sendall(first)
            selector.register(connection, selectors.EVENT_READ, (bytearray(), file))
        while selector.get_map():
            for key, _ in selector.select():
                connection, (answer, file) = cast("socket.socket", key.fileobj), key.data
                block = connection.recv(RECEIVE)
                assert block, "the storage closed the connection"
                answer += block
                if not is_whole(answer):
                    continue
                assert answer.startswith(b"HTTP/1.1 20"), answer[:1000]
                if file:
                    file.write_bytes(answer[answer.find(END) + len(END) :])
                following, file = next(waiting, (None, None))
                if following is None:
                    selector.unregister(connection)
                else:
                    selector.modify(connection, selectors.EVENT_READ, (bytearray(), file))
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
