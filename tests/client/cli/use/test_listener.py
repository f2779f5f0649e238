"""The server of the endpoints: to which requests it answers, and how it ends."""

import socket
import threading
from contextlib import suppress
from time import sleep
from typing import TYPE_CHECKING

import pytest
import urllib3

from s3vend.cli.terminal.refusal import Refusal
from s3vend.cli.use.listener import MOST, Response, listening

if TYPE_CHECKING:
    from collections.abc import Iterator


def echo(path: str, authorization: str) -> Response:
    return 200, {"path": path, "authorization": authorization}


def sent(port: int, headers: "list[str]") -> str:
    """The answer to a request with exactly these headers."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        lines = ["GET /x HTTP/1.1", *headers, "Connection: close", "", ""]
        connection.sendall("\r\n".join(lines).encode())
        answer = b""
        while block := connection.recv(65_536):
            answer += block
    return answer.decode()


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "127.0.0.1"])
def test_a_request_to_this_machine_has_its_token(host: str) -> None:
    with listening() as listener:
        listener.start(echo)
        named = host.format(port=listener.server_port)
        answer = sent(listener.server_port, [f"Host: {named}", "Authorization: t"])
        assert '"authorization": "t"' in answer
        assert "Cache-Control: no-store" in answer


@pytest.mark.parametrize(
    "headers",
    [
        ["Host: attacker.example:{port}"],  # a name that leads to 127.0.0.1 by now
        ["Host: attacker.example"],
        ["Host: 127.0.0.1.attacker.example"],
        ["Host: 127.0.0.1:80@attacker.example"],
        ["Host: 127.0.0.1", "Host: attacker.example"],
        [],
        ["Host: 127.0.0.1", "Authorization: another"],
    ],
)
def test_a_request_under_another_name_has_none(headers: "list[str]") -> None:
    with listening() as listener:
        listener.start(echo)
        named = [one.format(port=listener.server_port) for one in headers]
        answer = sent(listener.server_port, [*named, "Authorization: t"])
        assert '"authorization": ""' in answer


def test_a_request_that_comes_before_the_start_waits_for_it() -> None:
    with listening() as listener:
        answers: list[str] = []
        asking = threading.Thread(
            target=lambda: answers.append(sent(listener.server_port, ["Host: localhost"]))
        )
        asking.start()
        listener.start(echo)
        asking.join(10)
    assert [answer[:12] for answer in answers] == ["HTTP/1.1 200"]


def test_a_port_that_is_in_use_is_refused_with_what_to_do() -> None:
    with (
        listening() as listener,
        pytest.raises(Refusal, match=f"port {listener.server_port} .*--port"),
        listening(listener.server_port),
    ):
        pass


def test_a_request_that_is_being_answered_gets_its_answer_when_the_server_ends() -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()
    statuses: list[int] = []

    def slow(path: str, authorization: str) -> Response:
        begun.set()
        assert go_on.wait(10)
        assert not ended.is_set()
        return echo(path, authorization)

    def ask(url: str) -> None:
        statuses.append(urllib3.request("GET", url, retries=False).status)

    with listening() as listener:
        listener.start(slow)
        asking = threading.Thread(target=ask, args=(f"{listener.origin}/x",))
        asking.start()
        assert begun.wait(10)
        threading.Timer(0.2, go_on.set).start()
    ended.set()
    asking.join(10)
    assert statuses == [200]
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", listener.server_port), timeout=1)


def _drip(connection: socket.socket) -> None:
    for _ in range(200):
        connection.sendall(b"a")
        sleep(0.05)


def test_a_request_that_comes_byte_by_byte_does_not_keep_its_connection() -> None:
    with listening(wait=0.3) as listener:
        listener.start(echo)
        with socket.create_connection(("127.0.0.1", listener.server_port), timeout=10) as slow:
            slow.sendall(b"GET /x HTTP/1.1\r\nX-Slow: ")
            with pytest.raises(OSError, match=r"reset|Broken pipe"):
                _drip(slow)
        assert '"path": "/x"' in sent(listener.server_port, ["Host: localhost"])


def test_connections_that_ask_nothing_do_not_use_up_the_process() -> None:
    with listening() as listener:
        listener.start(echo)
        address = ("127.0.0.1", listener.server_port)
        idle = [socket.create_connection(address, timeout=10) for _ in range(MOST)]
        try:
            with socket.create_connection(address, timeout=10) as another:
                assert another.recv(1) == b""  # closed at once
        finally:
            for one in idle:
                one.close()
        assert '"path": "/x"' in next(filter(None, _tried(listener.server_port)))


def _tried(port: int) -> "Iterator[str]":
    """Answers, until the server has noticed that connections have ended."""
    for _ in range(1000):
        with suppress(OSError):
            yield sent(port, ["Host: localhost"])
