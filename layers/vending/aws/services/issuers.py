"""Fetches an issuer's keys over HTTPS, from public hosts only, with limits of time and size.

https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
"""

import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from time import monotonic

from vending.aws.services.client import is_refusal
from vending.aws.services.deadline import seconds_left
from vending.aws.services.measuring import METER
from vending.callers.issuer import Issuer
from vending.callers.issuer_keys import Fetched, IssuerSaysNo
from vending.callers.issuer_url import is_local, is_public_name
from vending.errors import Unavailable

SECONDS = 5  # for both requests together, including DNS lookups
DOCUMENT_BYTES = 512 * 1024
# Firewalls, such as AWS WAF with its common rules, answer 403 to a request without a User-Agent.
HEADERS = {"Accept": "application/json", "User-Agent": "s3vend"}

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?(?P<target>/[!-~]*)?"
)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=([0-9]{1,9})(?:$|[\s,])", re.IGNORECASE)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_WRAPPING = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))  # 6to4, Teredo: contain IPv4


@METER.timed("keys")
def fetch(issuer: Issuer, *, allow_local: bool) -> Fetched:
    """Fetch the JWKS that the issuer's discovery document names.

    Raises:
        IssuerSaysNo: the issuer says no or redirects, is not public, or speaks for another one.
        Unavailable: a request failed, or the answer does not follow the specification.
    """
    deadline = monotonic() + seconds_left(SECONDS)
    url = f"{issuer.url.removesuffix('/')}/.well-known/openid-configuration"
    discovered = _get(url, deadline, allow_local=allow_local)
    try:
        members = json.loads(discovered.document)
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        raise Unavailable("DiscoveryOfAnotherIssuer")
    if members.get("issuer") != issuer.url:
        raise IssuerSaysNo("DiscoveryOfAnotherIssuer")
    return _get(str(members.get("jwks_uri")), deadline, allow_local=allow_local)


def _get(url: str, deadline: float, *, allow_local: bool) -> Fetched:
    match = _URL.fullmatch(url)
    local = allow_local and is_local(url)
    if not match or not (local or (match["scheme"] == "https" and is_public_name(match["host"]))):
        raise IssuerSaysNo("IssuerNotPublic")
    host, port = match["host"], int(match["port"] or 443)
    if port > 65535:
        raise IssuerSaysNo("IssuerNotPublic")
    try:
        addresses = _addresses(host, port, deadline, local=local)
        with _connected(addresses, host, port, deadline, secure=not local) as connection:
            connection.request("GET", match["target"] or "/", headers=HEADERS)
            with connection.getresponse() as response:
                fetched = _read(response)
    except (OSError, HTTPException, ValueError) as error:
        raise Unavailable(type(error).__name__) from error
    if monotonic() >= deadline:
        raise Unavailable("IssuerTooSlow")
    return fetched


def _addresses(host: str, port: int, deadline: float, *, local: bool) -> list[str]:
    """The host's addresses, looked up once: a second lookup could give other addresses."""
    thread = ThreadPoolExecutor(1)  # getaddrinfo has no timeout; a slow one is abandoned
    try:
        lookup = thread.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = lookup.result(max(0, deadline - monotonic()))
    finally:
        thread.shutdown(wait=False)
    addresses = [str(address[0]) for *_, address in found]
    if not addresses or not (local or all(map(_is_public, map(ip_address, addresses)))):
        raise IssuerSaysNo("IssuerNotPublic")
    return addresses


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        within = [network for network in _WRAPPING if address in network]
        return address in _GLOBAL_UNICAST and address.is_global and not within
    return address.is_global and not address.is_multicast


@contextmanager
def _connected(
    addresses: Sequence[str], host: str, port: int, deadline: float, *, secure: bool
) -> Iterator[HTTPConnection]:
    """A connection that is shut down at the deadline, however slowly the other side answers."""
    connection = HTTPConnection(host, port)
    connection.default_port = 443 if secure else 80  # or the Host header would contain it
    sock = _connect(addresses, port, deadline)
    if secure:
        context = ssl.create_default_context()
        sock = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    timer = threading.Timer(deadline - monotonic(), _cut, [sock])
    timer.daemon = True
    timer.start()
    try:
        if isinstance(sock, ssl.SSLSocket):
            sock.do_handshake()
        connection.sock = sock
        yield connection
    finally:
        timer.cancel()
        connection.close()
        sock.close()


def _connect(addresses: Sequence[str], port: int, deadline: float) -> socket.socket:
    failed: OSError = TimeoutError()
    for address in addresses:
        if (left := deadline - monotonic()) > 0:
            try:
                return socket.create_connection((address, port), left)
            except OSError as error:
                failed = error
    raise failed


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not SSLSocket's method, which waits


def _read(response: HTTPResponse) -> Fetched:
    if response.status != 200:  # redirects are not followed: they could lead anywhere
        code = f"IssuerAnswered{response.status}"
        raise IssuerSaysNo(code) if is_refusal(response.status, code) else Unavailable(code)
    document = response.read(DOCUMENT_BYTES + 1)
    if len(document) > DOCUMENT_BYTES:
        raise Unavailable("IssuerAnswerTooLarge")
    age = _MAX_AGE.search(response.headers.get("Cache-Control", ""))
    return Fetched(document, int(age[1]) if age else None)
