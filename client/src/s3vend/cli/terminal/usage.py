"""Errors of usage: they repeat the command line, where a shell may have put file names."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import typer
from typer.core import TyperGroup

from s3vend.cli.terminal.ending import AS_JSON, USAGE, put_failure

_JSON = re.compile(r"(?:--output=|-[qy]*o)json")
_OUTPUT = re.compile(r"--output|-[qy]*o")


@contextmanager
def usage_errors(ctx: Any, code: int = USAGE) -> Iterator[None]:
    """Write an error of usage as `put_failure` does, and exit with ``code``."""
    try:
        yield
    except Exception as error:
        is_help = type(error).__name__ == "NoArgsIsHelpError"  # of newer versions of click
        if getattr(error, "exit_code", None) != USAGE or is_help or ctx.resilient_parsing:
            raise
        from s3vend.cli.terminal.failure import CODES, Failure

        message = error.format_message()  # type: ignore[attr-defined]
        hint = f"Try '{ctx.command_path} --help' for help."
        text = "\n".join([message, ctx.get_usage(), hint])
        before = AS_JSON.set(ctx.meta.get(AS_JSON.name, False))
        put_failure(Failure(text, code, CODES[USAGE], message, hint))
        AS_JSON.reset(before)
        raise typer.Exit(code) from None


def wants_json(words: Sequence[str]) -> bool:
    """Whether a command line that may be invalid has `-o json`."""
    own = words[: words.index("--")] if "--" in words else words
    return any(map(_JSON.fullmatch, own)) or any(
        _OUTPUT.fullmatch(option) and value == "json" for option, value in pairwise(own)
    )


class Group(TyperGroup):
    """A command with subcommands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse as Typer does."""
        ctx.meta.setdefault(AS_JSON.name, wants_json(args))
        with usage_errors(ctx):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the subcommand as Typer does."""
        with usage_errors(ctx):
            return super().resolve_command(ctx, args)
