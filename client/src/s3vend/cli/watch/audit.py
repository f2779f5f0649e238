"""`s3vend audit`: lists audit records and the sessions that are out, and shows one vend."""

from collections.abc import Sequence
from typing import Annotated

import typer

from s3vend.cli.terminal.arguments import SessionId, parse_target
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.text import put_json, put_table
from s3vend.cli.terminal.usage import Group
from s3vend.cli.watch.filters import (
    About,
    Grant,
    Issuer,
    Since,
    Subject,
    Until,
    Who,
    caller_query,
    given,
    window,
)
from s3vend.cli.watch.records import COLUMNS, caller_name, grant_ids, row
from s3vend.service.pages import answers

EXAMPLES = (
    "s3vend audit --since yesterday --outcome refused",
    "s3vend audit --target 's3://bucket/reports/*' --caller ReportReader --since 7d",
    "s3vend audit --grant reports-readers --output json",
    "s3vend audit sessions --caller arn:aws:iam::123456789012:role/ReportReader",
    "s3vend audit vend abcdefghijklmnop",
)
SESSION_COLUMNS = ("SESSION", "CALLER", "GRANT", "PERMISSION", "STATE", "EXPIRES", "VENDS")
DRY_RUN: dict[str | None, bool] = {"plan": True, "apply": False}  # names of the action `changes`
STATES = {
    "denied": "revoked",
    "pending": "revoked, pending",
    "notReached": "revoked, not reached",
}


def records(
    options: Options,
    *,
    action: Annotated[
        str | None, typer.Option("--action", help="Action, such as credentials, plan or apply.")
    ] = None,
    caller: Who = None,
    target: About = None,
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
    A `plan` is a dry run, an `apply` is not; each change that it makes has a record of its own.
    With --target, records of wider prefixes are listed too, and records that list only the first
    of their targets, if they are about the bucket.
    """
    query = {
        "action": "changes" if action in DRY_RUN else action,
        **caller_query(caller),
        "target": target and parse_target(target),
        "code": code,
        "grant": grant,
        "issuer": issuer,
        "outcome": outcome,
        "extendedRequestId": request,
        "sessionId": session,
        "subject": subject,
        "tokenHash": token_hash,
        "vendId": vend,
        **window(since, until),
    }
    found = list(answers(options.service(), "/admin/audit", **given(query)))
    entries = [
        record
        for answer in found
        for record in answer["records"]
        if action not in DRY_RUN or record.get("dryRun") is DRY_RUN[action]
    ]
    if options.is_json:
        put_json({"records": entries})
        return
    put_table(COLUMNS, [row(record) for record in entries])
    if not options.quiet and "until" in found[-1]:
        until, settled = found[-1]["until"], found[-1]["settledUntil"]
        missing = f"; later ones than {settled} may still be missing" if settled < until else ""
        say(f"{_count(entries, 'record')} from {found[0]['since']} to {until}{missing}")


def sessions(
    options: Options,
    *,
    caller: Who = None,
    target: About = None,
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
        **caller_query(caller),
        "target": target and parse_target(target),
        "issuer": issuer,
        "subject": subject,
        "grant": grant,
        "sessionId": session,
    }
    found = list(answers(options.service(), "/admin/sessions", **given(query)))
    entries = [session for answer in found for session in answer["sessions"]]
    if options.is_json:
        put_json({"sessions": entries})
        return
    rows = [
        (
            entry["sessionId"],
            caller_name(entry),
            grant_ids(entry),
            entry.get("permission"),
            STATES.get(entry.get("revocation", ""), "valid"),
            entry.get("expiresAt"),
            entry["vendCount"],
        )
        for entry in entries
    ]
    put_table(SESSION_COLUMNS, rows)
    if not options.quiet and "settledUntil" in found[-1]:
        say(
            f"{_count(entries, 'session')}; those from after {found[-1]['settledUntil']} may "
            "still be missing"
        )


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

    query = given(window(since, until))
    put_json(options.service().read(f"/admin/vends/{quote(vend_id, safe='')}", **query))


def _count(entries: Sequence[object], what: str) -> str:
    return f"{len(entries) or 'no'} {what}{'s' * (len(entries) != 1)}"


def add(app: typer.Typer) -> None:
    """Add the commands."""
    own = typer.Typer(cls=Group, rich_markup_mode=None)
    command(own, None, records, EXAMPLES)
    command(own, "sessions", sessions, ("s3vend audit sessions --output json",))
    command(own, "vend", vend, ("s3vend audit vend abcdefghijklmnop",))
    app.add_typer(own, name="audit")
