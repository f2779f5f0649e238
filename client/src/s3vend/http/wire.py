"""HTTP for everything: one connection pool, botocore's proxies and CA, no redirects."""

import importlib.util
import os
import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, ProxyError, SSLError
from urllib3.util import Timeout, parse_url

from s3vend.errors import SettingsError, Unreachable
from s3vend.http.address import is_plain_loopback

CONNECTIONS = 32  # to one host, kept
BLOCK = 256 * 1024  # bytes that are sent or read at once
Body = bytes | Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def origin(url: str) -> str:
    """The address without what is secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}"


class Wire:
    """Sends requests one at a time or from many threads."""

    def __init__(self, *, connect: float = 5.0, read: float = 60.0) -> None:
        self._timeout = Timeout(connect=connect, read=read)
        self._pools: dict[str | None, urllib3.PoolManager] = {}
        self._lock = threading.Lock()

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
        *,
        seconds: float | None = None,
        direct: bool = False,
    ) -> Answer:
        """One try, read to its end; ``seconds`` for connecting and for each wait, each.

        Raises:
            Unreachable: no answer, or not all of it.
        """
        response = self.open(method, url, headers, body, seconds=seconds, direct=direct)
        try:
            with TranslateErrors(url):
                content = response.read(decode_content=True)
        finally:
            response.release_conn()
        return Answer(response.status, lower_names(response.headers), content)

    def open(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
        *,
        seconds: float | None = None,
        direct: bool = False,
    ) -> "urllib3.BaseHTTPResponse":
        """The same with the body still to be read, and `release_conn` to be called."""
        timeout = self._timeout if seconds is None else Timeout(connect=seconds, read=seconds)
        with TranslateErrors(url):
            return self._pool(url, direct=direct).urlopen(
                method,
                url,
                headers=dict(headers or {}),
                body=body,
                retries=False,
                redirect=False,
                timeout=timeout,
                preload_content=False,
            )

    def close(self) -> None:
        """Close what is kept."""
        with self._lock:
            for pool in self._pools.values():
                pool.clear()

    def _pool(self, url: str, *, direct: bool) -> urllib3.PoolManager:
        proxy = None if direct or is_plain_loopback(url) else _proxy(url)
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = _manager(proxy)
            return self._pools[proxy]


class TranslateErrors:
    """Turns what urllib3 raises into Unreachable; its own messages have whole URLs in them."""

    def __init__(self, url: str) -> None:
        self._place = origin(url)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, (HTTPError, OSError)):
            return
        raise Unreachable(f"{self._place} {_reason(error)}") from None


def _reason(error: BaseException) -> str:
    if isinstance(error, ProxyError):
        return "could not be reached through the proxy: see HTTPS_PROXY and NO_PROXY"
    if isinstance(error, SSLError):
        return "has no certificate that is trusted here: see AWS_CA_BUNDLE, and the clock"
    if isinstance(error, ConnectTimeoutError):
        return "did not take a connection in time: see address, network and firewall"
    return f"could not be reached, or broke off ({type(error).__name__}): see address and network"


def lower_names(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers by their names in lower case."""
    return {name.lower(): value for name, value in headers.items()}


def _proxy(url: str) -> str | None:
    parts = urlsplit(url)
    if not parts.hostname or proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all") or None


def _manager(proxy: str | None) -> urllib3.PoolManager:
    trust = _trust()
    if proxy is None:
        return urllib3.PoolManager(num_pools=8, maxsize=CONNECTIONS, ssl_context=trust)
    address = parse_url(proxy if "://" in proxy else f"http://{proxy}")
    headers = urllib3.make_headers(proxy_basic_auth=address.auth) if address.auth else {}
    bare = address._replace(auth=None).url
    return urllib3.ProxyManager(
        bare, proxy_headers=headers, num_pools=8, maxsize=CONNECTIONS, ssl_context=trust
    )


def _trust() -> ssl.SSLContext:
    """As botocore: AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, certifi's, its own; else the system's."""
    named = os.environ.get("AWS_CA_BUNDLE") or os.environ.get("REQUESTS_CA_BUNDLE")
    if named is None:
        return ssl.create_default_context(cafile=next(_bundles(), None))
    path = Path(named)
    try:
        if path.is_dir():
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except OSError:
        raise SettingsError(f"{named} is no bundle of certificates (AWS_CA_BUNDLE)") from None


def _bundles() -> Iterator[Path]:
    for package in ("certifi", "botocore"):
        with suppress(ValueError, ImportError):
            found = importlib.util.find_spec(package)
            if found is not None and found.origin:
                path = Path(found.origin).with_name("cacert.pem")
                if path.exists():
                    yield path
