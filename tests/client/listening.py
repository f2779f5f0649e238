"""Servers on 127.0.0.1 that speak as a test says, byte by byte: TLS, proxies, and worse."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator

Talk = Callable[[socket.socket], object]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@contextlib.contextmanager
def listening(talk: Talk) -> Iterator[int]:
    """The port of a server that talks to each connection in a thread, and then closes it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threads: list[threading.Thread] = []

        def one(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                talk(connection)

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threads.append(threading.Thread(target=one, args=(connection,), daemon=True))
                threads[-1].start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield server.getsockname()[1]
        finally:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            accepting.join(5)
            for thread in threads:
                thread.join(5)


def request(connection: socket.socket) -> bytes:
    """The head of a request."""
    read = b""
    while b"\r\n\r\n" not in read and (more := connection.recv(4096)):
        read += more
    return read


def says(answer: bytes) -> Talk:
    """Read a request, and answer these bytes."""

    def talk(connection: socket.socket) -> None:
        request(connection)
        connection.sendall(answer)

    return talk


def blurts(answer: bytes) -> Talk:
    """Answer these bytes to whatever is sent, as an HTTP server does that is sent TLS."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    return talk


def secure(context: ssl.SSLContext, answer: bytes = OK) -> Talk:
    """The same over TLS."""

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            says(answer)(wrapped)

    return talk


def resets(connection: socket.socket) -> None:
    """Read a little, then reset the connection."""
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def closes(connection: socket.socket) -> None:
    """Read what is sent, then close the connection."""
    connection.recv(65536)


def silent(until: threading.Event) -> Talk:
    """Say nothing until the event is set."""

    def talk(connection: socket.socket) -> None:
        del connection
        until.wait(5)

    return talk


def tunnels(heads: list[bytes]) -> Talk:
    """An HTTP proxy that connects every host to this machine; ``heads`` gets the requests."""

    def talk(connection: socket.socket) -> None:
        heads.append(request(connection))
        port = int(heads[-1].split()[1].rpartition(b":")[2])
        with socket.create_connection(("127.0.0.1", port)) as other:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            between(connection, other)

    return talk


def socks(asked: list[bytes], reply: int = 0) -> Talk:
    """A SOCKS5 proxy (RFC 1928) that connects every host to this machine, or refuses.

    ``asked`` gets the names of the hosts, and a user name and password if they are sent.
    """

    def talk(connection: socket.socket) -> None:
        _, count = connection.recv(2)
        methods = connection.recv(count)
        connection.sendall(b"\x05\x02" if 2 in methods else b"\x05\x00")
        if 2 in methods:
            for _ in range(2):
                length = connection.recv(2)[-1] if len(asked) == 0 else connection.recv(1)[0]
                asked.append(connection.recv(length))
            connection.sendall(b"\x01\x00")
        kind = connection.recv(4)[3]
        host = connection.recv(connection.recv(1)[0] if kind == 3 else 4)
        asked.append(host)
        port = struct.unpack("!H", connection.recv(2))[0]
        connection.sendall(b"\x05" + bytes([reply]) + b"\x00\x01\x00\x00\x00\x00\x00\x00")
        if not reply:
            with socket.create_connection(("127.0.0.1", port)) as other:
                between(connection, other)

    return talk


def between(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until one side ends."""

    def carry(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    back = threading.Thread(target=carry, args=(other, one), daemon=True)
    back.start()
    carry(one, other)
    back.join(5)
