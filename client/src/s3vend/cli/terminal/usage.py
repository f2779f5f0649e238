"""Commands that say how they are misused: an error may repeat what a shell put in their line."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from itertools import pairwise
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from s3vend.cli.terminal.ending import AS_JSON, put_failure
from s3vend.cli.terminal.refusal import REFUSED, USAGE
from s3vend.printable import printable

_JSON = re.compile(r"(?:--output=|-[qy]*o)json")
_OUTPUT = re.compile(r"--output|-[qy]*o")
_REQUIRED = re.compile(r"\{(.+)\}")  # Typer's way to write a required argument in a usage line
# Sentences of pydantic, by which Typer reads values, and ours.
_PLAIN = {
    "Value error, ": "",
    "Input should be a valid integer, unable to parse string as an integer": (
        "must be a whole number"
    ),
    "Input should be greater than or equal to": "must be at least",
    "Input should be less than or equal to": "must be at most",
}


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

        message = _missing(error, ctx) or printable(error.format_message())  # type: ignore[attr-defined]
        for theirs, ours in _PLAIN.items():
            message = message.replace(theirs, ours)
        hint = f"Try '{ctx.command_path} --help' for help."
        text = "\n".join([message, ctx.get_usage(), hint])
        before = AS_JSON.set(ctx.meta.get(AS_JSON.name, False))
        put_failure(Failure(text, code, CODES[USAGE], message, hint))
        AS_JSON.reset(before)
        raise typer.Exit(code) from None


def _missing(error: Exception, ctx: Any) -> str | None:
    """Return the sentence if arguments are missing of which the first takes any number.

    One word is then the last argument to click, whose message names the first, which is there.
    """
    names = [one.metavar for one in ctx.command.params if one.param_type_name == "argument"]
    param: Any = getattr(error, "param", None)
    if type(error).__name__ != "MissingParameter" or len(names) < 2 or param.nargs != -1:
        return None
    return f"Missing argument: {' and '.join(names)} are both required."


def wants_json(words: Sequence[str]) -> bool:
    """Whether a command line that may be invalid has `-o json`."""
    own = words[: words.index("--")] if "--" in words else words
    return any(map(_JSON.fullmatch, own)) or any(
        _OUTPUT.fullmatch(option) and value == "json" for option, value in pairwise(own)
    )


class _Reading(NamedTuple):
    """Takes a value that needs no reading as it is: Typer imports pydantic to read any value."""

    param: Any
    read: Any  # Typer's own way

    def __call__(self, ctx: Any, value: Any) -> Any:
        param = self.param
        if not self._is_read(value):
            return self.read(ctx, value)
        if value is None and (param.multiple or param.nargs == -1):
            value = ()
        return value if param.callback is None else param.callback(ctx, param, value)

    def _is_read(self, value: Any) -> bool:
        """Whether it is not given, the default of a choice, or a text where a text is wanted."""
        if value is None:
            return not self.param.required
        wanted = getattr(getattr(self.param, "type_descriptor", None), "annotation", None)
        return isinstance(value, Enum) or wanted is str or (wanted == list[str] and bool(value))


class _Plain:
    """What makes a command begin soon."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters; none is read that needs no reading."""
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for one in params:
            if not isinstance(one.process_value, _Reading):
                one.process_value = _Reading(one, one.process_value)
        return params


class Command(_Plain, TyperCommand):
    """A command that keeps the words after `--`.

    It exits with ``usage`` if misused, and with ``refused`` if it is refused or fails.
    """

    usage, refused = USAGE, REFUSED

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the words of the usage line; a required argument is its name alone."""
        return [_REQUIRED.sub(r"\1", piece) for piece in super().collect_usage_pieces(ctx)]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse as Typer does, with these two differences."""
        if "--" in args and self.name == "exec":
            at = args.index("--")
            args, ctx.meta["command"] = args[:at], args[at + 1 :]
        with usage_errors(ctx, self.usage):
            return super().parse_args(ctx, args)


class PlanCommand(Command):
    """`plan`, which exits with 1 if misused, since 2 means that there are changes."""

    usage = 1


class QuestionCommand(Command):
    """A command that exits with 1 for an answer, such as "nobody", and so with 2 without one."""

    refused = USAGE


class OneWord(Command):
    """A command with one argument, which gets every word, so that it can say which is too many."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the words of the usage line; the argument is there once."""
        return [piece.removesuffix("...") for piece in super().collect_usage_pieces(ctx)]


class Group(_Plain, TyperGroup):
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


# The commands of `s3vend --help`, by what people do with them.
TASKS = {
    "Use": ("whoami", "ls", "explain", "cp", "sync", "rm", "url", "exec", "serve", "credentials"),
    "Share": ("share", "shares", "unshare"),
    "Grant": ("check", "plan", "apply", "export", "revoke"),
    "Watch": ("who-can", "reach", "audit", "canary"),
    "Set up": ("configure", "doctor", "version"),
}


_SENTENCE = 500  # characters: more than any first sentence, which is wrapped and not cut


class Root(Group):
    """`s3vend`, whose help has the commands by task."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands, in the order of the help."""
        del ctx
        return [name for names in TASKS.values() for name in names]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write each task with its commands."""
        for task, names in TASKS.items():
            found = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(task):
                formatter.write_dl(
                    [(name, one.get_short_help_str(_SENTENCE)) for name, one in found if one]
                )
