"""The way from a container to the local cloud: through Unix sockets, named by ports."""

import ast
import os
import shutil
import socket
import socketserver
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local.cloud import processes, relay
from local.cloud.ministack import ROOT, free_port

SECONDS = 10
SERVE = "import sys; from pathlib import Path; from local.cloud import relay; relay.serve(Path(sys.argv[1]), map(int, sys.argv[2:]))"


def until_served(directory: Path, port: int) -> None:
    """Wait until the socket of this name takes a connection."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            opened = os.open(directory, os.O_DIRECTORY)
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(f"/proc/self/fd/{opened}/{port}")
            os.close(opened)
        except OSError:
            assert time.monotonic() < deadline, port
            time.sleep(0.01)
        else:
            return


class Echo(socketserver.BaseRequestHandler):
    """Answers each connection with all that it sent, in capitals, once it has sent everything."""

    def handle(self) -> None:
        self.request.sendall(everything(self.request).upper())


class Server(socketserver.ThreadingTCPServer):
    """Takes many connections at once."""

    request_queue_size = 128


def ask(port: int, text: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        return everything(connection)


def everything(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(4096), b""))


@pytest.fixture
def server() -> Iterator[int]:
    """The port of a server on this host."""
    with Server(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def host(tmp_path: Path, server: int) -> Iterator[Path]:
    """A directory of sockets that a process serves, one of them for a port without a server."""
    # Longer than the 107 bytes that a socket's path may have.
    directory = tmp_path / ("long" * 30) / "loopback"
    nobody = free_port()
    child = processes.spawn(
        [sys.executable, "-c", SERVE, str(directory), str(server), str(nobody)],
        log=tmp_path / "serve.log",
        environment={**os.environ, "PYTHONPATH": str(ROOT)},
        directory=tmp_path,
    )
    for port in (server, nobody):
        until_served(directory, port)
    yield directory
    processes.end(child.pid, child)


def wrapped(directory: Path, *command: str, **more: str) -> subprocess.Popen[str]:
    """Start the wrapper as Lambda's runtime does: as a program, with the runtime's command."""
    wrapper = Path(shutil.copy(relay.__file__, directory))
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", str(wrapper), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **more},
        start_new_session=True,
    )


@pytest.fixture
def inside() -> Iterator[Path]:
    """The directory that a container has in the place of the host's: its path is short."""
    with tempfile.TemporaryDirectory(prefix="s3vend-", dir="/tmp") as place:
        yield Path(place)


def lead(inside: Path, host: Path, port: int) -> int:
    """Lead a port to the host's socket, as inside; a free port, since both ends are here."""
    led = free_port()
    (inside / str(led)).symlink_to(host / str(port))
    return led


@pytest.fixture
def container(inside: Path, host: Path, server: int) -> Iterator[int]:
    """A port that a wrapper leads to the host's server while a runtime runs."""
    port = lead(inside, host, server)
    runtime = wrapped(inside, "/bin/sh", "-c", "echo started; exec sleep 60")
    assert started(runtime)
    yield port
    processes.end(runtime.pid)
    runtime.communicate()


def started(runtime: subprocess.Popen[str]) -> bool:
    assert runtime.stdout
    return runtime.stdout.readline() == "started\n"


@pytest.mark.parametrize("text", [b"a line", b"", b"x" * 3_000_000], ids=["some", "none", "much"])
def test_what_the_container_sends_and_gets_goes_through_whole(container: int, text: bytes) -> None:
    assert ask(container, text) == text.upper()


def test_many_connections_at_once_do_not_mix(container: int) -> None:
    with ThreadPoolExecutor(20) as pool:
        texts = [f"connection {number}".encode() * number for number in range(100)]
        assert list(pool.map(lambda text: ask(container, text), texts)) == [
            text.upper() for text in texts
        ]


def test_a_connection_that_breaks_off_leaves_the_others_alone(container: int) -> None:
    for _ in range(3):
        broken = socket.create_connection(("127.0.0.1", container), SECONDS)
        broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        broken.sendall(b"half")
        broken.close()  # with a reset
    assert ask(container, b"whole") == b"WHOLE"


def test_a_port_without_a_server_ends_the_connection_and_nothing_else(
    inside: Path, host: Path, server: int
) -> None:
    nobody = next(int(each.name) for each in host.iterdir() if each.name != str(server))
    ports = [lead(inside, host, port) for port in (nobody, server)]
    runtime = wrapped(inside, "/bin/sh", "-c", "echo started; exec sleep 60")
    assert started(runtime)
    try:
        with socket.create_connection(("127.0.0.1", ports[0]), SECONDS) as connection:
            assert connection.recv(1) == b""
        assert ask(ports[1], b"still") == b"STILL"
    finally:
        processes.end(runtime.pid)
        runtime.communicate()


def test_the_runtime_gets_its_arguments_its_environment_and_its_exit_code(
    inside: Path, host: Path, server: int
) -> None:
    lead(inside, host, server)
    script = 'printf "%s|" "$0" "$@" "$S3VEND_TRIED"; exit 7'
    runtime = wrapped(inside, "/bin/sh", "-c", script, "one", "t w o", S3VEND_TRIED="yes")
    # It ends although the relay lives: the relay keeps none of the runtime's outputs open.
    assert runtime.communicate(timeout=SECONDS)[0] == "one|t w o|yes|"
    assert runtime.returncode == 7
    processes.end(runtime.pid)


def test_a_runtime_that_starts_again_uses_the_relay_of_its_first_start(
    inside: Path, host: Path, container: int
) -> None:
    again = wrapped(inside, "/bin/sh", "-c", "echo started")
    assert again.communicate(timeout=SECONDS)[0] == "started\n"
    assert ask(container, b"again") == b"AGAIN"
    processes.end(again.pid)


def test_the_sockets_are_the_only_thing_that_the_host_listens_on(host: Path) -> None:
    assert all(stat.S_ISSOCK(place.stat().st_mode) for place in host.iterdir())
    assert all(place.stat().st_mode & 0o777 == 0o666 for place in host.iterdir())


def test_the_wrapper_starts_as_a_program_of_lambdas_python() -> None:
    source = Path(relay.__file__)
    assert source.read_text().startswith("#!/var/lang/bin/python3 -I\n")
    imports = {
        (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else name.name
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert imports <= sys.stdlib_module_names, "a container has nothing else"
