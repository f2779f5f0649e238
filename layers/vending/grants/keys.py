"""One key or all keys below a prefix: as ``s3://`` text for people, and as patterns for IAM.

S3's rules for bucket names and keys:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from vending.plain import has_no_control

SCHEME = "s3://"
KEY_BYTES = 1024

_LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_BUCKET = re.compile(rf"(?=.{{3,63}}\Z){_LABEL}(?:\.{_LABEL})*")
_ADDRESS = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
_RESERVED_PREFIXES = ("xn--", "sthree-")
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_DOTS = r"(?:\A|/)\.{1,2}(?:/|\Z)"
_DOTS_WITHIN = re.compile(r"/\.\.?/")
_IAM_SPECIAL = re.compile(r"[$*?]")
_ASCII = bytes(range(0x20, 0x7F))  # without controls
_KEY_MISSING = "the key is missing; use s3://bucket/key, or s3://bucket/* for all keys"


@dataclass(frozen=True, slots=True)
class Keys:
    """One key, or all keys below a prefix that ends with ``/`` (empty: the whole bucket).

    Raises ``ValueError`` for a bucket, key or prefix that S3 or s3vend does not allow.
    """

    bucket: str
    key: str  # the literal key or prefix
    is_prefix: bool = False

    def __post_init__(self) -> None:
        check_bucket(self.bucket)
        check_key(self.key)
        if self.is_prefix and self.key and not self.key.endswith("/"):
            raise ValueError("a prefix must end with '/', so that 'tenant1' never opens 'tenant10'")
        if not self.is_prefix and not self.key:
            raise ValueError(_KEY_MISSING)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse ``s3://bucket/key``, ``s3://bucket/prefix/*`` or ``s3://bucket/*``.

        Nothing is decoded or normalised. Raises ``ValueError``.
        """
        return cls(*split(text))

    def covers(self, other: "Keys") -> bool:
        """Whether these keys include every key of ``other``."""
        if self.bucket != other.bucket:
            return False
        if self.is_prefix:
            return other.key.startswith(self.key)
        return not other.is_prefix and other.key == self.key

    @property
    def iam_pattern(self) -> str:
        """The pattern that matches these keys in IAM; ``*``, ``?`` and ``$`` in them are escaped.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
        """
        literal = _IAM_SPECIAL.sub(lambda special: f"${{{special[0]}}}", self.key)
        return literal + "*" if self.is_prefix else literal

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}{'*' if self.is_prefix else ''}"

    def as_json(self) -> str | dict[str, str]:
        """Return ``s3://`` text, or ``{bucket, key}`` for a key that ``parse`` would misread."""
        if not self.is_prefix and self.key.endswith("*"):
            return {"bucket": self.bucket, "key": self.key}
        return str(self)


def split(text: str) -> tuple[str, str, bool]:
    """Split ``s3://`` text into ``(bucket, key, is_prefix)``, without checking bucket and key.

    Raises ``ValueError`` if it is not ``s3://`` text, or ambiguous. ``urlsplit`` is not used, since
    it ends a key at ``?`` or ``#``.
    """
    if not text.startswith(SCHEME):
        raise ValueError("must start with 's3://'")
    bucket, slash, key = text.removeprefix(SCHEME).partition("/")
    if not slash:
        raise ValueError(_KEY_MISSING)
    if key == "*" or key.endswith("/*"):
        return bucket, key[:-1], True
    if key.endswith("*"):
        raise ValueError(
            "a prefix must end with '/*'; write a key that ends with '*' as "
            '{"bucket": …, "key": …}'
        )
    return bucket, key, False


@lru_cache(maxsize=1000)
def check_bucket(name: str) -> None:
    """Raise ``ValueError`` unless this is the name of a general purpose bucket."""
    if (
        not _BUCKET.fullmatch(name)
        or _ADDRESS.fullmatch(name)
        or name.startswith(_RESERVED_PREFIXES)
        or name.endswith(_RESERVED_SUFFIXES)
    ):
        raise ValueError(
            "not a valid bucket name; use 3 to 63 lowercase letters, digits, '-' or '.', starting "
            "and ending with a letter or digit (ARNs, aliases, access points and directory buckets "
            "are not supported)"
        )


def wrong_keys(prefix: str, keys: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the position and fault of each that is not a key below ``prefix``.

    ``prefix`` is empty or ends with ``/``. The keys are first checked all at once, so that
    thousands cost little if none is wrong.
    """
    if are_keys(prefix, keys):
        return
    for position, key in enumerate(keys):
        try:
            check_key(prefix + key)
            if not key:
                yield position, "the key is empty; give the part of it that follows the prefix"
        except ValueError as error:
            yield position, str(error)


def are_keys(prefix: str, keys: Sequence[str]) -> bool:
    """Whether each is a key below ``prefix``; False for some that are, such as very long ones."""
    joined, lengths = f"/{'/'.join(keys)}/", set(map(len, keys))
    return (
        0 not in lengths
        and 4 * (len(prefix) + max(lengths)) <= KEY_BYTES  # a character has up to 4 bytes
        and (_is_plain_ascii(joined) or joined.isprintable())
        and (joined.rfind("/.") < 0 or not _DOTS_WITHIN.search(joined))  # rfind is quicker
    )


def _is_plain_ascii(text: str) -> bool:
    """Whether it is ASCII without controls; several times as fast as ``isprintable``."""
    return text.isascii() and not text.encode().translate(None, _ASCII)


def check_key(key: str) -> None:
    """Raise ``ValueError`` if a key or prefix is too long, or programs read it differently."""
    if not has_no_control(key):
        raise ValueError("a key must not have control characters or lone surrogates")
    if len(key.encode()) > KEY_BYTES:
        raise ValueError(f"a key must have at most {KEY_BYTES} bytes in UTF-8")
    if ("/." in key or key[:1] == ".") and re.search(_DOTS, key):
        raise ValueError("a key must not have '.' or '..' as a path segment")
