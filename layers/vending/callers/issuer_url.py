"""Decides whether an issuer's URL is public (reachable over the internet), local, or only a name.

An ``http:`` URL is only a name, as AD FS has it by default: its keys are pinned and never fetched,
since anybody on the way could replace them.
"""

import re
from collections.abc import Iterable

from vending.nearly import did_you_mean

PRIVATE_SUFFIXES = (".svc", ".local", ".localhost", ".internal", ".home.arpa", ".test")

_HOST = r"(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)"
ISSUER_URL = rf"(?P<scheme>https?)://{_HOST}(?::[0-9]{{1,5}})?(?:/[A-Za-z0-9._/:=-]*)?"
_LOCAL = r"http://127\.0\.0\.1:[0-9]{1,5}(?:/[A-Za-z0-9._/-]*)?"


def is_local(url: str) -> bool:
    """Whether this is the URL of an issuer on 127.0.0.1, for development."""
    return bool(re.fullmatch(_LOCAL, url))


def is_public(url: str) -> bool:
    """Whether this URL could be reached over the internet, judged by its host name alone."""
    match = re.fullmatch(ISSUER_URL, url)
    return match is not None and match["scheme"] == "https" and is_public_name(match["host"])


def is_only_a_name(url: str) -> bool:
    """Whether nothing may be fetched from this URL, wherever it leads: it begins with ``http:``."""
    return url.startswith("http:") and not is_local(url)


def is_public_name(host: str) -> bool:
    """Whether this is a host name, not an address, and not in a private network's domain."""
    name, _, top = host.lower().rpartition(".")
    return bool(name) and top[:1].isalpha() and not host.lower().endswith(PRIVATE_SUFFIXES)


def no_such_issuer(url: str, known: Iterable[str]) -> str:
    """Say that no entry has this URL, and which one has nearly the same."""
    detail = "no such issuer; add it to 'issuers', spelled exactly as in its tokens"
    return f"{detail}{did_you_mean(url, known)}"
