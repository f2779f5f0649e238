"""The password of a share: stored as its scrypt, which takes an attacker long.

https://datatracker.ietf.org/doc/html/rfc7914
"""

from dataclasses import dataclass, field
from hashlib import scrypt
from hmac import compare_digest
from typing import Self

from vending.documents.sharing_fields import PASSWORD_BYTES, normalised

SALT_BYTES = 16
_N, _R, _P = 2**15, 8, 1
_MEMORY = 64 * 1024**2  # bytes; scrypt needs 128 * N * R, which is half of it


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """A password as the table has it."""

    salt: bytes = field(repr=False)
    hash: bytes = field(repr=False)

    @classmethod
    def of(cls, password: str, salt: bytes) -> Self:
        """Hash a password with ``SALT_BYTES`` random bytes."""
        return cls(salt, _hash(normalised(password), salt))

    def matches(self, password: str) -> bool:
        """Whether this is the password. A longer one than any of ours is not even hashed."""
        given = normalised(password)
        return len(given) <= PASSWORD_BYTES and compare_digest(_hash(given, self.salt), self.hash)


def _hash(password: bytes, salt: bytes) -> bytes:
    return scrypt(password, salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY, dklen=32)
