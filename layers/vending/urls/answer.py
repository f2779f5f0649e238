"""What is vended as URLs, in either form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from vending.sigv4.presign import Method, Named
from vending.times import iso


class Url(NamedTuple):
    """One URL, the headers that its user sends, and the fields of its form (``POST`` only)."""

    method: Method
    url: str
    headers: Named
    fields: Named | None = None

    def as_json(self, expires_at: str) -> dict[str, object]:
        """As the caller gets it."""
        members: dict[str, object] = {
            "method": self.method,
            "url": self.url,
            "headers": self.headers,
            "expiresAt": expires_at,
        }
        return members if self.fields is None else {**members, "fields": self.fields}


@dataclass(frozen=True, slots=True)
class VendedUrls:
    """URLs in the order of the requests."""

    urls: tuple[Url, ...]
    expires_at: datetime
    session_id: str

    def as_json(self) -> dict[str, object]:
        """As the caller gets it."""
        expires_at = iso(self.expires_at)
        return {"urls": [one.as_json(expires_at) for one in self.urls]}


@dataclass(frozen=True, slots=True)
class VendedCompact:
    """What all URLs share, and path and signature of each."""

    base: str
    query: str
    headers: Named
    urls: Sequence[tuple[str, str]]  # path and signature
    expires_at: datetime
    session_id: str

    def as_json(self) -> dict[str, object]:
        """As the caller gets it."""
        return {
            "format": "compact",
            "base": self.base,
            "query": self.query,
            "headers": self.headers,
            "urls": self.urls,
            "expiresAt": iso(self.expires_at),
        }
