"""The service's address: which addresses are allowed, and what they reveal."""

import ipaddress
import re
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from s3vend.errors import SettingsError

_API_HOST = r"\.execute-api\.([a-z]{2,4}(?:-[a-z]+)+-[0-9]+)\."


def valid_address(url: str, name: str) -> str:
    """Return the address without a trailing slash; ``name`` is its source, for messages.

    Raises:
        SettingsError: the address does not begin with https:// (http:// is allowed for loopback),
            or contains more than a host, a port and a path.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
        (host or "").encode("idna")  # raises UnicodeError, as the resolver does
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        host, port_is_fine = None, False
    if not host or not port_is_fine or not url.isprintable() or " " in url:
        raise SettingsError(
            f"{name} is not a valid address; use one like https://vend.example.com/v1"
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise SettingsError(f"{name} must not contain a user name, a password, '?' or '#'")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)):
        return url.rstrip("/")
    raise SettingsError(
        f"{name} must begin with https://, so that nobody on the network can read the token. "
        "Plain http:// is only allowed for this machine."
    )


@lru_cache(64)
def is_loopback(host: str) -> bool:
    """Whether the host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_plain_loopback(url: str) -> bool:
    """Whether the address is plain HTTP to this machine; such requests bypass proxies."""
    parts: SplitResult = urlsplit(url)
    return parts.scheme == "http" and is_loopback(parts.hostname or "")


def region_of(url: str) -> str | None:
    """Return the region in an API Gateway host name; None for any other host."""
    match = re.search(_API_HOST, urlsplit(url).hostname or "")
    return match[1] if match else None
