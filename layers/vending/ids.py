"""Makes ids and short hashes in lower-case base32."""

from functools import lru_cache
from hashlib import sha256

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]  # each is 10 bits


def identifier(random: bytes) -> str:
    """Encode 10 random bytes as the id of a session or vend: 16 base32 characters."""
    number = int.from_bytes(random)
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(70, -1, -10)])


@lru_cache(maxsize=1000)
def short_hash(text: str, length: int) -> str:
    """Hash ``text`` to ``length`` base32 characters of 5 bits each, at most 16."""
    return identifier(sha256(text.encode()).digest()[:10])[:length]
