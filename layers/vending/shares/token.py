"""Tokens of links and tickets: random texts of which the table has only the hash."""

import re
from base64 import b32encode
from hashlib import sha256

BYTES = 20  # of random: 160 bits
_TOKEN = re.compile("[a-z2-7]{32}")


def token_text(random: bytes) -> str:
    """Encode ``BYTES`` random bytes as 32 characters of lower-case base32."""
    return b32encode(random).decode().lower()


def hash_of(token: str) -> str | None:
    """The hash of a token, as the table has it; None for a text that is no token of ours.

    160 random bits cannot be tried, so the hash needs no salt and no slowness.
    """
    if not _TOKEN.fullmatch(token):
        return None
    return b32encode(sha256(token.encode()).digest()).decode().lower().rstrip("=")
