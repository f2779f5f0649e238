"""HTTP requests over pooled connections, with botocore's proxy and CA settings, no redirects."""

import os
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from s3vend.errors import Unreachable
from s3vend.http.failures import NO_HINTS, Hints, describe
from s3vend.http.proxies import Proxies, Proxy
from s3vend.http.reasons import HandshakeFailed
from s3vend.http.trust import trust

CONNECTIONS = 32  # kept open to one host
BLOCK = 256 * 1024  # bytes sent or read at a time
Body = bytes | Iterable[bytes]


class Answer(NamedTuple):
    """An HTTP answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"<answer {self.status}>"  # the rest may contain secrets


def origin(url: str) -> str:
    """Return scheme, host and port of the URL; its path and query may contain secrets."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


class Wire:
    """Sends HTTP requests; thread-safe. Timeouts are in seconds."""

    def __init__(
        self,
        *,
        connect: float = 5.0,
        read: float = 60.0,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self.connects, self.reads = connect, read
        self._timeout = Timeout(connect=connect, read=read)
        self.trust, self._proxies = trust(environment), Proxies(environment)
        self._hints = Hints(
            self._proxies.left_aside(), f"The CAs that are trusted here: {self.trust}."
        )
        self._pools: dict[tuple[Proxy | None, bool], urllib3.PoolManager] = {}
        self._lock = threading.Lock()
        self.context = lru_cache(self.trust.context)  # which reads all CAs, and is made once

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
            SettingsError: a proxy or a CA bundle that the environment names cannot be used.
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
        proxy = None if direct else self._proxies.proxy(url)
        with TranslateErrors(url, proxy, self._hints):
            return self._pool(proxy, url).urlopen(
                method,
                url,
                headers=dict(headers or {}),
                body=body,
                retries=False,
                redirect=False,
                timeout=timeout,
                preload_content=False,
            )

    def is_direct(self, url: str) -> bool:
        """Whether no proxy stands between."""
        return self._proxies.proxy(url) is None

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for pool in self._pools.values():
                pool.clear()

    def _pool(self, proxy: Proxy | None, url: str) -> urllib3.PoolManager:
        is_plain = proxy is None and url.startswith("http://")  # to this machine, without TLS
        with self._lock:
            if (proxy, is_plain) not in self._pools:
                context = None if is_plain else self.context()
                self._pools[proxy, is_plain] = _manager(proxy, context)
            return self._pools[proxy, is_plain]


class TranslateErrors:
    """Turns errors of urllib3 into `Unreachable`, since their messages contain whole URLs."""

    def __init__(self, url: str, proxy: Proxy | None = None, hints: Hints = NO_HINTS) -> None:
        self._url, self._proxy, self._hints = url, proxy, hints

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (HTTPError, OSError)):
            reason = describe(error, origin(self._url), self._proxy, self._hints)
            raise Unreachable(*reason) from None


def lower_names(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers with their names in lower case."""
    return {name.lower(): value for name, value in headers.items()}


_BROKEN = (ConnectionError, TimeoutError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


class Connection(HTTPSConnection):
    """A connection with TLS."""

    def connect(self) -> None:
        """Connect, and tell a connection that breaks meanwhile from one that breaks later."""
        try:
            super().connect()
        except _BROKEN as error:
            raise HandshakeFailed from error


class _Pool(HTTPSConnectionPool):
    ConnectionCls = Connection


def _manager(proxy: Proxy | None, context: ssl.SSLContext | None) -> urllib3.PoolManager:
    shared: Any = {"num_pools": 8, "maxsize": CONNECTIONS, "ssl_context": context}
    if proxy is None:
        manager = urllib3.PoolManager(**shared)
    elif proxy.is_socks:
        from urllib3.contrib.socks import SOCKSProxyManager  # needs PySocks

        return SOCKSProxyManager(proxy.url, proxy.user, proxy.password, **shared)
    else:
        shared |= {"proxy_headers": _authorization(proxy), "proxy_ssl_context": context}
        manager = urllib3.ProxyManager(proxy.url, **shared)
    manager.pool_classes_by_scheme = {"http": HTTPConnectionPool, "https": _Pool}
    return manager


def _authorization(proxy: Proxy) -> dict[str, str]:
    if proxy.user is None:
        return {}
    text = f"{proxy.user}:{proxy.password or ''}".encode()
    return {"Proxy-Authorization": f"Basic {b64encode(text).decode()}"}
