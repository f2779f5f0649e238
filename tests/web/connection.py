"""A connection to the local cloud's S3 that breaks when a test wants it to."""

import socket
import struct
from contextlib import suppress
from threading import Lock, Thread

HERE = "127.0.0.1"
CHUNK = 1 << 16
RESET = struct.pack("ii", 1, 0)  # of SO_LINGER: the other side sees a break, not an end


class Connection:
    """Carries connections to a port; its own port makes S3 another origin than the pages."""

    def __init__(self, port: int) -> None:
        self._onward = port
        self._listener = socket.create_server((HERE, 0))
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._after: list[int] = []
        self.sent = 0  # bytes towards S3
        self.breaks = 0
        self.url = f"http://{HERE}:{self._listener.getsockname()[1]}"
        Thread(target=self._accept, daemon=True).start()

    def break_after(self, *numbers: int) -> None:
        """Break everything after so many bytes towards S3, and again after as many as follow."""
        self.breaks = self.sent = 0
        self._after = [*numbers]

    def close(self) -> None:
        self._listener.close()
        self._break()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                Thread(target=self._carry, args=(connection,), daemon=True).start()

    def _carry(self, connection: socket.socket) -> None:
        with connection, suppress(OSError), socket.create_connection((HERE, self._onward)) as there:
            with self._lock:
                self._open |= {connection, there}
            back = Thread(target=self._copy, args=(there, connection), daemon=True)
            back.start()
            self._copy(connection, there, counts=True)
            back.join()
        with self._lock:
            self._open -= {connection}

    def _copy(self, source: socket.socket, target: socket.socket, *, counts: bool = False) -> None:
        try:
            while received := source.recv(CHUNK):
                if counts and self._breaks(len(received)):
                    return
                target.sendall(received)
            target.shutdown(socket.SHUT_WR)
        except OSError:  # one side has gone
            for each in (source, target):
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _breaks(self, number: int) -> bool:
        with self._lock:
            self.sent += number
            if not self._after:
                return False
            self._after[0] -= number
            if self._after[0] > 0:
                return False
            self._after.pop(0)
        self.breaks += 1
        self._break()
        return True

    def _break(self) -> None:
        with self._lock:
            found, self._open = self._open, set()
        for each in found:
            with suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                each.shutdown(socket.SHUT_RDWR)
                each.close()
