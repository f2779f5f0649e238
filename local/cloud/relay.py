#!/var/lang/bin/python3 -I
"""Carries connections through Unix sockets, so that a container reaches ports of its host.

The local cloud serves a directory of sockets, each named by the port of 127.0.0.1 that it leads
to. In a container, a copy of this file in that directory is Lambda's `AWS_LAMBDA_EXEC_WRAPPER`: it
listens on the same ports of the container's own 127.0.0.1, then becomes the runtime. Nothing new
listens on the host's network. Only the standard library: containers have nothing else of `local`.
"""

import errno
import os
import socket
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread

type Connect = Callable[[], socket.socket]

HERE = "127.0.0.1"
CHUNK = 1 << 16


def serve(directory: Path, ports: Iterable[int]) -> None:
    """Lead a new Unix socket in the directory to each port of this host, without end."""
    directory.mkdir(parents=True, exist_ok=True)
    _carry({_bound(directory, port): partial(_to_port, port) for port in ports})


def _bound(directory: Path, port: int) -> socket.socket:
    opened = os.open(directory, os.O_DIRECTORY)
    try:
        # Through the descriptor: a socket's path has at most 107 bytes, and a directory's has more.
        place = Path(f"/proc/self/fd/{opened}/{port}")
        place.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(place))
        place.chmod(0o666)  # the container's user may be another; the directories keep others out
        listener.listen()
        return listener
    finally:
        os.close(opened)


def _to_port(port: int) -> socket.socket:
    return socket.create_connection((HERE, port))


def wrap(directory: Path, command: Sequence[str]) -> None:
    """Lead the ports of this container to the sockets in the directory; become the command."""
    listeners: dict[socket.socket, Connect] = {}
    for place in directory.iterdir():
        if place.name.isdecimal() and (listener := _listener(int(place.name))):
            listeners[listener] = partial(_to_socket, place)
    if listeners and os.fork() == 0:
        # Lambda's emulator waits for these to close before it reports that a runtime has crashed.
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(nothing, descriptor)
        _carry(listeners)
    os.execv(command[0], [*command])  # noqa: S606  (the runtime)


def _listener(port: int) -> socket.socket | None:
    """Listen on a port; None if it is in use, by the relay of the runtime's previous start."""
    try:
        return socket.create_server((HERE, port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return None


def _to_socket(place: Path) -> socket.socket:
    onward = socket.socket(socket.AF_UNIX)
    onward.connect(str(place))
    return onward


def _carry(listeners: Mapping[socket.socket, Connect]) -> None:
    """Join each connection that a listener accepts with a new one, without end."""
    threads = [Thread(target=_accept, args=pair, daemon=True) for pair in listeners.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _accept(listener: socket.socket, connect: Connect) -> None:
    while True:
        connection, _ = listener.accept()
        Thread(target=_join, args=(connection, connect), daemon=True).start()


def _join(connection: socket.socket, connect: Connect) -> None:
    with connection, suppress(OSError), connect() as onward:  # nobody there: the caller sees an end
        back = Thread(target=_copy, args=(onward, connection), daemon=True)
        back.start()
        _copy(connection, onward)
        back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while received := source.recv(CHUNK):
            target.sendall(received)
        target.shutdown(socket.SHUT_WR)
    except OSError:  # one side has gone: the other direction ends too
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    wrap(Path(__file__).parent, sys.argv[1:])
