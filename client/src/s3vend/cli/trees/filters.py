"""`--include` and `--exclude` in the order in which they are given: the last match wins.

Click keeps the values of each option apart. So both are written as values of one hidden option
before they are parsed.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3vend.cli.terminal.usage import Command

if TYPE_CHECKING:
    from s3vend.tree.filters import Filters

INCLUDE, EXCLUDE, ORDERED = "--include", "--exclude", "--filter"
_SIGNS = {INCLUDE: "+", EXCLUDE: "-"}

Include = Annotated[
    list[str] | None,
    typer.Option(
        INCLUDE, metavar="PATTERN", help="Copy what matches, even if an earlier --exclude matches."
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        EXCLUDE, metavar="PATTERN", help="Leave out what matches. Of several, the last one decides."
    ),
]
Ordered = Annotated[list[str] | None, typer.Option(ORDERED, hidden=True)]


class FilteringCommand(Command):
    """A command with both options, and the hidden one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments; both options become one."""
        return super().parse_args(ctx, list(_ordered(args)))


def filters_of(ordered: Sequence[str] | None) -> "Filters":
    """Return the filters in the order of the command line."""
    from s3vend.tree.filters import Filter, Filters

    return Filters(tuple(Filter(text[1:], text.startswith("+")) for text in ordered or ()))


def _ordered(args: Sequence[str]) -> Iterator[str]:
    words = iter(args)
    for word in words:
        name, equals, value = word.partition("=")
        if word == "--":
            yield word
            yield from words
        elif name not in _SIGNS:
            yield word
        elif equals:
            yield f"{ORDERED}={_SIGNS[name]}{value}"
        elif (after := next(words, None)) is None:
            yield word  # so that the error names it
        else:
            yield f"{ORDERED}={_SIGNS[name]}{after}"
