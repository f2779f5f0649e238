"""What a copy of many files is between: files and directories here, or objects below a prefix."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from s3vend.errors import SettingsError
from s3vend.listing.entries import Listed
from s3vend.listing.head import find_object
from s3vend.listing.objects import first_object
from s3vend.listing.pattern import Pattern, pattern_of
from s3vend.listing.spans import KeysAfter, list_in_spans, unknown
from s3vend.listing.target import SCHEME, below
from s3vend.service.connect import Service

Place = str | os.PathLike[str]


class Local(NamedTuple):
    """Files, and directories with all that is in them."""

    paths: tuple[Path, ...]

    @property
    def path(self) -> Path:
        """The only one."""
        [path] = self.paths
        return path

    def __str__(self) -> str:
        return " ".join(map(str, self.paths))


class Prefix(NamedTuple):
    """All objects below ``address``, `s3://bucket/prefix/`, or those that match a pattern there.

    With ``name`` it is the one object of that name, for which nothing is listed: a grant may have
    the key alone.
    """

    address: str
    pattern: Pattern | None = None
    name: str = ""

    @property
    def key(self) -> str:
        """The prefix in the bucket, which is empty or ends with a slash."""
        return below(self.address).prefix

    def name_of(self, listed: Listed) -> str:
        """Return the name of an object below the prefix."""
        return listed.target[len(self.address) :]

    def objects(
        self,
        service: Service,
        admits: Callable[[str], bool],
        names_after: KeysAfter = unknown,
    ) -> Iterator[Listed]:
        """List the objects whose names are admitted; raises as `list_objects`, or `find_object`.

        ``names_after`` returns some of the names that are expected after one, as in
        `list_in_spans`.
        """
        pattern, prefix = self.pattern, self.key

        def keys_after(key: str) -> list[str]:
            return [f"{prefix}{name}" for name in names_after(key[len(prefix) :])]

        if self.name:
            found: Iterable[Listed] = [find_object(str(self), service)]
        else:
            found = list_in_spans(self.address, service, keys_after)
        for listed in found:
            if (pattern is None or pattern.matches(listed.key)) and admits(self.name_of(listed)):
                yield listed

    def nothing(self, service: Service, *, filtered: bool) -> str | None:
        """Return the sentence for a misspelt prefix or pattern, of which nothing was seen.

        None if there are objects; what a pattern matches may all have been ``filtered``.
        """
        if self.pattern is not None:
            return None if filtered else f"no object matches {self}"
        is_there = self.name or first_object(self.address, service) is not None
        return None if is_there else f"there are no objects below {self}"

    def __str__(self) -> str:
        if self.pattern is None:
            return f"{self.address}{self.name}"
        return f"{self.address}{'/'.join(self.pattern.segments)}"


Root = Local | Prefix


def root_of(place: Place) -> Root:
    """Return the directory or the prefix that a text means; a slash at the end changes nothing.

    Raises:
        SettingsError: it is empty, or neither.
    """
    text = os.fspath(place)
    if not isinstance(text, str) or not text:
        raise SettingsError(f"{text!r} is neither a directory nor s3://bucket/prefix/.")
    if not text.startswith(SCHEME):
        return Local((Path(text).absolute(),))
    if (pattern := pattern_of(text)) is not None:
        return Prefix(pattern.below.address, pattern)
    return Prefix(below(text if text.endswith(("/", "/*")) else f"{text}/").address)


def _named(place: Place) -> Root:
    """Return the root of a key, or what `root_of` returns for everything else."""
    text = os.fspath(place)
    if not text.startswith(SCHEME) or text.endswith(("/", "/*")) or pattern_of(text) is not None:
        return root_of(text)
    above, _, name = text.rpartition("/")
    return Prefix(f"{above}/", name=name)


def roots_of(places: Sequence[Place], *, recursive: bool) -> list[Root]:
    """Return the roots of several sources; those that are here are one. Raises as `root_of`.

    Unless it is ``recursive``, `s3://bucket/name` is a key and not a prefix.
    """
    roots = [root_of(place) if recursive else _named(place) for place in places]
    local = tuple(path for root in roots if isinstance(root, Local) for path in root.paths)
    return [*([Local(local)] if local else []), *(one for one in roots if isinstance(one, Prefix))]
