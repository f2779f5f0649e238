"""Decides whether an issuer's URL is public (reachable over the internet) or local."""

import re

PRIVATE_SUFFIXES = (".svc", ".local", ".localhost", ".internal", ".home.arpa", ".test")

_HOST = r"(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)"
HTTPS_URL = re.compile(rf"https://{_HOST}(?::[0-9]{{1,5}})?(?:/[A-Za-z0-9._/:=-]*)?")
_LOCAL = re.compile(r"http://127\.0\.0\.1:[0-9]{1,5}(?:/[A-Za-z0-9._/-]*)?")


def is_local(url: str) -> bool:
    """Whether this is the URL of an issuer on 127.0.0.1, for development."""
    return bool(_LOCAL.fullmatch(url))


def is_public(url: str) -> bool:
    """Whether this URL could be reached over the internet, judged by its host name alone."""
    match = HTTPS_URL.fullmatch(url)
    return match is not None and is_public_name(match["host"])


def is_public_name(host: str) -> bool:
    """Whether this is a host name, not an address, and not in a private network's domain."""
    name, _, top = host.lower().rpartition(".")
    return bool(name) and top[:1].isalpha() and not host.lower().endswith(PRIVATE_SUFFIXES)
