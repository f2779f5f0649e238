"""What is listed: all keys below a prefix. Unlike for credentials, a slash at its end is enough."""

from typing import NamedTuple

from s3vend.errors import SettingsError

SCHEME = "s3://"
_MAGIC = frozenset("*?[]")
_PREFIX = "use s3://bucket/prefix/* or s3://bucket/prefix/, or s3://bucket/* for the whole bucket"
_ANY = "use s3://bucket/key or s3://bucket/prefix/"


class Below(NamedTuple):
    """All keys below a prefix; the prefix is empty for the whole bucket, or ends with a slash."""

    bucket: str
    prefix: str

    @property
    def target(self) -> str:
        """The target of a request to the service, which ends with `/*`."""
        return f"{self.address}*"

    @property
    def address(self) -> str:
        """The prefix as `s3://bucket/prefix/`."""
        return f"{SCHEME}{self.bucket}/{self.prefix}"


def split(target: object, wanted: str = _ANY) -> tuple[str, str]:
    """Return the bucket, and the rest as it is: a key, a prefix or a pattern.

    ``wanted`` is what messages say would be right.

    Raises:
        SettingsError: it does not begin with `s3://` and the name of a bucket.
    """
    if not isinstance(target, str):
        raise SettingsError(f"A target is a text such as s3://bucket/prefix/*, not {target!r}.")
    if not target.startswith(SCHEME):
        raise SettingsError(f"{target!r} is not a target; {wanted}.")
    bucket, _, rest = target.removeprefix(SCHEME).partition("/")
    if not bucket or _MAGIC & set(bucket):
        fault = "has a pattern in the bucket's name; name one bucket" if bucket else "has no bucket"
        raise SettingsError(f"{target!r} {fault}; {wanted}.")
    return bucket, rest


def below(target: object) -> Below:
    """Return what `s3://bucket/prefix/*` or `s3://bucket/prefix/` means to a list.

    Raises:
        SettingsError: the target is not a prefix.
    """
    bucket, rest = split(target, _PREFIX)
    prefix = rest[:-1] if rest == "*" or rest.endswith("/*") else rest
    if prefix and not prefix.endswith("/"):
        raise SettingsError(f"{target!r} is not a prefix; {_PREFIX}.")
    return Below(bucket, prefix)
