"""Completion at a shell: names of profiles, targets of one's grants, ids of grants
and of shares.

It is quick or gives nothing: it asks once, waits shortly, never prompts, and is silent on errors.
"""

import io
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager, redirect_stdout, suppress
from typing import Any

import typer

TIMEOUT, DEADLINE = 2.0, 3.0  # seconds: for one answer, and for all of it
S3, STDIN = "s3:", "-"
BREAKS = ":="  # where bash splits words
CONNECT = ("profile", "url", "token_file", "aws_profile", "door", "audience", "region")
# A shell takes these as they are; what has other characters is left out.
_PLAIN = re.compile(r"[\w/:@%+=,.*-]+")


def profile_names(incomplete: str) -> list[str]:
    """Return the names of profiles that start with ``incomplete``."""
    import configparser

    from s3vend.identity.settings import config_file, profiles_text

    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read_string(profiles_text(config_file(os.environ)))
    except (configparser.Error, OSError, UnicodeError):
        return []
    return [name for name in parser.sections() if name.startswith(incomplete)]


def scopes(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the scopes of the caller's grants: `s3://bucket/prefix/*`, or one key."""
    return _members(ctx, "grants", "scope", incomplete)


def prefixes(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the same without `*`, for what is one key below it."""
    return list(dict.fromkeys(scope.removesuffix("*") for scope in scopes(ctx, incomplete)))


def prefixes_or_files(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the same; nothing before `s3:` is typed, where the shell offers files."""
    return prefixes(ctx, incomplete) if incomplete.startswith(S3) else []


def grant_ids(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the ids of all grants, for administrators."""
    return _members(ctx, "/admin/grants", "id", incomplete)


def share_ids(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the ids of the caller's shares, or with --admin of everybody's."""
    route = "/admin/shares" if ctx.params.get("admin") else "shares"
    return _members(ctx, route, "id", incomplete, "shares")


def _members(
    ctx: typer.Context, route: str, member: str, incomplete: str, listed: str = "grants"
) -> list[str]:
    from s3vend.service.pages import pages

    def find() -> list[str]:
        service = _service(ctx.params)
        return [str(entry[member]) for entry in pages(service, route, listed)]

    found = dict.fromkeys(_in_time(find))
    return [text for text in found if text.startswith(incomplete) and _PLAIN.fullmatch(text)]


def _service(options: dict[str, Any]) -> Any:
    """Connect as the options on the command line say. A token on stdin is not there yet."""
    from s3vend.service.connect import connect

    given = {name: options.get(name) for name in CONNECT}
    if STDIN in given.values():
        raise ValueError
    given["door"] = getattr(given["door"], "value", given["door"])
    return connect(**given, retries=0, timeout=TIMEOUT)


def _in_time(find: Callable[[], list[str]]) -> list[str]:
    """Return what ``find`` returns; nothing if it fails, or takes too long."""
    found: list[str] = []

    def run() -> None:
        with suppress(Exception):
            found.extend(find())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(DEADLINE)
    return list(found)


@contextmanager
def completing(shell: str, environment: MutableMapping[str, str]) -> Iterator[None]:
    """Complete without a terminal, so that nothing can prompt, and in words as bash splits them."""
    if sys.platform != "win32":
        with suppress(OSError):  # it leads a session already
            os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 2)
    start = _rejoin(environment) if shell == "complete_bash" else ""
    out = io.StringIO()
    try:
        with redirect_stdout(out):
            yield
    finally:
        for line in out.getvalue().splitlines(keepends=True):
            sys.stdout.write(line.removeprefix(start))


def _rejoin(environment: MutableMapping[str, str]) -> str:
    """Undo that bash splits words at `:` and `=`; return what stands before the last part."""
    words, at = environment["COMP_WORDS"].split("\n"), int(environment["COMP_CWORD"])
    joined, start, place, goes_on = list[str](), "", at, False
    for number, word in enumerate(words):
        is_break = word != "" and word.strip(BREAKS) == ""
        continues = bool(joined) and (is_break or (goes_on and (word != "" or number == at)))
        before = joined.pop() if continues else ""
        joined.append(before + word)
        if number == at:
            start, place = joined[-1] if is_break else before, len(joined) - 1
        goes_on = is_break
    environment["COMP_WORDS"], environment["COMP_CWORD"] = "\n".join(joined), str(place)
    return start
