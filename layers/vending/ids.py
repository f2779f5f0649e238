"""Ids and short hashes, in lower-case base32."""

from base64 import b32encode
from functools import lru_cache
from hashlib import sha256


def identifier(random: bytes) -> str:
    """An id of a session or a vend: 10 random bytes as 16 lower-case base32 characters."""
    return b32encode(random).decode().lower()


@lru_cache(maxsize=1000)
def short_hash(text: str, length: int) -> str:
    """A hash of ``text`` in ``length`` lower-case base32 characters of 5 bits; 16 at most."""
    return b32encode(sha256(text.encode()).digest()[:10]).decode().lower()[:length]
