"""Tokens for the door `web-identity`: reading them, and reading them again before they expire."""

import base64
import json
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from time import time

from s3vend.identity.receiver import Receiver, UnusableToken, audiences_text

EARLY = 120.0  # seconds before a token expires at which it is read again,
SHARE = 0.2  # or this share of its lifetime if that is less
FOREVER = 1e11  # seconds since 1970, beyond what a time can be
LONGEST = 8192  # bytes of a token; the service's limit
UNITS = {"days": 86_400, "hours": 3600, "minutes": 60}


def parse_token(text: str, name: str) -> str:
    """Return the token without `Bearer`, in any case, and surrounding whitespace.

    Raises:
        UnusableToken: the token is empty, too long, or has characters that a header cannot carry.
    """
    token = text.strip()
    if (words := token.split(maxsplit=1)) and words[0].lower() == "bearer":
        token = "".join(words[1:])
    if not token:
        raise UnusableToken(f"{name} is empty")
    if len(token) > LONGEST:
        raise UnusableToken(f"{name} is too long: a token has at most {LONGEST} bytes")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise UnusableToken(
            f"{name} is not a token: it contains spaces, control characters or non-ASCII characters"
        )
    return token


def validity(token: str) -> tuple[float | None, float | None]:
    """Return the token's claims `iat` and `exp`, unverified; None for a claim it does not have."""
    try:
        middle = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        values = [claims.get(name) for name in ("iat", "exp")]
    except (IndexError, ValueError, AttributeError):
        return None, None
    begin, end = map(_seconds, values)
    return begin, end


def _seconds(value: object) -> float | None:
    """Return a number that can be a time."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value < FOREVER else None


def _ago(seconds: float) -> str:
    """Return a time in the largest unit of which it is at least two."""
    fitting = (
        f"{seconds / size:.0f} {unit}" for unit, size in UNITS.items() if seconds >= 2 * size
    )
    return next(fitting, f"{seconds:.0f} seconds")


class TokenIdentity:
    """The identity of a token, at the door `web-identity`. Thread-safe.

    Every token that it reads passes the check of the ``receiver`` before it is used.
    """

    door = "web-identity"

    def __init__(
        self,
        name: str,
        read: Callable[[], str],
        receiver: Receiver,
        now: Callable[[], float] = time,
    ) -> None:
        self.name = name
        self._read, self._receiver, self._now = read, receiver, now
        self._lock = threading.Lock()
        self._token: str | None = None

    def __repr__(self) -> str:
        return f"<token from {self.name}>"

    def token(self) -> str:
        """Return the token; read it again if it expires soon.

        Raises:
            IdentityError: the source has no token, or none that may go to the service.
        """
        with self._lock:
            if self._token is None or self._ends_soon(self._token):
                self._token = self._next()
            return self._token

    def authorize(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """Return the `Authorization` header with the token."""
        del method, url, body  # a token is not tied to a request
        return {"Authorization": f"Bearer {self.token()}"}

    def renew(self) -> bool:
        """Read the token again after a refusal; return whether it has changed."""
        with self._lock:
            old, self._token = self._token, self._next()
            return old != self._token

    def notes(self) -> list[str]:
        """Return the lines to add to the message of a refusal."""
        with self._lock:
            token = self._token or ""
        _, end = validity(token)
        left = None if end is None else end - self._now()
        if end is not None and left is not None and left <= 0:
            at = datetime.fromtimestamp(end, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            return [
                f"The token from {self.name} expired at {at}, {_ago(abs(left))} ago. Get a new one."
            ]
        audience = f", for {audiences_text(token)}" if token else ""
        return [f"Identity: the token from {self.name}{audience}."]

    def _next(self) -> str:
        token = parse_token(self._read(), self.name)
        self._receiver.check(token)
        return token

    def _ends_soon(self, token: str) -> bool:
        begin, end = validity(token)
        if end is None:
            return True  # unknown: the file may have changed, and reading it is cheap
        whole = EARLY / SHARE if begin is None else end - begin
        return end - self._now() < min(EARLY, whole * SHARE)
