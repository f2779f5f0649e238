"""`s3vend revoke`: revokes access, lists revocations, and lifts blocks."""

from typing import Annotated, Any

import typer

from s3vend.cli.grant.revoking import ROUTE
from s3vend.cli.terminal.arguments import Caller, SessionId, Yes
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.ending import NOT_REACHABLE, REFUSED, Refusal, confirm, say
from s3vend.cli.terminal.text import put_json, put_members, put_table
from s3vend.cli.terminal.usage import Group
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
    issuer: Annotated[str | None, typer.Option("--issuer", help="Issuer; with --subject.")] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", help="Subject of the issuer; with --issuer.")
    ] = None,
    session: SessionId = None,
    vend: Annotated[
        str | None, typer.Option("--vend", help="Vend id (vendId); revokes its whole session.")
    ] = None,
    grant: Annotated[
        str | None, typer.Option("--grant", help="Grant id; revokes all its sessions.")
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="All sessions of all callers.")] = False,
    block: Annotated[
        bool, typer.Option("--block", help="Also refuse new vends until the block is lifted.")
    ] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Reason for the revocation; required.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Revoke credentials and URLs before they expire.

    Name exactly one of --caller, --issuer with --subject, --session, --vend, --grant and --all.
    Without --block, new vends are still granted. Lifting a block allows new vends again; what was
    vended before stays revoked.
    """
    subject_caller = {"issuer": issuer, "subject": subject}
    if (issuer is None) != (subject is None):
        raise Refusal("--issuer and --subject must be used together")
    targets = {
        "caller": {"iam": caller} if caller else subject_caller if issuer else None,
        "sessionId": session,
        "vendId": vend,
        "grantId": grant,
        "all": everybody or None,
    }
    revoked: dict[str, Any] = {name: value for name, value in targets.items() if value is not None}
    if len(revoked) != 1 or (caller and issuer):
        raise Refusal(
            "name exactly one of --caller, --issuer with --subject, --session, --vend, --grant "
            "and --all"
        )
    if not reason:
        raise Refusal("--reason is required; it is shown in the list of revocations")
    kind = "block" if block else "sessions"
    if not yes and not confirm(f"Revoke {revoked} ({kind})?"):
        raise Refusal("nothing was revoked", REFUSED)
    answer = options.service().ask(ROUTE, {**revoked, "kind": kind, "reason": reason})
    _put_result(options, answer)


def list_revocations(options: Options) -> None:
    """List revocations, newest first."""
    revocations = list(pages(options.service(), ROUTE, "revocations"))
    if options.is_json:
        put_json({"revocations": revocations})
        return
    rows = [
        (
            revocation["id"],
            revocation["state"],
            revocation["kind"],
            _applies_to(revocation),
            revocation["createdAt"],
            revocation["reason"],
        )
        for revocation in revocations
    ]
    put_table(("ID", "STATE", "KIND", "APPLIES TO", "SINCE", "REASON"), rows)


def lift(
    options: Options,
    *,
    revocation: Annotated[str, typer.Argument(metavar="ID", help="Id in the list.")],
) -> None:
    """Lift a block.

    New vends are allowed again; what was vended before stays revoked.
    """
    from urllib.parse import quote

    _put_result(options, options.service().end(f"{ROUTE}/{quote(revocation, safe='')}"))


def _applies_to(revocation: dict[str, Any]) -> object:
    names = ("caller", "sessionId", "vendId", "grantId")
    value = next((revocation[name] for name in names if name in revocation), "everybody")
    return " ".join(map(str, value.values())) if isinstance(value, dict) else value


def _put_result(options: Options, answer: dict[str, Any]) -> None:
    if options.is_json:
        put_json(answer)
    else:
        revocation = answer["revocation"]
        lines = (
            ("id", revocation["id"]),
            ("state", revocation["state"]),
            ("applies to", _applies_to(revocation)),
        )
        names = ("detail", "denialWritten", "environmentsBy", "notCovered")
        put_members([*lines, *((name, answer.get(name)) for name in names)])
        if vends := answer.get("vends"):
            put_members([("revoked vends", ", ".join(str(v.get("vendId", v)) for v in vends))])
    if not answer["denialWritten"]:
        say(
            "the revocation is recorded, but not in force yet; run the command again, or check "
            "the audit record"
        )
        raise typer.Exit(NOT_REACHABLE)


def add(app: typer.Typer) -> None:
    """Add the commands."""
    own = typer.Typer(cls=Group, rich_markup_mode=None)
    command(own, None, revoke, EXAMPLES)
    command(own, "list", list_revocations, ("s3vend revoke list --output json",))
    command(own, "lift", lift, ("s3vend revoke lift 0123456789abcdef",))
    app.add_typer(own, name="revoke")
