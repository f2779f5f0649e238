"""Whether a command line of `cp` means one file or many."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from s3vend.cli.terminal.command import STDIN
from s3vend.cli.terminal.refusal import Refusal

S3 = "s3://"


class Chosen(NamedTuple):
    """The sources and the destination of a command line."""

    sources: Sequence[str]
    destination: str
    recursive: bool

    @property
    def is_many(self) -> bool:
        """Whether it is more than one file: several sources, a directory, a prefix or a pattern.

        A target with `*` is a pattern where the destination is a directory; else it is one key,
        unless it ends with `*`, as no key may here.
        """
        if len(self.sources) > 1:
            return True
        [source] = self.sources
        return source != STDIN and (self._is_tree(source) or self._is_pattern(source))

    def check(self) -> None:
        """Check what is copied together.

        Raises:
            Refusal: a directory or a prefix without -r; stdin or stdout; or a destination that can
                take one file alone.
        """
        if STDIN in (*self.sources, self.destination):
            raise Refusal("- is one file, and goes with one other; name a directory or a prefix")
        trees = [one for one in self.sources if self._is_tree(one)]
        if trees and not self.recursive:
            kind = "a prefix" if trees[0].startswith(S3) else "a directory"
            raise Refusal(f"{trees[0]} is {kind}; use -r to copy everything in it")
        if not self._is_into and (len(self.sources) > 1 or not trees):
            raise Refusal(
                f"several files go below {self.destination}, so end it with a slash: "
                f"{self.destination}/"
            )

    @property
    def _is_into(self) -> bool:
        """Whether the destination is a prefix or a directory."""
        return self.destination.endswith(("/", "/*")) or Path(self.destination).is_dir()

    def _is_tree(self, source: str) -> bool:
        if not source.startswith(S3):
            return Path(source).is_dir()
        is_prefix = source.endswith(("/", "/*")) or "/" not in source.removeprefix(S3)
        return is_prefix or (self.recursive and not self._is_pattern(source))

    def _is_pattern(self, source: str) -> bool:
        from s3vend.listing.pattern import pattern_of

        may_be = source.startswith(S3) and (self._is_into or source.endswith("*"))
        return may_be and pattern_of(source) is not None
