"""The vended URLs as values and as JSON, in the full and in the compact form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from vending.sigv4.presign import Method, Named
from vending.times import iso


class Url(NamedTuple):
    """One URL, the headers that the client must send, and the form's fields (``POST`` only)."""

    method: Method
    url: str
    headers: Named
    fields: Named | None = None

    def as_json(self, expires_at: str) -> dict[str, object]:
        """The members of the answer."""
        members: dict[str, object] = {
            "method": self.method,
            "url": self.url,
            "headers": self.headers,
            "expiresAt": expires_at,
        }
        return members if self.fields is None else {**members, "fields": self.fields}


@dataclass(frozen=True, slots=True)
class VendedUrls:
    """One URL for each request, in the same order."""

    urls: tuple[Url, ...]
    expires_at: datetime
    session_id: str

    def as_json(self) -> dict[str, object]:
        """The members of the answer."""
        expires_at = iso(self.expires_at)
        return {"urls": [url.as_json(expires_at) for url in self.urls]}


@dataclass(frozen=True, slots=True)
class VendedCompact:
    """The parts that all URLs share, and the path and signature of each URL."""

    base: str
    query: str
    headers: Named
    urls: Sequence[tuple[str, str]]  # path and signature
    expires_at: datetime
    session_id: str

    def as_json(self) -> dict[str, object]:
        """The members of the answer."""
        return {
            "format": "compact",
            "base": self.base,
            "query": self.query,
            "headers": self.headers,
            "urls": self.urls,
            "expiresAt": iso(self.expires_at),
        }
