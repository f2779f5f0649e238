"""As much of HTTP/1.1 as the stand-ins of the load need, for little of the machine's time."""

import asyncio
import re
from collections.abc import Awaitable, Callable

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)

# The path, the headers and the body; status and body, or a whole answer made by ``head``.
type Answering = Callable[[str, bytes, bytes], Awaitable[tuple[int, bytes]]]


def head(status: int, length: int, more: bytes = b"") -> bytes:
    """What comes before the body."""
    return b"HTTP/1.1 %d \r\nContent-Length: %d\r\n%b\r\n" % (status, length, more)


class Server(asyncio.Protocol):
    """One connection: requests one after the other, each answered as a task."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, received: bytes) -> None:
        """More of a request."""
        self.received += received
        headers, found, rest = self.received.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(match[1]) if (match := LENGTH.search(headers)) else 0
        if len(rest) < length:
            return
        self.received = rest[length:]
        path = headers.split(b" ", 2)[1].decode()
        self.task = asyncio.ensure_future(self.answer(path, headers, rest[:length]))

    async def answer(self, path: str, headers: bytes, body: bytes) -> None:
        """One request."""
        status, text = await self.answering(path, headers, body)
        more = (
            b"Retry-After: %d\r\n" % int(text) if status in (429, 503) and text.isdigit() else b""
        )
        self.transport.write(head(status, len(text), more) + text)
