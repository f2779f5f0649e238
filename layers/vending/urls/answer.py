"""The vended URLs as values and as JSON, in the full and in the compact form."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from vending.answers import Json
from vending.sigv4.presign import Method, Named


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


class SignedBy(NamedTuple):
    """A session that has signed URLs, and when these actually expire."""

    session_id: str
    expires_at: datetime
    written: str  # the same as ISO 8601


class VendedUrls(NamedTuple):
    """One URL for each request, in the same order."""

    urls: tuple[Url, ...]
    sessions: tuple[SignedBy, ...]
    signers: Sequence[int] = ()  # of several sessions, the position of each URL's own

    def as_json(self) -> dict[str, object]:
        """The members of the answer."""
        if len(self.sessions) == 1:
            (session,) = self.sessions
            urls = [url.as_json(session.written) for url in self.urls]
            return {"urls": urls, "sessionId": session.session_id}
        return {"urls": list(self._each()), "sessionIds": [one.session_id for one in self.sessions]}

    def _each(self) -> Iterator[dict[str, object]]:
        """Each URL with its session."""
        for url, signer in zip(self.urls, self.signers, strict=True):
            session = self.sessions[signer]
            yield {**url.as_json(session.written), "sessionId": session.session_id}


class Query(NamedTuple):
    """What all URLs of one session share after the path, and the session."""

    query: str
    session: SignedBy

    def as_json(self) -> dict[str, object]:
        """The members of the answer."""
        session_id, _, expires_at = self.session
        return {"query": self.query, "expiresAt": expires_at, "sessionId": session_id}


class VendedCompact(NamedTuple):
    """The parts that all URLs share, and the path and signature of each URL."""

    base: str
    headers: Named
    urls: Sequence[tuple[str, str]]  # path and signature
    queries: tuple[Query, ...]
    signers: Sequence[int] = ()  # of several sessions, the position of each URL's own

    def as_json(self) -> dict[str, object]:
        """The members of the answer; of several sessions, each URL has its position in the list."""
        shared: dict[str, object] = {
            "format": "compact",
            "base": self.base,
            "headers": self.headers,
        }
        if len(self.queries) == 1:
            return {**shared, "urls": self.urls, **self.queries[0].as_json()}
        urls = [(*url, signer) for url, signer in zip(self.urls, self.signers, strict=True)]
        return {**shared, "urls": urls, "sessions": [one.as_json() for one in self.queries]}


class VendedAlike(NamedTuple):
    """URLs in the full form that were signed as those of the compact form are."""

    method: Method
    signed: VendedCompact

    @property
    def urls(self) -> tuple[Url, ...]:
        """One URL for each request, in the same order."""
        made = self.signed
        rests = [f"?{query}&X-Amz-Signature=" for query, _ in made.queries]
        return tuple(
            Url(self.method, f"{made.base}{path}{rests[at]}{signature}", {})
            for (path, signature), at in zip(
                made.urls, made.signers or [0] * len(made.urls), strict=True
            )
        )

    def as_json(self) -> dict[str, object]:
        """The members of the answer; of one session, all URLs are written as one text.

        Paths and signatures have no character that JSON escapes.
        """
        made, sessions = self.signed, tuple(session for _, session in self.signed.queries)
        if len(sessions) > 1:
            return VendedUrls(self.urls, sessions, made.signers).as_json()
        ((query, session),) = made.queries
        pattern = Url(self.method, f"{made.base}\0?{query}&X-Amz-Signature=\0", {})
        begin, middle, end = json.dumps(pattern.as_json(session.written)).split(r"\u0000")
        urls = f"{end},{begin}".join(map(middle.join, made.urls))
        return {"urls": Json(f"[{begin}{urls}{end}]"), "sessionId": session.session_id}
