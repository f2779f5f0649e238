"""HTTP requests over pooled connections, with botocore's proxy and CA settings, no redirects."""

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
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    ProxyError,
    ProxySchemeUnknown,
    SSLError,
)
from urllib3.util import Timeout, parse_url

from s3vend.errors import SettingsError, Unreachable
from s3vend.http.address import is_plain_loopback

CONNECTIONS = 32  # kept open to one host
BLOCK = 256 * 1024  # bytes sent or read at a time
Body = bytes | Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def origin(url: str) -> str:
    """Return scheme, host and port of the URL; its path and query may contain secrets."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}"


class Wire:
    """Sends HTTP requests; thread-safe. Timeouts are in seconds."""

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
        """Send one request, once, and read the whole answer.

        ``seconds`` replaces both timeouts, for connecting and for reading. ``direct`` bypasses
        proxies.

        Raises:
            Unreachable: no answer, or only a part of one.
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
        """The same, but the caller reads the body and calls `release_conn`."""
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
        """Close all connections."""
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
    """Turns errors of urllib3 into `Unreachable`, since their messages contain whole URLs."""

    def __init__(self, url: str) -> None:
        self._origin = origin(url)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, (HTTPError, OSError)):
            return
        raise Unreachable(f"{self._origin} {_reason(error)}") from None


def _reason(error: BaseException) -> str:
    if isinstance(error, (ProxyError, ProxySchemeUnknown)):
        return "cannot be reached through the proxy; check HTTPS_PROXY and NO_PROXY"
    if isinstance(error, SSLError):
        return "has no trusted certificate; check AWS_CA_BUNDLE and this machine's clock"
    if isinstance(error, ConnectTimeoutError):
        return "did not accept a connection in time; check the address, network and firewall"
    return (
        f"cannot be reached, or closed the connection ({type(error).__name__}); "
        "check the address and network"
    )


def lower_names(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers with their names in lower case."""
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
    """Return a context that trusts the CA bundle that botocore would use, else the system's.

    The order: AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, certifi's bundle, botocore's own bundle.
    """
    bundle = os.environ.get("AWS_CA_BUNDLE") or os.environ.get("REQUESTS_CA_BUNDLE")
    if bundle is None:
        return ssl.create_default_context(cafile=next(_bundles(), None))
    path = Path(bundle)
    try:
        if path.is_dir():
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except OSError:
        raise SettingsError(
            f"{bundle} is not a readable CA bundle; check AWS_CA_BUNDLE or REQUESTS_CA_BUNDLE"
        ) from None


def _bundles() -> Iterator[Path]:
    for package in ("certifi", "botocore"):
        with suppress(ValueError, ImportError):
            spec = importlib.util.find_spec(package)
            if spec is not None and spec.origin:
                path = Path(spec.origin).with_name("cacert.pem")
                if path.exists():
                    yield path
