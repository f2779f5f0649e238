"""`s3vend revoke`: revokes access, lists revocations, and lifts blocks."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from s3vend.cli.grant.revoking import ROUTE
from s3vend.cli.grant.shown import applies_to, put_result, state_of
from s3vend.cli.grant.spelling import misspelt
from s3vend.cli.terminal.arguments import Caller, SessionId, Yes, parse_claims
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.completion import grant_ids
from s3vend.cli.terminal.ending import confirm, say
from s3vend.cli.terminal.refusal import NOT_REACHABLE, REFUSED, Refusal
from s3vend.cli.terminal.text import put_json, put_table
from s3vend.cli.terminal.usage import Group
from s3vend.service.pages import pages

EXAMPLES = (
    "s3vend revoke --caller arn:aws:iam::123456789012:role/ReportReader --block --reason theft",
    "s3vend revoke --issuer https://ci.example.com --claim repository_id=123 --block --reason leak",
    "s3vend revoke --vend abcdefghijklmnop --reason 'leaked in a log'",
    "s3vend revoke list",
    "s3vend revoke lift 0123456789abcdef",
)


def revoke(
    options: Options,
    *,
    caller: Caller = None,
    issuer: Annotated[
        str | None,
        typer.Option("--issuer", help="Issuer; without --subject and --claim, all its callers."),
    ] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", help="Subject of the issuer; with --issuer.")
    ] = None,
    claim: Annotated[
        list[str] | None,
        typer.Option(
            "--claim",
            metavar="NAME=TEXT|NAME:=JSON",
            help="Claim of the issuer's tokens; revokes whoever has all given. := for a number, "
            "true or false.",
        ),
    ] = None,
    session: SessionId = None,
    vend: Annotated[
        str | None, typer.Option("--vend", help="Vend id (vendId); revokes its whole session.")
    ] = None,
    grant: Annotated[
        str | None,
        typer.Option(
            "--grant", help="Grant id; revokes all its sessions.", autocompletion=grant_ids
        ),
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

    Name exactly one of --caller, --issuer, --session, --vend, --grant and --all. --issuer goes with
    --subject, with one or more --claim, or alone: then everybody of this issuer is revoked.
    Without --block, new vends are still granted. Lifting a block allows new vends again; what was
    vended before stays revoked.
    """
    if issuer is None and (subject is not None or claim):
        raise Refusal("--subject and --claim go with --issuer")
    if subject is not None and claim:
        raise Refusal("give --subject or --claim, not both")
    given = {
        "issuer": issuer,
        "subject": subject,
        "claims": parse_claims(claim) or None,
    }
    of_issuer = {name: value for name, value in given.items() if value is not None}
    targets = {
        "caller": {"iam": caller} if caller else of_issuer or None,
        "sessionId": session,
        "vendId": vend,
        "grantId": grant,
        "all": everybody or None,
    }
    revoked: dict[str, Any] = {name: value for name, value in targets.items() if value is not None}
    if len(revoked) != 1 or (caller and issuer):
        raise Refusal(
            "name exactly one of --caller, --issuer, --session, --vend, --grant and --all"
        )
    if not reason:
        raise Refusal("--reason is required; it is shown in the list of revocations")
    kind = "block" if block else "sessions"
    what = "Block and revoke" if block else "Revoke the sessions of"
    if not yes and not confirm(f"{what} {applies_to(revoked)}?"):
        raise Refusal("nothing was revoked", REFUSED)
    service = options.service()
    answer = service.ask(ROUTE, {**revoked, "kind": kind, "reason": reason})
    if doubt := misspelt(service, revoked):
        say(doubt)
    _put_written(options, answer, "the revocation is recorded, but not in force yet")


def list_revocations(options: Options) -> None:
    """List revocations, newest first.

    STATE is `in force` or `pending` (the role's policy does not deny yet), `lifted` or `lifted,
    still denied` (the role's policy is not updated yet), or `ended`.
    """
    revocations = list(pages(options.service(), ROUTE, "revocations"))
    if options.is_json:
        put_json({"revocations": revocations})
        return
    rows = [
        (
            revocation["id"],
            state_of(revocation),
            revocation["kind"],
            applies_to(revocation),
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

    New vends are allowed again; what was vended before stays revoked. The answer says until when
    the role's policy denies it, and which other blocks go on.
    """
    from urllib.parse import quote

    answer = options.service().end(f"{ROUTE}/{quote(revocation, safe='')}")
    pending = (
        "the lift is recorded, but the role's policy still denies everything that the block denied"
    )
    _put_written(options, answer, pending)


def _put_written(options: Options, answer: Mapping[str, Any], pending: str) -> None:
    """Print the answer; say what is ``pending`` if the role's policy is not written yet."""
    put_result(options, answer)
    if not answer["denialWritten"]:
        say(f"{pending}; run the command again, or see s3vend revoke list")
        raise typer.Exit(NOT_REACHABLE)


def add(app: typer.Typer) -> None:
    """Add the commands."""
    own = typer.Typer(cls=Group, rich_markup_mode=None)
    command(own, None, revoke, EXAMPLES)
    command(own, "list", list_revocations, ("s3vend revoke list --output json",))
    command(own, "lift", lift, ("s3vend revoke lift 0123456789abcdef",))
    app.add_typer(own, name="revoke")
