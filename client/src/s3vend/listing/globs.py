"""The objects that a target of a command names: one key, a prefix, or a pattern."""

from collections.abc import Iterator

from s3vend.errors import S3VendError
from s3vend.listing.entries import Listed
from s3vend.listing.head import find_object
from s3vend.listing.objects import list_objects
from s3vend.listing.pattern import pattern_of
from s3vend.listing.target import split
from s3vend.service.connect import Service


def is_prefix(target: str, *, literal: bool = False) -> bool:
    """Whether the target is all keys below a prefix; ``literal`` as in `matching`."""
    _, rest = split(target)
    if literal:
        return rest == "" or rest.endswith("/")
    return pattern_of(target) is None and f"/{rest}".endswith(("/", "/*"))


def matching(target: str, *, service: Service, literal: bool = False) -> Iterator[Listed]:
    """Return the objects that a target names; each is listed while the caller iterates.

    `s3://bucket/prefix/*` and `s3://bucket/prefix/` are all below the prefix; other targets with
    `*`, `?` or `[…]` are patterns (see `pattern_of`); else it is one key. With ``literal`` these
    characters are part of the key.

    Raises:
        StorageError: S3 refused the list, or there is no object with the key.
        ServiceError: the service refused to sign.
        SettingsError: the target is not one.
    """
    pattern = None if literal else pattern_of(target)
    if pattern is not None:
        entries = list_objects(
            pattern.below.target, recursive=not pattern.is_one_level, service=service
        )
        return (one for one in entries if isinstance(one, Listed) and pattern.matches(one.key))
    if is_prefix(target, literal=literal):
        return list_objects(target, service=service)
    return iter([find_object(target, service)])


def nothing_at(target: str, service: Service, *, literal: bool = False) -> str:
    """Return the sentence for a prefix or a pattern without objects; ``literal`` as above.

    If there is a key with the characters of the pattern, it names the option for that.
    """
    if is_prefix(target, literal=literal):
        return f"there are no objects below {target.removesuffix('*')}"
    try:
        find_object(target, service)
    except S3VendError:
        return f"no object matches {target}"
    return f"no object matches {target}, but this is a key; use --no-glob"
