"""Kept connections for many small requests."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from s3vend.errors import Unreachable
from s3vend.http.lanes.lane import TOGETHER, Lane
from s3vend.http.lanes.pool import Lanes
from s3vend.http.lanes.request import Request
from s3vend.http.wire import Wire
from tests.client.certificates import authority, issued
from tests.client.conftest import Asked, Reply, Serve
from tests.client.listening import OK, listening, request

if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection


@pytest.fixture
def lanes(alone: pytest.MonkeyPatch) -> Iterator[Lanes]:
    del alone
    made = Lanes(Wire(connect=2.0, read=2.0))
    yield made
    made.close()


def echo(asked: Asked) -> Reply:
    return 200, {"X-Method": asked.method}, asked.body


@pytest.mark.parametrize("size", [0, 1, TOGETHER, TOGETHER + 1, 3_000_000])
def test_a_body_of_any_size_goes_and_comes_whole(lanes: Lanes, serve: Serve, size: int) -> None:
    served, body = serve(echo), bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    answer = lanes.send(Request("PUT", f"{served.url}/a?b=c", {"X-Own": "1"}, body))
    assert (answer.status, answer.headers["x-method"], answer.body) == (200, "PUT", body)
    [asked] = served.asked
    assert (asked.path, asked.headers["x-own"]) == ("/a?b=c", "1")
    assert asked.headers["content-length"] == str(size)
    assert asked.headers["host"] == served.url.removeprefix("http://")


def test_a_connection_is_used_again(
    lanes: Lanes, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    served, made, own = serve(echo), list[str](), lanes._connection  # noqa: SLF001 - counts

    def counted(base: str) -> "HTTPConnection | None":
        made.append(base)
        return own(base)

    monkeypatch.setattr(lanes, "_connection", counted)
    for _ in range(5):
        lanes.send(Request("GET", f"{served.url}/a", {}))
    assert made == [served.url]


def test_a_kept_connection_that_was_closed_is_made_again(lanes: Lanes, serve: Serve) -> None:
    served = serve(lambda asked: (200, {"Connection": "close"} if "x" in asked.path else {}, b""))
    lanes.send(Request("GET", f"{served.url}/a", {}))
    [[lane]] = lanes._free.values()  # noqa: SLF001 - as a server that closes does
    lane._connection.sock.shutdown(2)  # noqa: SLF001
    assert lanes.send(Request("GET", f"{served.url}/b", {})).status == 200
    assert lanes.send(Request("GET", f"{served.url}/x", {})).status == 200
    assert lanes.send(Request("GET", f"{served.url}/c", {})).status == 200


def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next(lanes: Lanes) -> None:
    came, later = threading.Event(), threading.Event()

    def talk(connection: socket.socket) -> None:
        while asked := request(connection):
            body = b"for " + asked.split()[1]
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n" + body)
            came.wait(5)  # until the client has read it
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
            later.set()

    with listening(talk) as port:
        first = lanes.send(Request("GET", f"http://127.0.0.1:{port}/a", {}))
        came.set()
        assert later.wait(5)
        second = lanes.send(Request("GET", f"http://127.0.0.1:{port}/b", {}))
        lanes.close()
    assert (first.body, second.body) == (b"for /a", b"for /b")


def test_a_request_has_one_length_though_it_is_signed_too(lanes: Lanes) -> None:
    heads: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heads.append(request(connection))
        connection.sendall(OK)

    with listening(talk) as port:
        lanes.send(Request("PUT", f"http://127.0.0.1:{port}/a", {"Content-Length": "2"}, b"xy"))
    assert heads[0].lower().count(b"content-length: 2\r\n") == 1


def test_a_server_that_does_not_answer_is_unreachable(lanes: Lanes, serve: Serve) -> None:
    def silent(asked: Asked) -> Reply:
        raise ConnectionResetError

    served = serve(silent)
    with pytest.raises(Unreachable, match=served.url) as error:
        lanes.send(Request("GET", f"{served.url}/secret?X-Amz-Signature=top-secret", {}))
    assert "secret" not in str(error.value)
    with pytest.raises(Unreachable, match="refuse"):
        lanes.send(Request("GET", "http://127.0.0.1:9/a", {}))


def test_where_a_proxy_stands_between_it_is_asked(serve: Serve, alone: pytest.MonkeyPatch) -> None:
    served = serve(echo)
    alone.setenv("http_proxy", served.url)
    lanes = Lanes(Wire())
    assert lanes.send(Request("GET", "http://s3.example.com/a", {})).status == 200
    assert served.asked[0].path == "http://s3.example.com/a"


def test_a_certificate_is_verified(lanes: Lanes, serve: Serve) -> None:
    served = serve(echo)
    with pytest.raises(Unreachable):
        lanes.send(Request("GET", served.url.replace("http://", "https://") + "/a", {}))
    connection = lanes._connection("https://s3.example.com")  # noqa: SLF001 - never connected
    assert connection is not None
    context = connection.ssl_context  # type: ignore[attr-defined]
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    again = lanes._connection("https://other.example.com")  # noqa: SLF001
    assert again is not None
    assert again.ssl_context is context  # type: ignore[attr-defined]


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"X\n": "a"}])
def test_a_header_with_a_line_break_is_not_sent(
    lanes: Lanes, serve: Serve, headers: dict[str, str]
) -> None:
    served = serve(echo)
    with pytest.raises(Unreachable):
        lanes.send(Request("GET", f"{served.url}/a", headers))
    assert served.asked == []


@pytest.mark.parametrize(
    ("name", "times", "size"),
    [
        ("If-None-Match", 1, 1),
        ("X", 2, 1),
        ("If-Match", 1, 2**25),
    ],  # the last breaks while it is sent
)
def test_a_request_with_a_condition_is_not_sent_again_by_itself(
    lanes: Lanes, name: str, times: int, size: int
) -> None:
    heads: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        while asked := request(connection):
            if asked.startswith(b"PUT"):
                heads.append(asked)
                if len(heads) == 1:  # carried out, and then the connection is gone
                    break
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with listening(talk) as port:
        url = f"http://127.0.0.1:{port}/a"
        lanes.send(Request("GET", url, {}))
        with suppress(Unreachable):
            lanes.send(Request("PUT", url, {name: "*"}, b"x" * size))
        lanes.close()
    assert len(heads) == times


@pytest.mark.parametrize("asked_before", [False, True])
def test_what_does_not_answer_on_a_connection_is_said_to(serve: Serve, asked_before: bool) -> None:
    over = threading.Event()

    def reply(asked: Asked) -> Reply:
        if asked.path == "/b":
            over.wait(5)
        return 200, {}, b""

    served = serve(reply)
    lanes = Lanes(Wire(connect=2.0, read=0.2))
    if asked_before:
        lanes.send(Request("GET", f"{served.url}/a", {}))
    with pytest.raises(Unreachable, match="accepted the connection, but did not answer in time"):
        lanes.send(Request("GET", f"{served.url}/b", {}))
    over.set()
    lanes.close()


def test_a_second_answer_that_comes_with_the_first_is_not_taken_for_the_next(lanes: Lanes) -> None:
    def talk(connection: socket.socket) -> None:
        while asked := request(connection):
            answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
            connection.sendall(answer + asked.split()[1] + answer + b"!!")

    with listening(talk) as port:
        url = f"http://127.0.0.1:{port}"
        bodies = [lanes.send(Request("GET", f"{url}/{name}", {})).body for name in "abc"]
    assert bodies == [b"/a", b"/b", b"/c"]


def test_a_connection_that_another_thread_takes_meanwhile_is_not_missed(
    lanes: Lanes, serve: Serve
) -> None:
    class Taken(list[Lane]):
        def __bool__(self) -> bool:
            return True  # and then another thread takes it

    url = serve(echo).url
    lanes._free[url] = Taken()  # noqa: SLF001 - between two steps of another thread
    assert lanes.begin(Request("GET", f"{url}/a", {})) is None
    assert lanes.send(Request("GET", f"{url}/a", {})).status == 200


def test_what_waits_in_the_tls_layer_is_not_taken_for_the_next_answer(
    tmp_path: Path, alone: pytest.MonkeyPatch
) -> None:
    company = authority()
    context = issued(company, ["localhost"]).server(tmp_path / "key.pem")

    def talk(plain: socket.socket) -> None:
        with context.wrap_socket(plain, server_side=True) as connection:
            while asked := request(connection):
                body = asked.split()[1]
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
                connection.sendall(body + b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n!")

    alone.setenv("AWS_CA_BUNDLE", str(company.saved(tmp_path / "ca.pem")))
    lanes = Lanes(Wire(connect=5.0, read=5.0))
    with listening(talk) as port:
        url = f"https://localhost:{port}"
        bodies = [lanes.send(Request("GET", f"{url}/{name}", {})).body for name in "abc"]
        lanes.close()
    assert bodies == [b"/a", b"/b", b"/c"]
