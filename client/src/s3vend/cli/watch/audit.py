"""`s3vend audit`: lists audit records and the sessions that are out, and shows one vend."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Annotated, Any

import typer

from s3vend.cli.terminal.arguments import Caller, SessionId
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.text import as_text, put_json, put_table
from s3vend.cli.terminal.usage import Group
from s3vend.service.pages import pages

EXAMPLES = (
    "s3vend audit --since 2h --outcome refused",
    "s3vend audit --grant reports-readers --output json",
    "s3vend audit sessions --caller arn:aws:iam::123456789012:role/ReportReader",
    "s3vend audit vend abcdefghijklmnop",
)
STATES = {
    "denied": "revoked",
    "pending": "revoked, pending",
    "notReached": "revoked, not reached",
}
AGO = {"m": "minutes", "h": "hours", "d": "days"}
_AGO = re.compile(r"([0-9]{1,5})([mhd])")

Issuer = Annotated[str | None, typer.Option("--issuer", help="Issuer of the token.")]
Subject = Annotated[str | None, typer.Option("--subject", help="Subject of the token.")]
Grant = Annotated[str | None, typer.Option("--grant", help="Grant id.")]
Since = Annotated[
    str | None, typer.Option("--since", help="Start: a time with its zone, or an age: 90m, 2h, 7d.")
]
Until = Annotated[str | None, typer.Option("--until", help="End, in the same format.")]


def records(
    options: Options,
    *,
    action: Annotated[
        str | None, typer.Option("--action", help="Action, such as credentials.")
    ] = None,
    caller: Caller = None,
    code: Annotated[
        str | None, typer.Option("--code", help="Error code, such as AccessDenied.")
    ] = None,
    grant: Grant = None,
    issuer: Issuer = None,
    outcome: Annotated[
        str | None, typer.Option("--outcome", help="Outcome: granted, refused, failed or unknown.")
    ] = None,
    request: Annotated[
        str | None, typer.Option("--request", help="Request id, as in an error (requestId).")
    ] = None,
    session: SessionId = None,
    subject: Subject = None,
    token_hash: Annotated[str | None, typer.Option("--token-hash", help="Hash of a token.")] = None,
    vend: Annotated[str | None, typer.Option("--vend", help="Vend id (vendId).")] = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """List audit records, oldest first.

    For administrators. Lists the records that match all options; without --since, of the last hour.
    """
    query = {
        "action": action,
        "caller": caller,
        "code": code,
        "grant": grant,
        "issuer": issuer,
        "outcome": outcome,
        "extendedRequestId": request,
        "sessionId": session,
        "subject": subject,
        "tokenHash": token_hash,
        "vendId": vend,
        "since": absolute_time(since),
        "until": absolute_time(until),
    }
    entries = list(pages(options.service(), "/admin/audit", "records", **_without_none(query)))
    if options.is_json:
        put_json({"records": entries})
        return
    columns = ("TIME", "ACTION", "OUTCOME", "CALLER", "GRANT", "TARGETS", "VEND")
    rows = [
        (
            record["time"],
            record["action"],
            " ".join(filter(None, (record["outcome"], record.get("code")))),
            caller_name(record),
            record.get("grant"),
            ", ".join(map(as_text, record.get("targets", []))),
            record["vendId"],
        )
        for record in entries
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
    """List the sessions that are out.

    A session is out until its credentials and URLs expire. STATE shows `revoked` where the role's
    policy denies the session, `revoked, pending` where it does not yet, and `revoked, not reached`
    for another role, whose sessions no revocation reaches.
    """
    query = {
        "caller": caller,
        "issuer": issuer,
        "subject": subject,
        "grant": grant,
        "sessionId": session,
    }
    entries = list(pages(options.service(), "/admin/sessions", "sessions", **_without_none(query)))
    if options.is_json:
        put_json({"sessions": entries})
        return
    rows = [
        (
            entry["sessionId"],
            caller_name(entry),
            entry.get("grant"),
            STATES.get(entry.get("revocation", ""), "valid"),
            entry.get("expiresAt"),
            entry["vendCount"],
        )
        for entry in entries
    ]
    put_table(("SESSION", "CALLER", "GRANT", "STATE", "EXPIRES", "VENDS"), rows)


def vend(
    options: Options,
    *,
    vend_id: Annotated[str, typer.Argument(metavar="VEND", help="Vend id (vendId).")],
    since: Since = None,
    until: Until = None,
) -> None:
    """Show one vend as JSON.

    Shows its audit record, and its session with all vends of that session.
    """
    from urllib.parse import quote

    query = {"since": absolute_time(since), "until": absolute_time(until)}
    put_json(
        options.service().read(f"/admin/vends/{quote(vend_id, safe='')}", **_without_none(query))
    )


def caller_name(record: Mapping[str, Any]) -> str:
    """Return the caller in a record: its ARN, or its issuer and subject."""
    return str(
        record.get("caller")
        or " ".join(filter(None, (record.get("issuer"), record.get("subject"))))
    )


def absolute_time(text: str | None, now: datetime | None = None) -> str | None:
    """Return `2h` as the time two hours ago, and any other text unchanged.

    The service refuses what is not a time.
    """
    if text is None or not (match := _AGO.fullmatch(text)):
        return text
    age = timedelta(**{AGO[match[2]]: int(match[1])})
    moment = (now or datetime.now(timezone.utc)) - age
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _without_none(query: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in query.items() if value is not None}


def add(app: typer.Typer) -> None:
    """Add the commands."""
    own = typer.Typer(cls=Group, rich_markup_mode=None)
    command(own, None, records, EXAMPLES)
    command(own, "sessions", sessions, ("s3vend audit sessions --output json",))
    command(own, "vend", vend, ("s3vend audit vend abcdefghijklmnop",))
    app.add_typer(own, name="audit")
