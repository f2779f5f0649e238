"""`s3vend audit`: what was asked and answered, which sessions are out, one vend."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Annotated, Any

import typer

from s3vend.cli.terminal.arguments import Caller, SessionId
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.text import as_text, put_json, put_table
from s3vend.service.pages import pages

EXAMPLES = (
    "s3vend audit --since 2h --outcome refused",
    "s3vend audit --grant reports-readers --output json",
    "s3vend audit sessions --caller arn:aws:iam::123456789012:role/ReportReader",
    "s3vend audit vend abcdefghijklmnop",
)
AGO = {"m": "minutes", "h": "hours", "d": "days"}
_AGO = re.compile(r"([0-9]{1,5})([mhd])")

Issuer = Annotated[str | None, typer.Option("--issuer", help="Who vouches.")]
Subject = Annotated[str | None, typer.Option("--subject", help="And for whom.")]
Grant = Annotated[str | None, typer.Option("--grant", help="The id of the grant.")]
Since = Annotated[str | None, typer.Option("--since", help="A time with its zone, or 90m, 2h, 7d.")]
Until = Annotated[str | None, typer.Option("--until", help="The same.")]


def records(
    options: Options,
    *,
    action: Annotated[str | None, typer.Option("--action", help="Such as credentials.")] = None,
    caller: Caller = None,
    code: Annotated[str | None, typer.Option("--code", help="Such as AccessDenied.")] = None,
    grant: Grant = None,
    issuer: Issuer = None,
    outcome: Annotated[
        str | None, typer.Option("--outcome", help="granted, refused, failed or unknown.")
    ] = None,
    request: Annotated[str | None, typer.Option("--request", help="A requestId.")] = None,
    session: SessionId = None,
    subject: Subject = None,
    token_hash: Annotated[str | None, typer.Option("--token-hash", help="Of a token.")] = None,
    vend: Annotated[str | None, typer.Option("--vend", help="A vendId.")] = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """List audit records, the oldest first; of the last hour unless --since says.

    For administrators. All that is given must hold.
    """
    given = {
        "action": action,
        "caller": caller,
        "code": code,
        "grant": grant,
        "issuer": issuer,
        "outcome": outcome,
        "requestId": request,
        "sessionId": session,
        "subject": subject,
        "tokenHash": token_hash,
        "vendId": vend,
        "since": absolute_time(since),
        "until": absolute_time(until),
    }
    found = list(pages(options.service(), "/admin/audit", "records", **_without_none(given)))
    if options.is_json:
        put_json({"records": found})
        return
    columns = ("TIME", "ACTION", "OUTCOME", "WHO", "GRANT", "TARGETS", "VEND")
    rows = [
        (
            one["time"],
            one["action"],
            " ".join(filter(None, (one["outcome"], one.get("code")))),
            caller_name(one),
            one.get("grant"),
            ", ".join(map(as_text, one.get("targets", []))),
            one["vendId"],
        )
        for one in found
    ]
    put_table(columns, rows)


def sessions(
    options: Options,
    *,
    caller: Caller = None,
    issuer: Issuer = None,
    subject: Subject = None,
    grant: Grant = None,
    session: SessionId = None,
) -> None:
    """List sessions that are out: those of which something holds still."""
    given = {
        "caller": caller,
        "issuer": issuer,
        "subject": subject,
        "grant": grant,
        "sessionId": session,
    }
    found = list(pages(options.service(), "/admin/sessions", "sessions", **_without_none(given)))
    if options.is_json:
        put_json({"sessions": found})
        return
    rows = [
        (
            one["sessionId"],
            caller_name(one),
            one.get("grant"),
            one.get("expiresAt"),
            one["vendCount"],
        )
        for one in found
    ]
    put_table(("SESSION", "WHO", "GRANT", "HOLDS UNTIL", "VENDS"), rows)


def vend(
    options: Options,
    *,
    vend_id: Annotated[str, typer.Argument(metavar="VEND", help="A vendId.")],
    since: Since = None,
    until: Until = None,
) -> None:
    """Look up one vend: its record, and its session with all that it served. It is JSON."""
    from urllib.parse import quote

    given = {"since": absolute_time(since), "until": absolute_time(until)}
    put_json(
        options.service().read(f"/admin/vends/{quote(vend_id, safe='')}", **_without_none(given))
    )


def caller_name(one: Mapping[str, Any]) -> str:
    """Whom a record is about, in a word or two."""
    return str(one.get("caller") or " ".join(filter(None, (one.get("issuer"), one.get("subject")))))


def absolute_time(text: str | None, now: datetime | None = None) -> str | None:
    """`2h` as the time two hours ago; anything else as it is, for the service to judge."""
    if text is None or not (found := _AGO.fullmatch(text)):
        return text
    ago = timedelta(**{AGO[found[2]]: int(found[1])})
    then = (now or datetime.now(timezone.utc)) - ago
    return then.isoformat(timespec="seconds").replace("+00:00", "Z")


def _without_none(given: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in given.items() if value is not None}


def add(app: typer.Typer) -> None:
    """Add the commands."""
    own = typer.Typer(rich_markup_mode=None)
    command(own, None, records, EXAMPLES)
    command(own, "sessions", sessions, ("s3vend audit sessions --output json",))
    command(own, "vend", vend, ("s3vend audit vend abcdefghijklmnop",))
    app.add_typer(own, name="audit")
