"""`s3vend plan` and `apply`: compares a `vending.yaml` with what is granted, and applies it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3vend.cli.grant.drift import drift_lines, find_drift
from s3vend.cli.terminal.arguments import Yes
from s3vend.cli.terminal.command import STDIN, Options, command
from s3vend.cli.terminal.ending import REFUSED, Refusal, code_of, confirm, say
from s3vend.cli.terminal.text import put_json, put_text
from s3vend.cli.terminal.usage import PlanCommand
from s3vend.printable import printable

if TYPE_CHECKING:
    from s3vend.cli.grant.document import Document
    from s3vend.cli.grant.drift import Drift
    from s3vend.service.connect import Service

ROUTE = "/admin/changes"
CHANGES = 2  # the exit code of plan if there are changes
NOT_IN_FILE = {"dryRun": "s3vend plan", "prune": "--prune"}  # members, and what to use instead

File = Annotated[str, typer.Argument(metavar="FILE", help="vending.yaml; - is stdin.")]
Prune = Annotated[
    bool, typer.Option("--prune", help="Remove entries that are missing in the file's lists.")
]


def plan(
    options: Options,
    *,
    file: File,
    prune: Prune = False,
    detect_drift: Annotated[
        bool,
        typer.Option(
            "--detect-drift", help="Exit with 2 also if the service has entries beside the file's."
        ),
    ] = False,
) -> None:
    """Show what `apply` would change, and change nothing.

    Also names the entries that the service has and the file's lists do not have. Exits with 0 if
    `apply` would change nothing, with 2 if it would, and with another code on an error.
    """
    document, service = _read(file), options.service()
    answer = _send(service, file, document, prune=prune, dryRun=True)
    drift = {} if prune else find_drift(service, document)
    _show(options, file, document, answer, drift)
    if answer["changes"] or (detect_drift and drift):
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
        drift = {} if prune else find_drift(service, document)
        _show(options, file, document, planned, drift)
    answer, revocations = planned, list[dict[str, Any]]()
    if planned["changes"]:
        if not yes and not confirm("Apply these changes?"):
            raise Refusal("nothing was written", REFUSED)
        at = {"revision": planned["revision"], **_revision(document)}
        answer = _send(service, file, document, prune=prune, dryRun=False, **at)
        from s3vend.cli.grant.revoking import revoke_closed

        revocations = revoke_closed(service, answer, revoke=revoke, may_ask=not yes)
    if options.is_json:
        put_json(answer | ({"revocations": revocations} if revocations else {}))
    elif answer["applied"]:
        put_text(f"Applied: revision {answer['revision']}.")


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
        lines.append(f"{error.code}: {error.problem.detail}")
        raise Refusal(
            "\n".join(map(printable, lines)),
            code_of(error),
            name=error.code,
            request_id=error.problem.request_id,
        ) from None


def _show(
    options: Options, file: str, document: "Document", answer: dict[str, Any], drift: "Drift"
) -> None:
    if options.is_json:
        put_json(answer | ({"notInFile": drift} if drift else {}))
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
        code = f" [{warning['code']}]" if "code" in warning else ""  # older services have none
        say(printable(f"warning: {file}:{line}: {warning['pointer']}: {warning['detail']}{code}"))
    for line_of_drift in drift_lines(drift):
        put_text(line_of_drift, hang=2)
    put_text(summary(changes, answer["revision"]))


def add(app: typer.Typer) -> None:
    """Add the commands."""
    command(
        app,
        "plan",
        plan,
        (
            "s3vend plan vending.yaml",
            "s3vend plan vending.yaml --detect-drift",
            "s3vend plan vending.yaml --prune --output json",
        ),
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
