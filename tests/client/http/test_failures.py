"""Each way in which no answer comes is told as what it is, and tried as often as it can pass."""

import errno
import os
import socket
import ssl
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
)

import s3vend
from s3vend.http.failures import Hints, describe
from s3vend.http.reasons import MANY, ONCE, SOME, TWICE
from s3vend.http.wire import Wire
from tests.client.certificates import authority, issued
from tests.client.listening import (
    Talk,
    blurts,
    closes,
    listening,
    resets,
    says,
    secure,
    silent,
    socks,
    tunnels,
)

HTML = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
SHORT = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{}"


def refusal(
    url: str, environment: Mapping[str, str] = os.environ, seconds: float = 5.0
) -> s3vend.Unreachable:
    """How a request fails."""
    wire = Wire(environment=environment)
    with pytest.raises(s3vend.Unreachable) as refused:
        wire.send("GET", f"{url}/path?X-Amz-Signature=abcdef", seconds=seconds)
    wire.close()
    assert "abcdef" not in f"{refused.value}{refused.value!r}"
    assert str(refused.value).startswith(url)
    return refused.value


@pytest.mark.parametrize(
    ("talk", "scheme", "says", "tries"),
    [
        (blurts(HTML), "https", "does not speak TLS .OpenSSL: .*Check the port", ONCE),
        (resets, "https", "broke it off while TLS was set up.*firewall", SOME),
        (closes, "https", "broke it off while TLS was set up.*firewall", SOME),
        (resets, "http", "closed the connection", MANY),
        (closes, "http", "closed the connection without an answer", MANY),
        (says(SHORT), "http", "closed the connection", MANY),
        (says(b"SSH-2.0-OpenSSH_9.2\r\n"), "http", "closed the connection, or sent", MANY),
    ],
)
def test_a_server_that_does_not_answer_is_told_as_what_it_does(
    talk: Talk, scheme: str, says: str, tries: int
) -> None:
    with listening(talk) as port:
        error = refusal(f"{scheme}://127.0.0.1:{port}")
    with pytest.raises(s3vend.Unreachable, match=says):
        raise error
    assert error.most_tries == tries


@pytest.mark.parametrize(
    ("scheme", "says"),
    [("http", "did not answer in time"), ("https", "fell silent while TLS was set up")],
)
def test_silence_after_the_connection_is_not_a_connection_that_failed(
    scheme: str, says: str
) -> None:
    until = threading.Event()
    with listening(silent(until)) as port:
        error = refusal(f"{scheme}://127.0.0.1:{port}", seconds=0.2)
        until.set()
    assert says in str(error)


def test_nothing_that_listens_is_a_refused_connection() -> None:
    error = refusal("http://127.0.0.1:9")
    assert "refuses connections" in str(error)
    assert error.most_tries == TWICE


def wrapped(error: Exception) -> HTTPError:
    """As urllib3 raises it: the error of the system is the cause."""
    outer = HTTPError("https://vend.example.com/secret")
    outer.__cause__ = error
    return outer


def test_a_host_that_dns_does_not_know_is_tried_once() -> None:
    for code in (socket.EAI_NONAME,):
        text, tries = describe(wrapped(socket.gaierror(code, "not known")), "https://vend.x")
        assert "https://vend.x is unknown: DNS has no such host (not known)" in text
        assert tries == ONCE


@pytest.mark.parametrize(
    ("error", "says", "tries"),
    [
        (socket.gaierror(socket.EAI_AGAIN, "temporary"), "DNS does not answer (temporary)", SOME),
        (socket.gaierror(socket.EAI_FAIL, "failure"), "DNS does not answer (failure)", SOME),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "(Network is unreachable)", SOME),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "(No route to host)", SOME),
        (PermissionError(errno.EACCES, "x"), "this machine forbids it", ONCE),
        (OSError(errno.EMFILE, "x"), "too many files are open", ONCE),
        (TimeoutError("timed out"), "did not accept a connection in time", MANY),
        (ssl.SSLError(1, "[SSL: TLSV1_ALERT_PROTOCOL_VERSION] x"), "closed the connection", MANY),
    ],
)
def test_an_error_of_the_system_is_named_with_its_reason(
    error: Exception, says: str, tries: int
) -> None:
    text, most = describe(wrapped(error), "https://vend.example.com")
    assert says in text
    assert "secret" not in text
    assert most == tries


