"""A proxy before the local cloud, in which credentials live for seconds.

It stands between the client and everything: the service, whose answers it changes in one place,
the expiration, and S3, where it refuses a key that has ended by then, as S3 would. The functions
and their limits stay as they are.
"""

import json
import re
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

API = "/restapis/"
ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "date", "server"}
ENDED = (
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>ExpiredToken</Code>'
    "<Message>The provided token has expired.</Message><RequestId>1</RequestId></Error>"
)
_XML = re.compile(r"<Expiration>([^<]+)</Expiration>")
_XML_KEY = re.compile(r"<AccessKeyId>([^<]+)</AccessKeyId>")
_KEY = re.compile(r"Credential=([A-Z0-9]+)[/%]")


@dataclass
class Between:
    """The proxy at work: what it has seen, and what it is told to do."""

    url: str = ""
    secure_url: str = ""  # some clients ask STS over TLS alone
    certificate: Path = Path()
    life: float = 3600.0  # seconds that credentials live
    pause: float = 0.0  # seconds before S3 is asked, to make a short program long
    ends: dict[str, float] = field(default_factory=dict)  # by access key: monotonic seconds
    used: set[str] = field(default_factory=set)  # access keys that S3 has answered
    vends: list[int] = field(default_factory=list)  # statuses of the service's answers
    refused: list[str] = field(default_factory=list)  # keys that had ended
    lock: threading.Lock = field(default_factory=threading.Lock)

    def certify(self, directory: Path) -> Path:
        """A certificate for this address, with its key, which is its own authority."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=1))
            .not_valid_after(now + timedelta(hours=6))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
                critical=False,
            )
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(key, hashes.SHA256())
        )
        self.certificate = directory / "certificate.pem"
        self.certificate.write_bytes(made.public_bytes(Encoding.PEM))
        both = directory / "both.pem"
        both.write_bytes(
            self.certificate.read_bytes()
            + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        return both

    def begin(self, life: float, pause: float = 0.0) -> None:
        """Forget what was seen."""
        with self.lock:
            self.life, self.pause = life, pause
            for seen in (self.used, self.vends, self.refused):
                seen.clear()

    def shortened(self, status: int, body: bytes) -> bytes:
        """An answer of the service, with another expiration, which holds from now on."""
        text = body.decode()
        ends = datetime.fromtimestamp(time.time() + self.life, UTC)
        iso = ends.isoformat(timespec="seconds").replace("+00:00", "Z")
        with self.lock:
            self.vends.append(status)
        if key := _XML_KEY.search(text):
            self._keep(key[1], ends)
            return _XML.sub(f"<Expiration>{iso}</Expiration>", text).encode()
        told = json.loads(text) if status == 200 and text.startswith("{") else {}
        if "AccessKeyId" in told:
            self._keep(told["AccessKeyId"], ends)
            return json.dumps(told | {"Expiration": iso}).encode()
        if vended := told.get("credentials"):
            self._keep(vended["accessKeyId"], ends)
            shorter = {"credentials": vended | {"expiration": iso}}
            return json.dumps(told | shorter).encode()
        return body

    def _keep(self, key: str, ends: datetime) -> None:
        with self.lock:
            self.ends[key] = time.monotonic() + int(ends.timestamp()) - time.time()

    def admits(self, key: str) -> bool:
        """Whether S3 still takes this key."""
        with self.lock:
            if self.ends.get(key, float("inf")) > time.monotonic():
                self.used.add(key)
                return True
            self.refused.append(key)
            return False


class Handler(BaseHTTPRequestHandler):
    """One request to the cloud; the class that serves has the proxy and the cloud's address."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    between: Between
    host: str
    port: int

    def pass_on(self) -> None:
        """To the service or to S3, and back."""
        body = self._body()
        is_api = self.path.startswith(API)
        key = _KEY.search(self.headers.get("Authorization", "") + self.path)
        if not is_api and key and not self.between.admits(key[1]):
            self._tell(400, [("Content-Type", "application/xml")], ENDED.encode())
            return
        time.sleep(0 if is_api else self.between.pause)
        connection = HTTPConnection(self.host, self.port, timeout=60)
        try:
            answer = self._ask(connection, body)
            found = answer.read()
            if is_api:
                found = self.between.shortened(answer.status, found)
            with suppress(ConnectionError):  # a client that has not waited
                self._tell(answer.status, answer.getheaders(), found)
        finally:
            connection.close()

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = pass_on  # noqa: N815 - the library's names

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _ask(self, connection: HTTPConnection, body: bytes) -> HTTPResponse:
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in {*ONE_HOP, "expect", "content-length"}:
                connection.putheader(name, value)  # Host too: it is signed
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        return connection.getresponse()

    def _tell(self, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        length = str(len(body))
        for name, value in headers:
            if name.lower() == "content-length":
                length = value if self.command == "HEAD" else length
            elif name.lower() not in ONE_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", length if self.command == "HEAD" else str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def standing(cloud: str, directory: Path) -> Iterator[Between]:
    """The proxy before this cloud, while the block runs; with TLS on a second port."""
    between = Between()
    there = urlsplit(cloud)
    members = {"between": between, "host": there.hostname, "port": there.port}
    handler = type("Here", (Handler,), members)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(between.certify(directory))
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), handler) as plain,
        ThreadingHTTPServer(("127.0.0.1", 0), handler) as secure,
    ):
        secure.socket = context.wrap_socket(secure.socket, server_side=True)
        between.url = f"http://127.0.0.1:{plain.server_port}"
        between.secure_url = f"https://127.0.0.1:{secure.server_port}"
        threads = [
            threading.Thread(target=one.serve_forever, args=(0.05,)) for one in (plain, secure)
        ]
        for one in (plain, secure):
            one.daemon_threads = True
        for thread in threads:
            thread.start()
        try:
            yield between
        finally:
            for one in (plain, secure):
                one.shutdown()
            for thread in threads:
                thread.join()
