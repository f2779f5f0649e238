"""`s3vend plan` and `apply`: a `vending.yaml` against what is granted."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3vend.cli.terminal.arguments import Yes
from s3vend.cli.terminal.command import STDIN, Options, PlanCommand, command
from s3vend.cli.terminal.ending import REFUSED, Refusal, code_of, confirm, say
from s3vend.cli.terminal.text import printable, put, put_json

if TYPE_CHECKING:
    from s3vend.cli.grant.document import Document
    from s3vend.service.connect import Service

ROUTE = "/admin/changes"
CHANGES = 2  # how plan ends where there are some
NOT_IN_FILE = {"dryRun": "plan", "prune": "--prune"}

File = Annotated[str, typer.Argument(metavar="FILE", help="A vending.yaml; - is stdin.")]
Prune = Annotated[
    bool, typer.Option("--prune", help="Remove what the lists that are there do not name.")
]


def plan(options: Options, *, file: File, prune: Prune = False) -> None:
    """Show what `apply` would change, and write nothing.

    Ends with 0 where nothing would change, with 2 where something would, with 1 on any error.
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
        bool, typer.Option("--revoke", help="End what changed grants have given, too.")
    ] = False,
) -> None:
    """Make what is granted equal to the file: show the changes, ask, write.

    What is written is what was shown: if somebody else is faster, nothing is written. A grant
    that gives less, or is gone, does not end what it gave before; --revoke does.
    """
    document, service = _read(file), options.service()
    planned = _send(service, file, document, prune=prune, dryRun=True)
    if not options.is_json:
        _show(options, file, document, planned)
    answer, ended = planned, list[dict[str, Any]]()
    if planned["changes"]:
        if not yes and not confirm("Apply this?"):
            raise Refusal("nothing was written", REFUSED)
        at = {"revision": planned["revision"], **_revision(document)}
        answer = _send(service, file, document, prune=prune, dryRun=False, **at)
        ended = _revoke_reduced_grants(service, answer, revoke=revoke, may_ask=not yes)
    if options.is_json:
        put_json(answer | ({"revocations": ended} if ended else {}))
    elif answer["applied"]:
        put(f"Applied: revision {answer['revision']}.")


def _revoke_reduced_grants(
    service: "Service", answer: dict[str, Any], *, revoke: bool, may_ask: bool
) -> list[dict[str, Any]]:
    """The answers to what was revoked."""
    offered = [one["revocation"] for one in answer["changes"] if one.get("revocation")]
    if not offered:
        return []
    names = ", ".join(str(one["grantId"]) for one in offered)
    question = f"What {names} gave before is valid until it ends. Revoke it?"
    if not revoke and not (may_ask and confirm(question)):
        say(
            f"what {names} gave before is valid until it ends: s3vend revoke --grant …, or --revoke"
        )
        return []
    from s3vend.cli.grant.revoking import revoke_after

    return [revoke_after(service, one, answer.get("environmentsBy")) for one in offered]


def _read(file: str) -> "Document":
    from s3vend.cli.grant.document import Malformed, read

    try:
        text = sys.stdin.read() if file == STDIN else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeError:
        raise Refusal(f"{file} is not UTF-8") from None
    try:
        document = read(text)
    except Malformed as error:
        raise Refusal(f"{file}:{error.line}: {error}", REFUSED) from None
    for name, instead in NOT_IN_FILE.items():
        if name in document.members:
            line = document.line(f"/{name}")
            raise Refusal(f"{file}:{line}: {name} does not stand in the file: {instead}", REFUSED)
    return document


def _revision(document: "Document") -> dict[str, Any]:
    return {name: value for name, value in document.members.items() if name == "revision"}


def _send(service: "Service", file: str, document: "Document", **more: object) -> dict[str, Any]:
    """The answer; faults are said with the lines of the file that they are in."""
    from s3vend.errors import ServiceError

    try:
        return service.ask(ROUTE, {**document.members, **more})
    except ServiceError as error:
        faults = error.problem.faults
        if not faults:
            raise
        lines = [
            f"{file}:{document.line(one.pointer)}: {one.pointer}: {one.detail}" for one in faults
        ]
        said = f"{error.code}: {error.problem.detail}\nrequestId: {error.problem.request_id}"
        raise Refusal("\n".join([*map(printable, lines), said]), code_of(error)) from None


def _show(options: Options, file: str, document: "Document", answer: dict[str, Any]) -> None:
    if options.is_json:
        put_json(answer)
        return
    from s3vend.cli.grant.difference import put_changes, summary

    changes = answer["changes"]
    where = {
        position: f"  {file}:{document.line(one['pointer'])}"
        for position, one in enumerate(changes)
        if one["action"] != "remove"
    }
    put_changes(changes, where)
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
