"""`--include` and `--exclude`, as in the AWS CLI: everything is included, and the last match wins.

https://docs.aws.amazon.com/cli/latest/reference/s3/#use-of-exclude-and-include-filters
"""

import re
from fnmatch import fnmatch
from os.path import normcase
from typing import NamedTuple

_MAGIC = re.compile(r"[*?\[]")


class Filter(NamedTuple):
    """A pattern, in which `*` also stands for slashes."""

    pattern: str
    includes: bool

    def matches(self, relative: str) -> bool:
        """Whether the pattern matches a path relative to the root."""
        return fnmatch(relative, self.pattern)

    def matches_all_below(self, directory: str) -> bool:
        """Whether the pattern certainly matches each path below a directory."""
        return self.pattern.endswith("*") and self.matches(directory)

    def may_match_below(self, directory: str) -> bool:
        """Whether the pattern may match a path below a directory."""
        first = normcase(_MAGIC.split(self.pattern, maxsplit=1)[0])
        below = normcase(directory)
        return first.startswith(below) or (first != self.pattern and below.startswith(first))


class Filters(NamedTuple):
    """Filters in the order of the command line."""

    filters: tuple[Filter, ...] = ()

    def admits(self, relative: str) -> bool:
        """Whether a path relative to the root is included."""
        if not self.filters:
            return True
        matching = (one.includes for one in reversed(self.filters) if one.matches(relative))
        return next(matching, True)

    def reaches(self, directory: str) -> bool:
        """Whether paths below a directory, which ends with a slash, may be included."""
        for one in reversed(self.filters):
            if one.includes and one.may_match_below(directory):
                return True
            if not one.includes and one.matches_all_below(directory):
                return False
        return True


EVERYTHING = Filters()
