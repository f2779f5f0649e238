"""`s3vend plan` and `apply`: compares a `vending.yaml` with what is granted, and applies it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3vend.cli.terminal.arguments import Yes
from s3vend.cli.terminal.command import STDIN, Options, PlanCommand, command
from s3vend.cli.terminal.ending import REFUSED, Refusal, code_of, confirm, say
from s3vend.cli.terminal.text import put, put_json
from s3vend.printable import printable

if TYPE_CHECKING:
    from s3vend.cli.grant.document import Document
    from s3vend.service.connect import Service

ROUTE = "/admin/changes"
CHANGES = 2  # the exit code of plan if there are changes
NOT_IN_FILE = {"dryRun": "s3vend plan", "prune": "--prune"}  # members, and what to use instead

File = Annotated[str, typer.Argument(metavar="FILE", help="vending.yaml; - is stdin.")]
Prune = Annotated[
    bool, typer.Option("--prune", help="Remove entries that are missing in the file's lists.")
]


def plan(options: Options, *, file: File, prune: Prune = False) -> None:
    """Show what `apply` would change, and change nothing.

    Exits with 0 if there are no changes, with 2 if there are, and with another code on an error.
    """
    document = _read(file)
    answer = _send(options.service(), file, document, prune=prune, dryRun=True)
    _show(options, file, document, answer)
    if answer["changes"]:
        raise typer.Exit(CHANGES)


def apply(
    options: Options,
    *,
    file: File,
    prune: Prune = False,
    yes: Yes = False,
    revoke: Annotated[
        bool,
        typer.Option(
            "--revoke",
            help="Revoke what was vended and would no longer be vended after the changes.",
        ),
    ] = False,
) -> None:
    """Apply a vending.yaml, after confirmation.

    Shows the changes and writes exactly what it showed; if somebody else changes something in the
    meantime, nothing is written. Credentials and URLs stay valid when their grant, its location or
    its issuer is reduced or removed; use --revoke to revoke them.
    """
    document, service = _read(file), options.service()
    planned = _send(service, file, document, prune=prune, dryRun=True)
    if not options.is_json:
        _show(options, file, document, planned)
    answer, revocations = planned, list[dict[str, Any]]()
    if planned["changes"]:
        if not yes and not confirm("Apply these changes?"):
            raise Refusal("nothing was written", REFUSED)
        at = {"revision": planned["revision"], **_revision(document)}
        answer = _send(service, file, document, prune=prune, dryRun=False, **at)
        revocations = _revoke_reduced_grants(service, answer, revoke=revoke, may_ask=not yes)
    if options.is_json:
        put_json(answer | ({"revocations": revocations} if revocations else {}))
    elif answer["applied"]:
        put(f"Applied: revision {answer['revision']}.")


def _revoke_reduced_grants(
    service: "Service", answer: dict[str, Any], *, revoke: bool, may_ask: bool
) -> list[dict[str, Any]]:
    """Revoke what was vended under reduced and removed grants; return the answers.

    Without ``revoke``, ask first, if ``may_ask``.
    """
    from s3vend.cli.grant.difference import grants_in, revocations_of

    revocations = [one for change in answer["changes"] for one in revocations_of(change)]
    if not revocations:
        return []
    if any(one.get("all") for one in revocations):  # it covers the others
        revocations = [one for one in revocations if one.get("all")][:1]
    vended = f"credentials and URLs vended under {grants_in(revocations)}"
    how = "--all" if revocations[0].get("all") else "--grant ID"
    question = f"The {vended} stay valid until they expire. Revoke them now?"
    if not revoke and not (may_ask and confirm(question)):
        say(
            f"the {vended} stay valid until they expire; to revoke them, run "
            f"s3vend revoke {how} (next time, apply --revoke does both)"
        )
        return []
    from s3vend.cli.grant.revoking import revoke_after

    return [
        revoke_after(service, revocation, answer.get("environmentsBy"))
        for revocation in revocations
    ]


def _read(file: str) -> "Document":
    from s3vend.cli.grant.document import Malformed, read

    try:
        text = sys.stdin.read() if file == STDIN else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeError:
        raise Refusal(f"{file} is not encoded in UTF-8") from None
    try:
        document = read(text)
    except Malformed as error:
        raise Refusal(f"{file}:{error.line}: {error}", REFUSED) from None
    for name, instead in NOT_IN_FILE.items():
        if name in document.members:
            line = document.line(f"/{name}")
            message = f"{file}:{line}: {name} is not allowed in the file; use {instead}"
            raise Refusal(message, REFUSED)
    return document


def _revision(document: "Document") -> dict[str, Any]:
    return {name: value for name, value in document.members.items() if name == "revision"}


def _send(service: "Service", file: str, document: "Document", **more: object) -> dict[str, Any]:
    """Send the file and return the answer.

    Raises:
        Refusal: the request has faults; the message names the line of each.
        ServiceError: any other error.
    """
    from s3vend.errors import ServiceError

    try:
        return service.ask(ROUTE, {**document.members, **more})
    except ServiceError as error:
        faults = error.problem.faults
        if not faults:
            raise
        lines = [
            f"{file}:{document.line(fault.pointer)}: {fault.pointer}: {fault.detail}"
            for fault in faults
        ]
        summary = f"{error.code}: {error.problem.detail}", f"requestId: {error.problem.request_id}"
        raise Refusal("\n".join(map(printable, [*lines, *summary])), code_of(error)) from None


def _show(options: Options, file: str, document: "Document", answer: dict[str, Any]) -> None:
    if options.is_json:
        put_json(answer)
        return
    from s3vend.cli.grant.difference import put_changes, summary

    changes = answer["changes"]
    where = {
        position: f"  {file}:{document.line(change['pointer'])}"
        for position, change in enumerate(changes)
        if change["action"] != "remove"
    }
    put_changes(changes, where)
    for warning in answer.get("warnings", []):
        line = document.line(warning["pointer"])
        say(printable(f"warning: {file}:{line}: {warning['pointer']}: {warning['detail']}"))
    put(summary(changes, answer["revision"]))


def add(app: typer.Typer) -> None:
    """Add the commands."""
    command(
        app,
        "plan",
        plan,
        ("s3vend plan vending.yaml", "s3vend plan vending.yaml --prune --output json"),
        cls=PlanCommand,
    )
    command(
        app,
        "apply",
        apply,
        (
            "s3vend apply vending.yaml",
            "s3vend apply vending.yaml --prune --yes --revoke",
        ),
    )
