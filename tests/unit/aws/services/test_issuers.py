"""Fetching keys over real connections: public hosts only, with limits of time and size."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tokens import issuer, jwks
from vending.aws.services.issuers import DOCUMENT_BYTES, SECONDS, _addresses, _is_public, fetch
from vending.callers.issuer_keys import Fetched, IssuerSaysNo
from vending.errors import Unavailable, VendingError

DISCOVERY = "/.well-known/openid-configuration"

type Answer = Callable[[BaseHTTPRequestHandler], None]


def send(body: bytes, status: int = 200, **headers: str) -> Answer:
    """Send a response as most servers do."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


class Server:
    """An issuer on this machine with answers that the test sets."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.ended = threading.Event()
        self.answers: dict[str, Answer] = {"/keys": send(jwks())}
        self.discovers()

    def discovers(self, **members: object) -> None:
        """Serve a valid discovery document, except for these members."""
        usual: dict[str, object] = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        self.answers[DISCOVERY] = send(json.dumps(usual | members).encode())

    def fetch(self) -> Fetched:
        return fetch(issuer(self.url), allow_local=True)

    def reason(self) -> str:
        with pytest.raises((IssuerSaysNo, Unavailable)) as error:
            self.fetch()
        return error.value.reason

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            serving.asked.append((self.path, dict(self.headers)))
            with suppress(OSError):
                serving.answers.get(self.path, send(b"", 404))(self)

        def log_message(self, format: str, *values: object) -> None:  # noqa: A002 - its name
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        serving = Server(listening.server_address[1])
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield serving
        serving.ended.set()
        listening.shutdown()
        thread.join()


def refused(url: str, *, allow_local: bool = False) -> str:
    with pytest.raises((IssuerSaysNo, Unavailable)) as error:
        fetch(issuer(url), allow_local=allow_local)
    return error.value.reason


def test_the_keys_are_where_the_discovery_document_says(server: Server) -> None:
    assert server.fetch() == Fetched(jwks(), None)
    assert server.paths == [DISCOVERY, "/keys"]
    for _, headers in server.asked:
        assert headers.keys() == {"Host", "Accept-Encoding", "Accept", "User-Agent"}
        assert headers["Accept-Encoding"] == "identity"


def test_both_requests_name_their_sender(server: Server) -> None:
    """The common rules of AWS WAF answer 403 to a request without a User-Agent (NoUserAgent_HEADER)."""
    server.fetch()
    assert [headers["User-Agent"] for _, headers in server.asked] == ["s3vend", "s3vend"]


def test_an_issuer_with_a_path_is_asked_below_it(server: Server) -> None:
    url = f"{server.url}/realms/one"
    document = json.dumps({"issuer": url, "jwks_uri": f"{server.url}/keys"}).encode()
    server.answers[f"/realms/one{DISCOVERY}"] = send(document)
    assert fetch(issuer(url), allow_local=True).document == jwks()


def test_an_issuer_that_ends_in_a_slash_is_asked_without_and_named_with_it(
    server: Server,
) -> None:
    server.discovers(issuer=f"{server.url}/")
    assert fetch(issuer(f"{server.url}/"), allow_local=True).document == jwks()
    assert server.reason() == "DiscoveryOfAnotherIssuer"


@pytest.mark.parametrize(
    ("cache_control", "max_age"),
    [
        ("max-age=600", 600),
        ("public, max-age=3600, must-revalidate", 3600),
        ("public,max-age=3600,must-revalidate", 3600),
        ("Max-Age=60", 60),
        ("max-age=0", 0),
        ("no-store, max-age=0", 0),
        ("max-age=999999999", 999_999_999),
        ("max-age=9999999999", None),
        ("max-age=-1", None),
        ("max-age=1.5", None),
        ("max-age=", None),
        ("max-age", None),
        ("s-maxage=600", None),
        ("x-max-age=600", None),
        ("no-store", None),
        ("", None),
        ("max-age=٦٠", None),
    ],
)
def test_cache_control_says_how_long_keys_are_fresh(
    server: Server, cache_control: str, max_age: int | None
) -> None:
    encoded = cache_control.encode().decode("latin-1")
    server.answers["/keys"] = send(jwks(), Cache_Control=encoded)
    assert server.fetch().max_age == max_age


@pytest.mark.parametrize("place", [DISCOVERY, "/keys"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server: Server, place: str, status: int) -> None:
    server.answers["/elsewhere"] = send(jwks())
    server.answers[place] = send(b"", status, Location=f"{server.url}/elsewhere")
    assert server.reason() == f"IssuerAnswered{status}"
    assert "/elsewhere" not in server.paths


@pytest.mark.parametrize("place", [DISCOVERY, "/keys"])
@pytest.mark.parametrize("status", [201, 204, 206, 400, 401, 404, 429, 500, 503])
def test_an_error_is_no_answer(server: Server, place: str, status: int) -> None:
    server.answers[place] = send(b"" if status == 204 else jwks(), status)
    assert server.reason() == f"IssuerAnswered{status}"


@pytest.mark.invariant(12)
@pytest.mark.parametrize("place", [DISCOVERY, "/keys"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, IssuerSaysNo),
        (403, IssuerSaysNo),
        (404, IssuerSaysNo),
        (410, IssuerSaysNo),
        (408, Unavailable),
        (425, Unavailable),
        (429, Unavailable),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
def test_an_issuer_that_says_no_is_not_one_that_fails(
    server: Server, place: str, status: int, kind: type[VendingError]
) -> None:
    server.answers[place] = send(b"", status)
    with pytest.raises(kind):
        server.fetch()


@pytest.mark.invariant(12)
@pytest.mark.parametrize(
    ("document", "kind"),
    [(b'{"issuer": "https://evil.example.com"}', IssuerSaysNo), (b"<html>", Unavailable)],
)
def test_a_document_of_another_issuer_is_a_no_and_no_document_is_a_failure(
    server: Server, document: bytes, kind: type[VendingError]
) -> None:
    server.answers[DISCOVERY] = send(document)
    with pytest.raises(kind):
        server.fetch()


@pytest.mark.parametrize("place", [DISCOVERY, "/keys"])
def test_a_document_may_be_as_large_as_the_limit_and_no_larger(server: Server, place: str) -> None:
    members = json.loads(jwks()) | {"issuer": server.url, "jwks_uri": f"{server.url}/keys"}
    document = json.dumps(members).encode()
    server.answers[place] = send(document + b" " * (DOCUMENT_BYTES - len(document)))
    server.fetch()
    server.answers[place] = send(document + b" " * (DOCUMENT_BYTES - len(document) + 1))
    assert server.reason() == "IssuerAnswerTooLarge"


def test_a_document_without_an_end_is_cut_at_the_limit(server: Server) -> None:
    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(64 * 1024):
            request.wfile.write(b" " * 64 * 1024)

    server.answers["/keys"] = endless
    assert server.reason() == "IssuerAnswerTooLarge"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html></html>",
        b"[]",
        b"null",
        b'"https://login.example.com"',
        b"\xff",
        b"[" * 200_000,
        b"{}",
        b'{"issuer": null}',
    ],
)
def test_what_is_no_discovery_document_is_refused(server: Server, document: bytes) -> None:
    server.answers[DISCOVERY] = send(document)
    assert server.reason() == "DiscoveryOfAnotherIssuer"
    assert server.paths == [DISCOVERY]


@pytest.mark.parametrize(
    "change", ["{}/", "{} ", "https://evil.example.com", "{}/realms/one", "{}@evil.example.com", ""]
)
def test_the_document_of_another_issuer_is_refused(server: Server, change: str) -> None:
    server.discovers(issuer=change.format(server.url))
    assert server.reason() == "DiscoveryOfAnotherIssuer"
    assert server.paths == [DISCOVERY]


NOT_PUBLIC = [
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "ftp://login.example.com/keys",
    "data:application/json,{}",
    "gopher://login.example.com/keys",
    "javascript:alert(1)",
    "//login.example.com/keys",
    "/keys",
    "keys",
    "",
    "https://",
    "https:///keys",
    "http://login.example.com/keys",
    "HTTPS://login.example.com/keys",
    "https://127.0.0.1/keys",
    "https://10.0.0.1/keys",
    "https://169.254.169.254/latest/meta-data",
    "https://169.254.170.2/v2/credentials",
    "https://8.8.8.8/keys",
    "https://2130706433/keys",
    "https://0x7f000001/keys",
    "https://0x7f.0.0.1/keys",
    "https://0177.0.0.1/keys",
    "https://127.1/keys",
    "https://127.0.0.1./keys",
    "https://[::1]/keys",
    "https://[::ffff:127.0.0.1]/keys",
    "https://[fd00:ec2::254]/keys",
    "https://localhost/keys",
    "https://localhost./keys",
    "https://localhost:8443/keys",
    "https://LOCALHOST/keys",
    "https://login.localhost/keys",
    "https://metadata.google.internal/keys",
    "https://instance-data.ec2.internal/keys",
    "https://login.INTERNAL/keys",
    "https://printer.local/keys",
    "https://kubernetes.default.svc/openid/v1/jwks",
    "https://kubernetes/keys",
    "http://adfs.example.com/adfs/services/trust",
    "https://router.home.arpa/keys",
    "https://login.example.com:99999999/keys",
    "https://login.example.com:/keys",
    "https://login.example.com:443:443/keys",
    "https://user@login.example.com/keys",
    "https://login.example.com@127.0.0.1/keys",
    "https://login.example.com\\@127.0.0.1/keys",
    "https://127.0.0.1#login.example.com/keys",
    "https://login.example.com?keys",
    "https://login.example.com/a b",
    "https://login.example.com/a\r\nHost: evil.example.com",
    "https://login.example.com/keys\n",
    "https://login.exämple.com/keys",
    "https://login.example。com/keys",
    " https://login.example.com/keys",
]


@pytest.mark.parametrize("url", NOT_PUBLIC)
def test_keys_at_a_url_that_is_not_public_are_not_fetched(server: Server, url: str) -> None:
    server.discovers(jwks_uri=url)
    assert server.reason() == "IssuerNotPublic"
    assert server.paths == [DISCOVERY]


@pytest.mark.parametrize("value", [None, 1, True, ["https://login.example.com/keys"], {}])
def test_keys_at_no_url_at_all_are_not_fetched(server: Server, value: object) -> None:
    server.discovers(jwks_uri=value)
    assert server.reason() == "IssuerNotPublic"


@pytest.mark.parametrize("url", [url for url in NOT_PUBLIC if "\n" not in url])
def test_an_issuer_that_is_not_public_is_not_asked(url: str) -> None:
    assert refused(url) == "IssuerNotPublic"
    assert refused(url, allow_local=True) == "IssuerNotPublic"


def test_an_issuer_on_this_machine_is_asked_only_where_that_is_allowed(server: Server) -> None:
    assert refused(server.url) == "IssuerNotPublic"
    assert not server.asked
    for host in ("localhost", "127.0.0.2", "127.1", "[::1]", "0.0.0.0"):  # noqa: S104 - an address that is refused
        url = server.url.replace("127.0.0.1", host)
        assert refused(url, allow_local=True) == "IssuerNotPublic"
    assert not server.asked


def test_a_name_that_leads_to_a_private_address_is_not_asked() -> None:
    """Most machines resolve ``localhost.localdomain``; on others it has no address."""
    assert refused("https://localhost.localdomain") in ("IssuerNotPublic", "gaierror")


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "169.254.169.254"])
def test_a_name_is_connected_to_only_if_every_address_of_it_is_public(name: str) -> None:
    with pytest.raises((IssuerSaysNo, Unavailable)) as error:
        _addresses(name, 443, monotonic() + SECONDS, local=False)
    assert error.value.reason == "IssuerNotPublic"
    assert _addresses("127.0.0.1", 443, monotonic() + SECONDS, local=True) == ["127.0.0.1"]
    assert _addresses("8.8.8.8", 443, monotonic() + SECONDS, local=False) == ["8.8.8.8"]


@pytest.mark.parametrize("url", ["https://a..example.com", f"https://{'a' * 64}.example.com"])
def test_a_name_that_cannot_be_one_has_no_keys(url: str) -> None:
    assert refused(url) in ("UnicodeError", "UnicodeEncodeError", "gaierror")


def test_nobody_listens(server: Server) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server.discovers(jwks_uri=f"http://127.0.0.1:{free.getsockname()[1]}/keys")
        assert server.reason() == "ConnectionRefusedError"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 " + b"x" * 70_000,
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 101 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nshort",
    ],
)
def test_what_is_not_http_is_an_outage_and_nothing_else(server: Server, answer: bytes) -> None:
    def raw(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(answer)
        request.close_connection = True

    server.answers[DISCOVERY] = raw
    assert server.reason()


def drip(server: Server, request: BaseHTTPRequestHandler, part: bytes) -> None:
    """Send parts that each come in time, but together take too long."""
    for _ in range(20 * SECONDS):
        if server.ended.wait(0.1):
            return
        request.wfile.write(part)
        request.wfile.flush()


def test_slow_answers_are_cut_when_the_time_is_over(server: Server) -> None:
    def dripping_headers(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        drip(server, request, b"X-Slow: y\r\n")

    def dripping_body(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        drip(server, request, b" ")

    def seconds(path: str) -> float:
        started = monotonic()
        with pytest.raises((IssuerSaysNo, Unavailable)):
            fetch(issuer(f"{server.url}{path}"), allow_local=True)
        return monotonic() - started

    server.answers[f"/headers{DISCOVERY}"] = dripping_headers
    server.answers["/slow"] = dripping_body
    document = {"issuer": f"{server.url}/body", "jwks_uri": f"{server.url}/slow"}
    server.answers[f"/body{DISCOVERY}"] = send(json.dumps(document).encode())
    with ThreadPoolExecutor() as both:
        for took in both.map(seconds, ["/headers", "/body"]):
            assert SECONDS - 0.1 <= took < SECONDS + 1.5


# Which addresses are public

V4_REFUSED = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
    *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
]
V6_REFUSED = [
    *("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64"),
    *("2001::/32", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
]


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.255.255", "10.1.2.3", "172.31.255.255", "192.168.1.1"),
        *("169.254.169.254", "169.254.170.2", "100.64.0.1", "100.127.255.255", "224.0.0.1"),
        *("255.255.255.255", "198.18.0.1", "192.0.2.1", "240.0.0.1"),
        "0.0.0.0",  # noqa: S104 - an address that is refused
        *("::", "::1", "fd00:ec2::254", "fd00:ec2::23", "fe80::1", "fe80::1%eth0", "fec0::1"),
        *("ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8"),
        *("::127.0.0.1", "::ffff:0:127.0.0.1", "2002:7f00:1::", "2002:a9fe:a9fe::1"),
        *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "64:ff9b::169.254.169.254", "64:ff9b::7f00:1"),
        *("64:ff9b:1::a9fe:a9fe", "2001:db8::1", "100::1"),
    ],
)
def test_an_address_within_a_network_is_not_public(address: str) -> None:
    assert not _is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "52.94.236.248", "2001:4860:4860::8888", "2606:4700::1", "2a00:1450::1"],
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert _is_public(ip_address(address))


@given(st.sampled_from(V4_REFUSED), st.integers(0, 2**32 - 1))
def test_no_address_of_a_special_network_is_public(network: str, number: int) -> None:
    within = IPv4Network(network)
    address = IPv4Address(int(within.network_address) | number & int(within.hostmask))
    assert address in within
    assert not _is_public(address)


@given(st.sampled_from(V6_REFUSED), st.integers(0, 2**128 - 1))
def test_no_address_of_a_special_network_of_version_6_is_public(network: str, number: int) -> None:
    within = IPv6Network(network)
    address = IPv6Address(int(within.network_address) | number & int(within.hostmask))
    assert address in within
    assert not _is_public(address)


@given(st.ip_addresses(v=4), st.sampled_from(["::", "::ffff:0:0", "64:ff9b::", "::ffff:0:0:0"]))
def test_no_address_of_version_4_is_public_within_one_of_version_6(
    address: IPv4Address, before: str
) -> None:
    assert not _is_public(IPv6Address(int(IPv6Address(before)) | int(address)))
