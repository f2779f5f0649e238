"""Addresses of services: what may be asked, and how it is reached."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from s3vend.errors import SettingsError

_API_HOST = re.compile(r"\.execute-api\.([a-z0-9-]+)\.(?:api\.aws|amazonaws\.com(?:\.cn)?)\Z")


def valid_address(url: str, named: str) -> str:
    """The address without a slash at its end.

    Raises:
        SettingsError: not https:// (http:// for loopback), or more in it than host and path.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        host, port_is_fine = None, False
    if not host or not port_is_fine or not url.isprintable() or " " in url:
        raise SettingsError(f"{named} is no address such as https://vend.example.com/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise SettingsError(f"{named} must be a plain address: no user, no ? and no # in it")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)):
        return url.rstrip("/")
    raise SettingsError(
        f"{named} must begin with https://: over {parts.scheme or 'nothing'}:// anybody "
        "on the way could read the token. Plain http:// is for this machine alone."
    )


def is_loopback(host: str) -> bool:
    """Whether it names this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_plain_loopback(url: str) -> bool:
    """Whether it is plain HTTP to this machine; a proxy would carry it elsewhere."""
    parts: SplitResult = urlsplit(url)
    return parts.scheme == "http" and is_loopback(parts.hostname or "")


def region_of(url: str) -> str | None:
    """The region in the host of an API as API Gateway names it."""
    found = _API_HOST.search(urlsplit(url).hostname or "")
    return found[1] if found else None
