"""Which keys: one type owns both spellings, ``s3://`` text for people and patterns for IAM.

The rules for bucket names and keys:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

SCHEME = "s3://"
KEY_BYTES = 1024

_LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_BUCKET = re.compile(rf"(?=.{{3,63}}\Z){_LABEL}(?:\.{_LABEL})*")
_ADDRESS = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
_RESERVED_PREFIXES = ("xn--", "sthree-")
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_NOT_PLAIN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DOTS = re.compile(r"(?:\A|/)\.{1,2}(?:/|\Z)")
_IAM_SPECIAL = re.compile(r"[$*?]")


@dataclass(frozen=True, slots=True)
class Keys:
    """One key, or all keys below a prefix that ends at a ``/`` (empty: the whole bucket).

    Raises ``ValueError`` for what S3 or our rules do not allow.
    """

    bucket: str
    key: str  # the literal key or prefix
    is_prefix: bool = False

    def __post_init__(self) -> None:
        check_bucket(self.bucket)
        check_key(self.key)
        if self.is_prefix and self.key and not self.key.endswith("/"):
            raise ValueError("a prefix ends at a '/', so that 'tenant1' never opens 'tenant10'")
        if not self.is_prefix and not self.key:
            raise ValueError("the key is missing: s3://bucket/key, or s3://bucket/* for all keys")

    @classmethod
    def parse(cls, text: str) -> Self:
        """``s3://bucket/key``, ``s3://bucket/prefix/*`` or ``s3://bucket/*``; nothing decoded."""
        return cls(*split(text))

    def covers(self, other: "Keys") -> bool:
        """Whether every key of ``other`` is one of these."""
        if self.bucket != other.bucket:
            return False
        if self.is_prefix:
            return other.key.startswith(self.key)
        return not other.is_prefix and other.key == self.key

    @property
    def iam_pattern(self) -> str:
        """The keys as IAM matches them: ``*``, ``?`` and ``$`` in the key stay literal.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
        """
        literal = _IAM_SPECIAL.sub(lambda special: f"${{{special[0]}}}", self.key)
        return literal + "*" if self.is_prefix else literal

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}{'*' if self.is_prefix else ''}"

    def as_json(self) -> str | dict[str, str]:
        """Text, or ``{bucket, key}`` for a key that would read as a prefix."""
        if not self.is_prefix and self.key.endswith("*"):
            return {"bucket": self.bucket, "key": self.key}
        return str(self)


def split(text: str) -> tuple[str, str, bool]:
    """``(bucket, key, is_prefix)`` of ``s3://`` text, unchecked but for what would be ambiguous.

    Our own parser: to ``urlsplit`` a ``?`` or ``#`` would end the key.
    """
    if not text.startswith(SCHEME):
        raise ValueError("it starts with 's3://'")
    bucket, slash, key = text.removeprefix(SCHEME).partition("/")
    if not slash:
        raise ValueError("the key is missing: s3://bucket/key, or s3://bucket/* for all keys")
    if key == "*" or key.endswith("/*"):
        return bucket, key[:-1], True
    if key.endswith("*"):
        raise ValueError(
            "a prefix ends in '/*'; a key that ends in '*' is written {\"bucket\": …, \"key\": …}"
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
            "not the name of a general purpose bucket: 3 to 63 of a-z, 0-9, '-' and '.'; "
            "no ARN, alias, access point or directory bucket"
        )


def wrong_keys(prefix: str, keys: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Place and reason of each that is no key below ``prefix``, which is empty or ends at a ``/``.

    All are looked at together first: thousands cost little where none is wrong.
    """
    together = f"/{'/'.join(keys)}/"
    if (
        all(keys)
        and 4 * (len(prefix) + max(map(len, keys))) <= KEY_BYTES  # a character has 4 bytes at most
        and together.isprintable()
        and "/./" not in together
        and "/../" not in together
    ):
        return
    for position, key in enumerate(keys):
        try:
            check_key(prefix + key)
            if not key:
                yield position, "the key is missing: it follows the prefix"
        except ValueError as error:
            yield position, str(error)


def check_key(key: str) -> None:
    """Raise ``ValueError`` unless this is a key, or a prefix, that means the same everywhere."""
    if not key.isprintable() and _NOT_PLAIN.search(key):  # what is printable has none of those
        raise ValueError("a key has no control characters and no lone surrogates")
    if len(key.encode()) > KEY_BYTES:
        raise ValueError(f"a key has at most {KEY_BYTES} bytes in UTF-8")
    if ("/." in key or key[:1] == ".") and _DOTS.search(key):
        raise ValueError("a key has no '.' or '..' between slashes")
