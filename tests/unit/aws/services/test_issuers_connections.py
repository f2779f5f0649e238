"""Keys come from the addresses of a single lookup, and from the name in the certificate."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.support.tokens import issuer, jwks, rsa_key
from vending.aws.services import issuers
from vending.callers.issuer_keys import Fetched, IssuerSaysNo
from vending.errors import Unavailable

NAME = "login.example.com"

type Serve = Callable[[str], str]  # takes the name in the certificate; returns the issuer's URL
type Resolve = Callable[..., list[Any]]


def resolving(*addresses: str) -> Resolve:
    """A ``getaddrinfo`` that resolves these names."""
    return lambda _, port, **__: [(0, 0, 0, "", (one, port)) for one in addresses]


def reason(url: str) -> str:
    with pytest.raises((IssuerSaysNo, Unavailable)) as error:
        issuers.fetch(issuer(url), allow_local=False)
    return error.value.reason


def certificate(name: str) -> bytes:
    """A self-signed certificate, and its key."""
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(named, named, rsa_key().public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(rsa_key(), SHA256())
    )
    key = rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.PEM) + key


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """An issuer over TLS on this machine, with a name that resolves and a trusted certificate."""
    monkeypatch.setattr(issuers, "_addresses", lambda *_, **__: ["127.0.0.1"])
    file = tmp_path / "certificate.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with ExitStack() as stack:

        def started(name: str) -> str:
            file.write_bytes(certificate(name))

            class Handler(BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    document = {"issuer": url, "jwks_uri": f"{url}/keys"}
                    body = jwks() if self.path == "/keys" else json.dumps(document).encode()
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

                def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - its name
                    """Log nothing."""

            class Server(ThreadingHTTPServer):
                def handle_error(self, *_: object) -> None:
                    """Ignore clients that disconnect during the handshake."""

            server = stack.enter_context(Server(("127.0.0.1", 0), Handler))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(file)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            url = f"https://{NAME}:{server.server_address[1]}"
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return url

        yield started


def test_keys_come_over_tls_from_where_the_name_was_found_to_lead(serve: Serve) -> None:
    """The name is looked up once: only ``_addresses`` resolves it to this machine."""
    url = serve(NAME)
    assert issuers.fetch(issuer(url), allow_local=False) == Fetched(jwks(), None)


def test_a_certificate_for_another_name_is_no_proof(serve: Serve) -> None:
    assert reason(serve("other.example.com")) == "SSLCertVerificationError"
    assert reason(serve("127.0.0.1")) == "SSLCertVerificationError"


def test_a_certificate_that_nobody_vouches_for_is_no_proof(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = serve(NAME)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    assert reason(url) == "SSLCertVerificationError"


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
        ["127.0.0.1", "8.8.8.8"],
        ["8.8.8.8", "2606:4700::1", "::ffff:169.254.169.254"],
        [],
    ],
)
def test_one_private_address_is_enough_to_refuse_a_name(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving(*addresses))
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("connected"))
    assert reason(f"https://{NAME}") == "IssuerNotPublic"


def test_a_lookup_that_takes_long_is_cut_like_all_else(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ended.wait(20))
    monkeypatch.setattr(issuers, "SECONDS", 0.2)
    started = monotonic()
    try:
        assert reason(f"https://{NAME}") == "TimeoutError"
        assert monotonic() - started < 2
    finally:
        ended.set()


def test_a_connection_that_is_not_answered_is_cut_too() -> None:
    with socket.socket() as listening, ExitStack() as stack:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):  # fills the backlog, so that the next connection gets no answer
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            with suppress(BlockingIOError):
                waiting.connect(listening.getsockname())
        started = monotonic()
        with pytest.raises(TimeoutError):
            issuers._connect(["127.0.0.1"], listening.getsockname()[1], started + 0.3)  # noqa: SLF001 - no other way in
        assert monotonic() - started < 2
