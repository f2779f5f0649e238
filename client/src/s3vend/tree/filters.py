"""`--include` and `--exclude`, as in the AWS CLI: everything is included, and the last match wins.

https://docs.aws.amazon.com/cli/latest/reference/s3/#use-of-exclude-and-include-filters
"""

from dataclasses import dataclass
from fnmatch import fnmatch


@dataclass(frozen=True, slots=True)
class Filter:
    """A pattern, in which `*` also stands for slashes."""

    pattern: str
    includes: bool

    def matches(self, relative: str) -> bool:
        """Whether the pattern matches a path relative to the root."""
        return fnmatch(relative, self.pattern)


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters in the order of the command line."""

    filters: tuple[Filter, ...] = ()

    def admits(self, relative: str) -> bool:
        """Whether a path relative to the root is included."""
        matching = (one.includes for one in reversed(self.filters) if one.matches(relative))
        return next(matching, True)


EVERYTHING = Filters()
