"""Patterns of keys: `*`, `?` and `[…]` within a segment of a key, `**` across segments.

A pattern is compared segment by segment, so no key, whoever chose it, can make that slow.
"""

import fnmatch
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from s3vend.errors import SettingsError
from s3vend.listing.target import Below, split

ACROSS = "**"
_MAGIC = re.compile(r"[*?]|\[!?.[^\]]*\]", re.DOTALL)


class Pattern(NamedTuple):
    """Keys below a prefix whose further segments match; case matters, a leading dot does not."""

    below: Below  # everything up to the first segment that is not literal
    segments: tuple[str, ...]

    @property
    def is_one_level(self) -> bool:
        """Whether no key deeper than one level can match."""
        return len(self.segments) == 1 and ACROSS not in self.segments

    def matches(self, key: str) -> bool:
        """Whether a key, which is below the prefix, matches."""
        return _match(_compiled(self.segments), key[len(self.below.prefix) :].split("/"))


def pattern_of(target: str) -> Pattern | None:
    """Return the pattern in a target; None if it is a key, or all keys below a prefix.

    `s3://bucket/prefix/*` is all keys below the prefix, as everywhere; `*` after another pattern,
    such as in `s3://bucket/20*/*`, is one segment.

    Raises:
        SettingsError: the target is not one, the pattern is in the bucket's name, or it matches no
            key.
    """
    bucket, rest = split(target)
    segments = rest.split("/")
    first = next((at for at, one in enumerate(segments) if _MAGIC.search(one)), None)
    if first is None or segments[first:] == ["*"]:
        return None
    if not segments[-1]:
        raise SettingsError(
            f"{target!r} ends with a slash, but a pattern is for keys; use {target}{ACROSS} for "
            "all keys below what it matches."
        )
    for segment in segments[first:]:
        if ACROSS in segment and segment != ACROSS:
            raise SettingsError(
                f"{target!r} has {ACROSS} beside other characters; put it between slashes, such as "
                f"s3://bucket/prefix/{ACROSS}/*.csv, or use one *."
            )
    prefix = "".join(f"{one}/" for one in segments[:first])
    return Pattern(Below(bucket, prefix), tuple(segments[first:]))


@lru_cache(8)
def _compiled(segments: tuple[str, ...]) -> "list[re.Pattern[str] | None]":
    return [None if one == ACROSS else _compiled_one(one) for one in segments]


def _compiled_one(segment: str) -> re.Pattern[str]:
    # A segment of nothing, as in `a//b`, is matched by `**` alone: shells have none.
    return re.compile(f"(?!\\Z){fnmatch.translate(segment)}" if segment else r"\Z")


def _match(wanted: "Sequence[re.Pattern[str] | None]", found: Sequence[str]) -> bool:
    """Whether the segments match; where they do not, the last `**` takes one more of them.

    A `**` at the end takes at least one: it means what is below.
    """
    at = position = 0
    again: tuple[int, int] | None = None  # after the last `**`, and where it was tried there
    while position < len(found):
        if at < len(wanted) and wanted[at] is None:
            again = (at := at + 1), position
        elif at < len(wanted) and (one := wanted[at]) is not None and one.match(found[position]):
            at, position = at + 1, position + 1
        elif again is not None:
            at, position = again[0], again[1] + 1
            again = at, position
        else:
            return False
    return at == len(wanted)
