"""Makes ids and short hashes in lower-case base32."""

from base64 import b32encode
from functools import lru_cache
from hashlib import sha256


def identifier(random: bytes) -> str:
    """Encode 10 random bytes as the id of a session or vend: 16 base32 characters."""
    return b32encode(random).decode().lower()


@lru_cache(maxsize=1000)
def short_hash(text: str, length: int) -> str:
    """Hash ``text`` to ``length`` base32 characters of 5 bits each, at most 16."""
    return b32encode(sha256(text.encode()).digest()[:10]).decode().lower()[:length]
