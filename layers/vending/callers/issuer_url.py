"""Which issuer URLs can be reached over the internet."""

import re

PRIVATE_SUFFIXES = (".svc", ".local", ".localhost", ".internal", ".home.arpa", ".test")

_HOST = r"(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)"
HTTPS_URL = re.compile(rf"https://{_HOST}(?::[0-9]{{1,5}})?(?:/[A-Za-z0-9._/:=-]*)?")
_LOCAL = re.compile(r"http://127\.0\.0\.1:[0-9]{1,5}(?:/[A-Za-z0-9._/-]*)?")


def is_local(url: str) -> bool:
    """Whether this is an issuer on this machine, for development."""
    return bool(_LOCAL.fullmatch(url))


def is_public(url: str) -> bool:
    """Whether the issuer could be reached over the internet, as far as its name tells."""
    match = HTTPS_URL.fullmatch(url)
    return match is not None and is_public_name(match["host"])


def is_public_name(host: str) -> bool:
    """Whether this is a name, no address, and not one of a private network."""
    name, _, top = host.lower().rpartition(".")
    return bool(name) and top[:1].isalpha() and not host.lower().endswith(PRIVATE_SUFFIXES)
