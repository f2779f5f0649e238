"""`s3vend canary`: how long a URL outlives its revocation, measured."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

import typer

from s3vend.cli.grant.revoking import ROUTE
from s3vend.cli.terminal.arguments import parse_key
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.ending import REFUSED, Refusal
from s3vend.cli.terminal.text import put_json, put_members

EXAMPLES = (
    "s3vend canary s3://bucket/canary/key --profile canary --admin-profile admin",
    "s3vend canary s3://bucket/canary/key --within 60 --output json",
)
ROUNDS = 10  # refusals in a row: S3 is many, and not all hear of it at once
PAUSE = 0.1  # seconds between two


def canary(
    options: Options,
    *,
    target: Annotated[str, typer.Argument(metavar="TARGET", help="s3://bucket/key to read.")],
    admin_profile: Annotated[
        str | None, typer.Option("--admin-profile", help="Who revokes; else the same identity.")
    ] = None,
    admin_aws_profile: Annotated[
        str | None, typer.Option("--admin-aws-profile", help="The same, by a profile of AWS.")
    ] = None,
    within: Annotated[int, typer.Option("--within", min=1, help="Seconds that it may take.")] = 300,
) -> None:
    """Vend a URL, revoke its session, and measure until S3 says no for good.

    Ends with 1 where that takes longer than --within. Use an identity of its own for it: other
    URLs that this caller got under the same grant may be of the same session, and end with it.
    """
    key, service = parse_key(target), options.service()
    administrator = service
    if admin_profile or admin_aws_profile:
        other = replace(
            options,
            profile=admin_profile,
            aws_profile=admin_aws_profile,
            url=service.settings.url,
            token_file=None,
            door=None,
        )
        administrator = other.service()
    request = {"method": "GET", "target": key}
    made = service.ask("presigned-urls", {"expiresIn": within, "requests": [request]})
    url = made["urls"][0]

    def status() -> int:
        headers = {**url.get("headers", {}), "Range": "bytes=0-0"}
        return service.wire.send("GET", url["url"], headers).status

    if (first := status()) not in (200, 206, 416):
        raise Refusal(f"S3 answers {first} to {key} before anything is revoked", REFUSED)
    start = time.monotonic()
    asked = {"sessionId": made["sessionId"], "kind": "sessions", "reason": "s3vend canary"}
    revoked = administrator.ask(ROUTE, asked)
    answered = time.monotonic() - start
    denied = until_denied(lambda: status() == 403, lambda: time.monotonic() - start, within)
    measured = {
        "answeredSeconds": round(answered, 3),
        "deniedSeconds": None if denied is None else round(denied, 3),
        "denialWritten": revoked["denialWritten"],
        "sessionId": made["sessionId"],
        "revocationId": revoked["revocation"]["id"],
    }
    put_json(measured) if options.is_json else put_members(list(measured.items()))
    if denied is None:
        raise Refusal(f"after {within} s S3 still answers: the kill switch does not hold", REFUSED)


def until_denied(
    refuses: Callable[[], bool],
    passed: Callable[[], float],
    within: float,
    sleep: Callable[[float], object] = time.sleep,
) -> float | None:
    """Seconds until the first of `ROUNDS` refusals in a row; None: not within."""
    first, count = 0.0, 0
    while count < ROUNDS:
        now = passed()
        if now > within:
            return None
        first, count = (first if count else now, count + 1) if refuses() else (0.0, 0)
        sleep(PAUSE)
    return first


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "canary", canary, EXAMPLES)
