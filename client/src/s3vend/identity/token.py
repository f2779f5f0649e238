"""Tokens: what one says of its own end, and reading it again before that."""

import base64
import json
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from time import time

from s3vend.errors import IdentityError

EARLY = 120.0  # seconds before its end that a token is read again
SHARE = 0.2  # of a shorter life
LONGEST = 8192  # bytes of a token; the service takes no more


def parse_token(text: str, name: str) -> str:
    """The token alone, without `Bearer` and the newline of a file.

    Raises:
        IdentityError: empty, too long, or with characters that no header takes.
    """
    token = text.strip()
    if token.partition(" ")[0] == "Bearer":
        token = token[len("Bearer") :].strip()
    if not token:
        raise IdentityError(f"{name} is empty")
    if len(token) > LONGEST:
        raise IdentityError(f"{name} is longer than the {LONGEST} bytes of any token")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise IdentityError(f"{name} is not one token: it has other characters in it")
    return token


def validity(token: str) -> tuple[float | None, float | None]:
    """`iat` and `exp` as the token says, unverified; None for what it does not say."""
    try:
        middle = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        found = [claims.get(name) for name in ("iat", "exp")]
    except (IndexError, ValueError, AttributeError):
        return None, None
    begin, end = (
        float(one) if isinstance(one, (int, float)) and not isinstance(one, bool) else None
        for one in found
    )
    return begin, end


class TokenIdentity:
    """Somebody with a token of one source, at the door `web-identity`; for many threads."""

    door = "web-identity"

    def __init__(self, name: str, read: Callable[[], str], now: Callable[[], float] = time) -> None:
        self.name = name
        self._read, self._now = read, now
        self._lock = threading.Lock()
        self._token: str | None = None

    def __repr__(self) -> str:
        return f"<token from {self.name}>"

    def token(self) -> str:
        """One that does not end right now, if the source has such.

        Raises:
            IdentityError: the source has none.
        """
        with self._lock:
            if self._token is None or self._ends_soon(self._token):
                self._token = parse_token(self._read(), self.name)
            return self._token

    def authorize(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """The headers that say who asks."""
        del method, url, body  # a token is for any request
        return {"Authorization": f"Bearer {self.token()}"}

    def renew(self) -> bool:
        """After a refusal: whether the source has another token now."""
        with self._lock:
            old, self._token = self._token, parse_token(self._read(), self.name)
            return old != self._token

    def notes(self) -> list[str]:
        """What a refusal should say beside the service's words."""
        with self._lock:
            _, end = validity(self._token or "")
        left = None if end is None else end - self._now()
        if end is not None and left is not None and left <= 0:
            at = datetime.fromtimestamp(end, timezone.utc).isoformat(timespec="seconds")
            return [f"The token from {self.name} ended at {at}, {-left:.0f} s ago: get a new one."]
        return [f"Who asked: the token from {self.name}."]

    def _ends_soon(self, token: str) -> bool:
        begin, end = validity(token)
        if end is None:
            return True  # a file may have changed; reading it costs little
        whole = EARLY / SHARE if begin is None else end - begin
        return end - self._now() < min(EARLY, whole * SHARE)
