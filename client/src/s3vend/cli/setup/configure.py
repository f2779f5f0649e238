"""`s3vend configure`: write a profile."""

import os
import sys
from dataclasses import replace
from typing import Annotated

import typer

from s3vend.cli.terminal.command import STDIN, Options, command
from s3vend.cli.terminal.ending import Refusal, say
from s3vend.cli.terminal.text import put_json

EXAMPLES = (
    "s3vend configure dev --url https://vend.example.com/v1 --aws-profile dev",
    "s3vend configure exporter --url https://vend.example.com/v1 --token-file /run/token",
    "export S3VEND_PROFILE=dev",
)


def configure(
    options: Options,
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The section; replaced if there.")],
) -> None:
    """Write a profile: where the service is, and who to be there.

    A profile with --token-file, --aws-profile or --door pins the identity: no other is looked
    for. It holds nothing secret: tokens and keys stay in files of their own.
    """
    from s3vend.cli.setup.profiles import write_profile
    from s3vend.http.address import valid_address
    from s3vend.identity.settings import MEMBERS, config_file, read_profile, settings

    if options.profile is not None:
        raise Refusal("name the profile as argument: s3vend configure NAME")
    if options.token_file == STDIN:
        raise Refusal("a profile holds no token: --token-file names a file")
    url = options.url or _prompt("Where is the service (https://…/v1)?")
    token_file = options.token_file and os.path.abspath(  # noqa: PTH100 - it need not be there
        os.path.expanduser(options.token_file)  # noqa: PTH111
    )
    given = replace(options, url=valid_address(url, "--url"), token_file=token_file).given()
    # What contradicts itself is said before it is written, not when it is used.
    settings(given, {})
    named = {member: getattr(given, member) for member in MEMBERS}
    members = {member: value for member, value in named.items() if value}
    path = config_file(os.environ)
    write_profile(path, name, members)
    read_profile(name, path)
    if options.is_json:
        put_json({"profile": name, "file": str(path), **members})
    elif not options.quiet:
        say(f"profile {name} is in {path}; use it: --profile {name}, or S3VEND_PROFILE={name}")


def _prompt(question: str) -> str:
    if not sys.stdin.isatty():
        raise Refusal("--url is missing")
    sys.stderr.write(f"{question} ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "configure", configure, EXAMPLES)
