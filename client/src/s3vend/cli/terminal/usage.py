"""Errors of usage: they repeat the command line, where a shell may have put file names."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from typer.core import TyperGroup

from s3vend.printable import printable_lines


@contextmanager
def escaped_usage(code: int) -> Iterator[None]:
    """Escape the message of a usage error, and let it exit with ``code``."""
    try:
        yield
    except Exception as error:
        if getattr(error, "exit_code", None) == 2:
            text = printable_lines(error.format_message())  # type: ignore[attr-defined]
            error.format_message = lambda: text  # type: ignore[attr-defined]
            error.exit_code = code  # type: ignore[attr-defined]
        raise


class Group(TyperGroup):
    """A command with subcommands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse as Typer does."""
        with escaped_usage(2):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the subcommand as Typer does."""
        with escaped_usage(2):
            return super().resolve_command(ctx, args)
