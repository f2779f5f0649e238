"""`s3vend plan` and `apply`: compares a `vending.yaml` with what is granted, and applies it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3vend.cli.grant.drift import find_drift, is_begun, put_plan, say_emptied
from s3vend.cli.grant.file import Sender, limited, read_file
from s3vend.cli.large.cancel import cancel_change
from s3vend.cli.large.listed import Listed, list_staged
from s3vend.cli.terminal.arguments import Owner, Yes
from s3vend.cli.terminal.command import STDIN, Options, command
from s3vend.cli.terminal.ending import confirm
from s3vend.cli.terminal.refusal import NOT_REACHABLE, REFUSED, Refusal
from s3vend.cli.terminal.text import put_json, put_text
from s3vend.cli.terminal.usage import PlanCommand

if TYPE_CHECKING:
    from s3vend.cli.grant.document import Document
    from s3vend.cli.grant.saved import SavedPlan

CHANGES = 2  # the exit code of plan if there are changes

File = Annotated[str | None, typer.Argument(metavar="FILE", help="A vending.yaml; - is stdin.")]
Prune = Annotated[
    bool, typer.Option("--prune", help="Remove entries that are missing in the file's lists.")
]


def plan(
    options: Options,
    *,
    file: File = None,
    prune: Prune = False,
    owner: Owner = None,
    detect_drift: Annotated[
        bool,
        typer.Option(
            "--detect-drift", help="Exit with 2 also if the service has entries beside the file's."
        ),
    ] = False,
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="PLAN", help="Save the plan for apply --plan-file."),
    ] = None,
    staged: Listed = False,
) -> None:
    """Show what `apply` would change, and change nothing.

    Also names the entries that the service has and the file's lists do not have. Exits with 0 if
    `apply` would change nothing, with 2 if it would, and with another code on an error.
    """
    if staged:
        list_staged(options, alone=not (file or prune or owner or detect_drift or out))
        return
    if file is None:
        raise Refusal("name the FILE to plan, or list what is staged with --staged")
    if out == STDIN:
        raise Refusal("--out needs the name of a file")
    document, service = limited(read_file(file), file, owner), options.service()
    answer = Sender(service, file, document, options).send(prune=prune, dry_run=True)
    drift = {} if prune else find_drift(service, document)
    if out is not None:
        from s3vend.cli.grant.saved import saved_plan, write_plan

        write_plan(out, saved_plan(file, service.settings.url, document, answer, prune=prune))
        answer["planFile"] = out
    say_emptied(document, answer)
    put_plan(options, file, document, answer, drift)
    if answer["changes"] or (detect_drift and drift):
        raise typer.Exit(CHANGES)


def apply(
    options: Options,
    *,
    file: File = None,
    plan_file: Annotated[
        str | None,
        typer.Option("--plan-file", metavar="PLAN", help="Apply what plan --out saved."),
    ] = None,
    prune: Prune = False,
    owner: Owner = None,
    yes: Yes = False,
    revoke: Annotated[
        bool,
        typer.Option(
            "--revoke",
            help="Revoke what was vended and would no longer be vended after the changes.",
        ),
    ] = False,
    cancel: Annotated[
        str | None,
        typer.Option(
            "--cancel", metavar="ID", help="Cancel a large change; what is written of it stays."
        ),
    ] = None,
) -> None:
    """Apply a vending.yaml, or a saved plan, after confirmation.

    A document that is too large for one request is sent and written in parts; after a break, the
    same command goes on.

    Shows the changes and writes exactly what it showed; if somebody else changes something in the
    meantime, nothing is written. With --plan-file, that is since the plan was saved. Credentials
    and URLs stay valid when their grant, its location or its issuer is reduced or removed; use
    --revoke to revoke them.
    """
    if cancel is not None:
        cancel_change(options, cancel, alone=file is None and plan_file is None)
        return
    saved = _planned(file, plan_file, narrowed=prune or owner is not None)
    if saved is None:
        name, pinned = file or "", dict[str, int]()
        document = limited(read_file(name), name, owner)
    else:
        name, document, prune = saved.file, saved.document, saved.prune
        pinned = {"revision": saved.revision}
    service = options.service()
    if saved is not None:
        saved.check_service(service.settings.url)
    sender = Sender(service, name, document, options)
    planned = sender.send(prune=prune, dry_run=True, **pinned)
    if saved is not None:
        saved.check(planned)
    say_emptied(document, planned)
    if not options.is_json:
        drift = {} if prune else find_drift(service, document)
        put_plan(options, name, document, planned, drift)
    answer, revocations = planned, list[dict[str, Any]]()
    if planned["changes"]:
        at = {"revision": planned["revision"], **_revision(document), **pinned}
        answer = _written(sender, planned, at, prune=prune, yes=yes)
        from s3vend.cli.grant.revoking import revoke_closed

        revocations = revoke_closed(service, answer, revoke=revoke, may_ask=not yes)
    if options.is_json:
        put_json(answer | ({"revocations": revocations} if revocations else {}))
    if not all(one["denialWritten"] for one in revocations):
        raise typer.Exit(NOT_REACHABLE)


def _written(
    sender: Sender, planned: dict[str, Any], at: dict[str, int], *, prune: bool, yes: bool
) -> dict[str, Any]:
    """Ask, and have exactly this written."""
    question = "Go on with it?" if is_begun(planned) else "Apply these changes?"
    if not yes and not confirm(question):
        raise Refusal("nothing was written", REFUSED)
    answer = sender.send(prune=prune, dry_run=False, **at)
    if answer["applied"] and not sender.options.is_json:
        put_text(f"Applied: revision {answer['revision']}.")
    return answer


def _revision(document: "Document") -> dict[str, int]:
    return {name: value for name, value in document.members.items() if name == "revision"}


def _planned(file: str | None, plan_file: str | None, *, narrowed: bool) -> "SavedPlan | None":
    """Return the saved plan to apply; None to plan the file first."""
    if (file is None) == (plan_file is None):
        raise Refusal("name either a FILE to plan and apply, or a saved plan with --plan-file")
    if plan_file is None:
        return None
    if narrowed:
        raise Refusal(
            "--prune and --owner belong to plan; the saved plan was made with or without them"
        )
    from s3vend.cli.grant.saved import read_plan

    return read_plan(plan_file)


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
            "s3vend plan vending.yaml --out vending.plan",
            "s3vend plan --staged",
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
            "s3vend apply --plan-file vending.plan --yes",
        ),
    )
