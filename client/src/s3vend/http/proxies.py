"""The proxy that the environment names for an address, as botocore reads it, and CIDR besides."""

import importlib.util
import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from s3vend.errors import SettingsError
from s3vend.http.address import is_plain_loopback

SOCKS = ("socks4", "socks4a", "socks5", "socks5h")
PORTS = {"http": 80, "https": 443}
SYSTEM = "the system's proxy settings"


def _of_system() -> Mapping[str, str]:
    from urllib.request import getproxies

    return getproxies()


def _bypassed_by_system(host: str) -> object:
    from urllib.request import proxy_bypass

    return proxy_bypass(host)


class Proxy(NamedTuple):
    """A proxy. ``url`` has no user name and no password; ``source`` is the variable's name."""

    url: str
    source: str
    user: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"<proxy {self.url} of {self.source}>"

    @property
    def is_socks(self) -> bool:
        """Whether it is a SOCKS proxy, for which urllib3 needs PySocks."""
        return self.url.partition(":")[0] in SOCKS


class Proxies:
    """Chooses the proxy for an address. On macOS and Windows the system's settings count too."""

    def __init__(
        self,
        environment: Mapping[str, str],
        of_system: Callable[[], Mapping[str, str]] = _of_system,
        bypassed_by_system: Callable[[str], object] = _bypassed_by_system,
        has_socks: Callable[[], bool] = lambda: importlib.util.find_spec("socks") is not None,
    ) -> None:
        self.environment, self.has_socks = environment, has_socks
        self.of_system, self.bypassed_by_system = of_system, bypassed_by_system

    def proxy(self, url: str) -> Proxy | None:
        """Return the proxy for this address; None without one.

        ALL_PROXY counts where no other does; a SOCKS proxy in it only with the extra `socks`, so
        that programs without it go on as they do with botocore, which ignores ALL_PROXY.

        Raises:
            SettingsError: the variable does not name a proxy that can be used.
        """
        parts = urlsplit(url)
        if not parts.hostname or is_plain_loopback(url):
            return None
        source, text = self._named(parts.scheme)
        if source == SYSTEM and self.bypassed_by_system(parts.netloc):
            return None
        port = parts.port or PORTS.get(parts.scheme, 0)
        if not text or bypasses(self._value("no_proxy")[1], parts.hostname, port):
            return None
        if source.lower() == "all_proxy" and self.left_aside():
            return None
        return self._parsed(text, source)

    def left_aside(self) -> str:
        """Return why ALL_PROXY is left aside; an empty text if it is not."""
        scheme = _scheme(self._value("all_proxy")[1])
        if scheme in SOCKS and not self.has_socks():
            return "ALL_PROXY is not used: a SOCKS proxy needs s3vend's extra socks (PySocks)."
        if scheme and scheme not in {*SOCKS, *PORTS}:
            return f"ALL_PROXY is not used: s3vend knows no proxies with {scheme}://."
        return ""

    def _named(self, scheme: str) -> tuple[str, str]:
        """Return the source of the proxy's address, and the address or an empty text."""
        if any(self._value(f"{one}_proxy")[1] for one in (*PORTS, "all")):
            own = self._value(f"{scheme}_proxy")
            return own if own[1] else self._value("all_proxy")
        return SYSTEM, self.of_system().get(scheme, "")

    def _value(self, name: str) -> tuple[str, str]:
        """Return the name and value of a variable; in lower case it comes first, also if empty."""
        upper = name.upper()
        if name in self.environment:
            return name, self.environment[name]
        if name == "http_proxy" and "REQUEST_METHOD" in self.environment:
            return upper, ""  # in a CGI program, HTTP_PROXY is a header of the request
        return upper, self.environment.get(upper, "")

    def _parsed(self, text: str, source: str) -> Proxy:
        scheme = _scheme(text)
        if scheme not in {*SOCKS, *PORTS}:
            raise SettingsError(
                f"{source} names a proxy with {scheme}://; use http://, https:// or socks5h://"
            )
        if scheme in SOCKS and not self.has_socks():
            raise SettingsError(
                f"{source} names a SOCKS proxy, for which s3vend needs its extra socks (PySocks). "
                "Install it, or name an HTTP proxy."
            )
        try:
            parsed = parse_url(text if "://" in text else f"http://{text.removeprefix('//')}")
        except LocationParseError:
            parsed = None
        if parsed is None or not parsed.host:
            raise SettingsError(f"{source} is not the address of a proxy; use http://HOST:PORT")
        user, colon, password = (parsed.auth or "").partition(":")
        port = "" if parsed.port is None else f":{parsed.port}"
        return Proxy(
            f"{scheme}://{parsed.host}{port}",
            source,
            unquote(user) if parsed.auth else None,
            unquote(password) if colon else None,
        )


def bypasses(no_proxy: str, host: str, port: int) -> bool:
    """Whether a list such as NO_PROXY names the host.

    An entry is `*`, a host with all hosts below it (also with a leading `.` or `*.`), an address,
    a network such as `10.0.0.0/8`; each but the first and the last also with a port.
    """
    name = host.lower().rstrip(".")
    return any(_names(entry.lower(), name, port) for entry in re.split(r"[,\s]+", no_proxy))


def _names(entry: str, host: str, port: int) -> bool:
    if entry in ("", "*"):
        return entry == "*"
    address = _address(host)
    if "/" in entry:
        try:
            network = ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
        return address is not None and address in network
    if (own := _address(entry)) is not None:
        return own == address
    match = re.fullmatch(r"(?:\*?\.)?\[?(.*?)\]?(?::([0-9]+))?", entry)
    if match is None or (match[2] and int(match[2]) != port):
        return False
    if (own := _address(match[1])) is not None:
        return own == address
    suffix = match[1].rstrip(".")
    return bool(suffix) and address is None and f".{host}".endswith(f".{suffix}")


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None


def _scheme(text: str) -> str:
    """Return the scheme of a proxy's address, `http` by default; empty for an empty text."""
    return text.partition("://")[0].lower() if "://" in text else "http" if text else ""