@pytest.mark.parametrize(
    ("reason", "says", "tries"),
    [
        ("TLSV1_ALERT_PROTOCOL_VERSION", "no version of TLS that is accepted here", ONCE),
        ("UNSUPPORTED_PROTOCOL", "no version of TLS that is accepted here", ONCE),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "(OpenSSL: tlsv13 alert certificate re", ONCE),
        ("DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "cannot agree on TLS", MANY),
    ],
)
def test_openssl_s_reason_is_told(reason: str, says: str, tries: int) -> None:
    error = ssl.SSLError(1, "x")
    error.reason = reason
    text, most = describe(wrapped(error), "https://vend.example.com")
    assert says in text
    assert most == tries


@pytest.mark.parametrize(
    ("answer", "user", "says", "tries"),
    [
        ("407 Proxy Authentication Required", "", "asks for a user name and a password", ONCE),
        ("407 Denied", "us:hunter2@", "does not accept the user name and password", ONCE),
        ("403 Forbidden", "us:hunter2@", "does not allow connections to this host", ONCE),
        ("502 Bad Gateway", "", "cannot reach it either (502 Bad Gateway)", SOME),
        ("504 Gateway Timeout", "", "cannot reach it either", SOME),
    ],
)
def test_a_proxy_that_refuses_is_named_with_its_answer_and_without_its_password(
    answer: str, user: str, says: str, tries: int
) -> None:
    with listening(says_tunnel(answer)) as port:
        environment = {"HTTPS_PROXY": f"http://{user}127.0.0.1:{port}"}
        error = refusal("https://vend.example.com", environment)
    text = str(error)
    assert f"the proxy http://127.0.0.1:{port} (HTTPS_PROXY) {says}" in text
    assert answer in text
    assert "hunter2" not in text
    assert error.most_tries == tries


def says_tunnel(answer: str) -> Talk:
    return says(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n".encode())


@pytest.mark.parametrize("scheme", ["http", "https", "socks5h"])
def test_a_proxy_that_is_not_there_is_the_one_that_refuses(scheme: str) -> None:
    environment = {"HTTPS_PROXY": f"{scheme}://us:hunter2@127.0.0.1:9"}
    error = refusal("https://vend.example.com", environment)
    assert f"the proxy {scheme}://127.0.0.1:9 (HTTPS_PROXY) refuses connections" in str(error)
    assert "hunter2" not in str(error)
    assert error.most_tries == TWICE


def test_a_proxy_that_speaks_no_tls_is_the_one_that_does_not() -> None:
    with listening(blurts(HTML)) as port:
        environment = {"HTTPS_PROXY": f"https://127.0.0.1:{port}"}
        error = refusal("https://vend.example.com", environment)
    assert f"the proxy https://127.0.0.1:{port} (HTTPS_PROXY) does not speak TLS" in str(error)


def test_a_socks_proxy_says_why_it_does_not_connect() -> None:
    with listening(socks([], reply=5)) as port:
        environment = {"ALL_PROXY": f"socks5h://127.0.0.1:{port}"}
        error = refusal("https://vend.example.com", environment)
    assert "(ALL_PROXY) cannot be connected to" in str(error)
    assert "Connection refused" in str(error)


def test_a_certificate_behind_a_proxy_is_the_host_s(tmp_path: Path) -> None:
    server = issued(authority(), ["vend.example.com"]).server(tmp_path / "key.pem")
    with listening(secure(server)) as port, listening(tunnels([])) as proxy:
        environment = {"HTTPS_PROXY": f"http://127.0.0.1:{proxy}"}
        error = refusal(f"https://vend.example.com:{port}", environment)
    assert "through the proxy" in str(error)
    assert "has a certificate of a CA that is not trusted here" in str(error)


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (NewConnectionError(None, "x"), "ALL_PROXY"),  # type: ignore[arg-type]
        (ConnectTimeoutError("x"), "ALL_PROXY"),
        (ReadTimeoutError(None, "/", "x"), ""),  # type: ignore[arg-type]
        (OSError(errno.ECONNRESET, "x"), ""),
    ],
)
def test_a_proxy_that_is_left_aside_is_named_where_no_connection_was_made(
    error: Exception, named: str
) -> None:
    hints = Hints("ALL_PROXY is not used.", "The CAs are these.")
    text, _ = describe(wrapped(error), "https://vend.example.com", hints=hints)
    assert ("ALL_PROXY" in text) == bool(named)
    assert "CAs" not in text
