"""`s3vend canary`: measures how long S3 accepts a URL after its revocation."""

import time
from collections.abc import Callable
from typing import Annotated

import typer

from s3vend.cli.grant.revoking import ROUTE
from s3vend.cli.terminal.arguments import parse_key
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.completion import prefixes
from s3vend.cli.terminal.refusal import REFUSED, Refusal
from s3vend.cli.terminal.text import put_json, put_members

EXAMPLES = (
    "s3vend canary s3://bucket/canary/key --profile canary --admin-profile admin",
    "s3vend canary s3://bucket/canary/key --within 60 --output json",
)
ROUNDS = 10  # consecutive refusals to wait for: S3's servers do not learn of a change all at once
PAUSE = 0.1  # seconds between two requests


def canary(
    options: Options,
    *,
    target: Annotated[
        str,
        typer.Argument(metavar="TARGET", help="s3://bucket/key to read.", autocompletion=prefixes),
    ],
    admin_profile: Annotated[
        str | None,
        typer.Option("--admin-profile", help="Profile that revokes. Default: the same identity."),
    ] = None,
    admin_aws_profile: Annotated[
        str | None, typer.Option("--admin-aws-profile", help="AWS profile that revokes.")
    ] = None,
    within: Annotated[int, typer.Option("--within", min=1, help="Maximum time in seconds.")] = 300,
) -> None:
    """Measure how long S3 accepts a URL after its revocation.

    Vends a URL for TARGET and revokes its session. Exits with 1 if S3 accepts the URL for longer
    than --within. Use a separate identity for the canary: other URLs of this caller and grant may
    belong to the same session, and are revoked with it.
    """
    from s3vend.presigning.urls import urls_of

    key, service = parse_key(target), options.service()
    administrator = service
    if admin_profile or admin_aws_profile:
        other = options._replace(
            profile=admin_profile,
            aws_profile=admin_aws_profile,
            url=service.settings.url,
            token_file=None,
            door=None,
        )
        administrator = other.service()
    request = {"method": "GET", "target": key}
    vended = service.ask("presigned-urls", {"expiresIn": within, "requests": [request]})
    [url] = urls_of(vended["urls"], 1, service.settings.url)

    def status() -> int:
        return service.wire.send("GET", url.url, {**url.headers, "Range": "bytes=0-0"}).status

    if (first := status()) not in (200, 206, 416):
        raise Refusal(
            f"S3 answered {first} for {key} before the revocation; choose an object that exists "
            "and that the caller may read",
            REFUSED,
        )
    start = time.monotonic()
    revocation = {"sessionId": vended["sessionId"], "kind": "sessions", "reason": "s3vend canary"}
    revoked = administrator.ask(ROUTE, revocation)
    answered = time.monotonic() - start
    denied = until_denied(lambda: status() == 403, lambda: time.monotonic() - start, within)
    result = {
        "answeredSeconds": round(answered, 3),
        "deniedSeconds": None if denied is None else round(denied, 3),
        "denialWritten": revoked["denialWritten"],
        "sessionId": vended["sessionId"],
        "revocationId": revoked["revocation"]["id"],
    }
    put_json(result) if options.is_json else put_members(list(result.items()))
    if denied is None:
        raise Refusal(
            f"S3 still accepts the URL {within} s after the revocation: the kill switch does not "
            "work as promised",
            REFUSED,
        )


def until_denied(
    refuses: Callable[[], bool],
    elapsed: Callable[[], float],
    within: float,
    sleep: Callable[[float], object] = time.sleep,
) -> float | None:
    """Return the seconds until the first of `ROUNDS` consecutive refusals.

    None if S3 does not refuse that often within ``within`` seconds.
    """
    first, count = 0.0, 0
    while count < ROUNDS:
        now = elapsed()
        if now > within:
            return None
        first, count = (first if count else now, count + 1) if refuses() else (0.0, 0)
        sleep(PAUSE)
    return first


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "canary", canary, EXAMPLES)
