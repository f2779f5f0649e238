"""`s3vend configure`: saves a profile."""

import os
import sys
from typing import Annotated

import typer

from s3vend.cli.terminal.command import STDIN, Options, command
from s3vend.cli.terminal.ending import ask, say
from s3vend.cli.terminal.refusal import Refusal
from s3vend.cli.terminal.text import put_json

EXAMPLES = (
    "s3vend configure dev --url https://vend.example.com/v1 --aws-profile dev",
    "s3vend configure exporter --url https://vend.example.com/v1 --token-file /run/token",
    "export S3VEND_PROFILE=dev",
)


def configure(
    options: Options,
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Profile to save or replace.")],
) -> None:
    """Save a profile.

    A profile has the address of the service. With --token-file or --aws-profile it also pins the
    identity: no other source is tried. With --door it limits the sources to AWS credentials or
    tokens. It contains no secrets: tokens and keys stay in their own files.
    """
    from s3vend.cli.settings.profiles import write_profile
    from s3vend.http.address import valid_address
    from s3vend.identity.settings import MEMBERS, config_file, read_profile, settings

    if options.profile is not None:
        raise Refusal("name the profile without --profile: s3vend configure NAME")
    if options.token_file == STDIN:
        raise Refusal("a profile cannot contain a token; name a file with --token-file")
    if options.retries is not None or options.timeout is not None:
        raise Refusal(
            "a profile does not contain --retries and --timeout; set S3VEND_RETRIES and "
            "S3VEND_TIMEOUT"
        )
    url = options.url or _prompt("Address of the service (https://…/v1):")
    token_file = options.token_file and os.path.abspath(  # noqa: PTH100 - it need not exist yet
        os.path.expanduser(options.token_file)  # noqa: PTH111
    )
    arguments = options._replace(url=valid_address(url, "--url"), token_file=token_file).arguments()
    # Refuse settings that contradict each other now, not when the profile is used.
    settings(arguments, {})
    values = {member: getattr(arguments, member) for member in MEMBERS}
    members = {member: value for member, value in values.items() if value}
    path = config_file(os.environ)
    write_profile(path, name, members)
    read_profile(name, path)
    if options.is_json:
        put_json({"profile": name, "file": str(path), **members})
    elif not options.quiet:
        say(
            f"saved profile {name} in {path}; use it with --profile {name} or S3VEND_PROFILE={name}"
        )


def _prompt(question: str) -> str:
    if not sys.stdin.isatty():
        raise Refusal("--url is required")
    return ask(question)


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "configure", configure, EXAMPLES)
