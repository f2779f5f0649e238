"""`s3vend revoke`: the kill switch; what was revoked; lifting a block."""

from typing import Annotated, Any

import typer

from s3vend.cli.grant.revoking import ROUTE
from s3vend.cli.terminal.arguments import Caller, SessionId, Yes
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.ending import NOT_REACHABLE, REFUSED, Refusal, confirm, say
from s3vend.cli.terminal.text import put_json, put_members, put_table
from s3vend.service.pages import pages

EXAMPLES = (
    "s3vend revoke --caller arn:aws:iam::123456789012:role/ReportReader --block --reason theft",
    "s3vend revoke --vend abcdefghijklmnop --reason 'leaked in a log'",
    "s3vend revoke list",
    "s3vend revoke lift 0123456789abcdef",
)


def revoke(
    options: Options,
    *,
    caller: Caller = None,
    issuer: Annotated[str | None, typer.Option("--issuer", help="With --subject.")] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", help="Whom the issuer calls so.")
    ] = None,
    session: SessionId = None,
    vend: Annotated[
        str | None, typer.Option("--vend", help="A vendId: its whole session ends.")
    ] = None,
    grant: Annotated[str | None, typer.Option("--grant", help="The id of a grant.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody, at once.")] = False,
    block: Annotated[
        bool, typer.Option("--block", help="And vend nothing new, until somebody lifts it.")
    ] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="For whoever reads it.")] = None,
    yes: Yes = False,
) -> None:
    """End access before its time: credentials and URLs alike.

    Name one of --caller, --issuer with --subject, --session, --vend, --grant or --all. Without
    --block new vends go on. A lifted block opens new vends; what was lent before stays dead.
    """
    web = {"issuer": issuer, "subject": subject}
    if (issuer is None) != (subject is None):
        raise Refusal("--issuer and --subject go together")
    named = {
        "caller": {"iam": caller} if caller else web if issuer else None,
        "sessionId": session,
        "vendId": vend,
        "grantId": grant,
        "all": everybody or None,
    }
    whose: dict[str, Any] = {name: value for name, value in named.items() if value is not None}
    if len(whose) != 1 or (caller and issuer):
        raise Refusal(
            "name one of --caller, --issuer with --subject, --session, --vend, --grant, --all"
        )
    if not reason:
        raise Refusal("--reason is missing: whoever reads the list should know why")
    kind = "block" if block else "sessions"
    if not yes and not confirm(f"Revoke ({kind}) {whose}?"):
        raise Refusal("nothing was revoked", REFUSED)
    answer = options.service().ask(ROUTE, {**whose, "kind": kind, "reason": reason})
    _put_result(options, answer)


def list_revocations(options: Options) -> None:
    """List what was revoked, the newest first."""
    found = list(pages(options.service(), ROUTE, "revocations"))
    if options.is_json:
        put_json({"revocations": found})
        return
    rows = [
        (one["id"], one["state"], one["kind"], _applies_to(one), one["createdAt"], one["reason"])
        for one in found
    ]
    put_table(("ID", "STATE", "KIND", "WHOSE", "SINCE", "REASON"), rows)


def lift(
    options: Options, *, revocation: Annotated[str, typer.Argument(metavar="ID", help="As listed.")]
) -> None:
    """Lift a block: new vends work again; what was lent before stays dead."""
    from urllib.parse import quote

    _put_result(options, options.service().end(f"{ROUTE}/{quote(revocation, safe='')}"))


def _applies_to(one: dict[str, Any]) -> object:
    names = ("caller", "sessionId", "vendId", "grantId")
    found = next((one[name] for name in names if name in one), "everybody")
    return " ".join(map(str, found.values())) if isinstance(found, dict) else found


def _put_result(options: Options, answer: dict[str, Any]) -> None:
    if options.is_json:
        put_json(answer)
    else:
        one = answer["revocation"]
        told = (("id", one["id"]), ("state", one["state"]), ("whose", _applies_to(one)))
        names = ("detail", "denialWritten", "environmentsBy", "notCovered")
        put_members([*told, *((name, answer.get(name)) for name in names)])
        if vends := answer.get("vends"):
            put_members([("vends that end", ", ".join(str(v.get("vendId", v)) for v in vends))])
    if not answer["denialWritten"]:
        say("it is written down, but not in force yet: send it again, or look at the audit record")
        raise typer.Exit(NOT_REACHABLE)


def add(app: typer.Typer) -> None:
    """Add the commands."""
    own = typer.Typer(rich_markup_mode=None)
    command(own, None, revoke, EXAMPLES)
    command(own, "list", list_revocations, ("s3vend revoke list --output json",))
    command(own, "lift", lift, ("s3vend revoke lift 0123456789abcdef",))
    app.add_typer(own, name="revoke")
