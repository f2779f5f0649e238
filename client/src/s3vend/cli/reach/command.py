"""`s3vend who-can`, `s3vend reach`: asks who can reach what, now or on a past day."""

from shlex import quote
from typing import Annotated

import typer

from s3vend.cli.reach.callers import As, AsClaims, AsSubject, caller_of, is_caller
from s3vend.cli.reach.links import links_sentence, links_to
from s3vend.cli.reach.sentences import say_doubts, sentence
from s3vend.cli.terminal.arguments import Permission, PermissionOption, parse_target
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.completion import scopes
from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.refusal import REFUSED, Refusal
from s3vend.cli.terminal.text import put_json, put_text
from s3vend.cli.terminal.usage import QuestionCommand
from s3vend.cli.watch.times import moment
from s3vend.service.pages import answers

ROUTE = "/admin/reach"
At = Annotated[
    str | None,
    typer.Option(
        "--at",
        help="A past time: 2026-10-31 (the end of that day), yesterday, 2h, or a time. Default: "
        "now.",
    ),
]


def who_can(
    options: Options,
    *,
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="s3://bucket/key or s3://bucket/prefix/*.", autocompletion=scopes
        ),
    ],
    permission: PermissionOption = Permission.READ,
    at: At = None,
) -> None:
    """Show who can reach a key, or any key below a prefix, and under which grants.

    For administrators. Each answer names a grant, its callers, and one key that they reach. Links
    (s3vend share) are counted as they are now. Blocks, and what bucket policies and other roles
    allow, are not looked at. Exits with 0 if anybody can, with 1 if nobody can, and with 2 if the
    service refuses the question.
    """
    if is_caller(target):
        raise Refusal(f"{target!r} is a caller; for what it reaches, use s3vend reach")
    asked: dict[str, object] = {"target": parse_target(target), "permission": permission.value}
    nobody = f"Nobody can {permission.value} {target}."
    _answer(options, asked, at, permission.value, nobody)


def reach(
    options: Options,
    *,
    named: Annotated[
        str | None,
        typer.Argument(
            metavar="CALLER",
            help="The ARN of a role or user, an account, or an issuer (https://…); or use --as.",
        ),
    ] = None,
    caller: As = None,
    subject: AsSubject = None,
    claim: AsClaims = None,
    permission: Annotated[
        Permission | None,
        typer.Option("--permission", "-p", case_sensitive=False, help="Default: any."),
    ] = None,
    at: At = None,
) -> None:
    """Show what another caller can reach, and under which grants.

    For administrators. The caller is a role, a user, an account, or an issuer with --subject and
    --claim; whatever is not given may be anything. Exits with 0 if the caller reaches anything,
    with 1 if it reaches nothing, and with 2 if the service refuses the question.
    """
    if None not in (named, caller):
        raise Refusal(f"the caller is given twice: as {named!r}, and with --as")
    caller = named or caller
    if (given := caller_of(caller, subject, claim)) is None:
        raise Refusal(
            "no caller is given; give the ARN of a role or user, an account, or an issuer"
        )
    asked: dict[str, object] = {"as": given}
    if permission is not None:
        asked["permission"] = permission.value
    _answer(options, asked, at, None, f"{caller} reaches nothing.")


def _answer(
    options: Options,
    asked: dict[str, object],
    at: str | None,
    permission: str | None,
    nobody: str,
) -> None:
    """Ask, show the answer, and exit with 1 if nothing is reached.

    Links are about a target, and are known as they are now.
    """
    if (time := _past(at)) is not None:
        asked["at"] = time
    service = options.service()
    found = list(answers(service, ROUTE, asked))
    reaches = [one for answer in found for one in answer["reaches"]]
    warnings = found[0].get("warnings", [])
    target, shares = asked.get("target"), None
    if isinstance(target, str) and permission and time is None:
        shares = links_to(service, target, permission, quiet=options.quiet)
    if options.is_json:
        last = found[-1]
        links = {} if target is None else {"shares": shares}
        told = {"reaches": reaches, **links, "at": last["at"], "revision": last["revision"]}
        put_json(told | {"warnings": warnings})
    else:
        for one in reaches:
            put_text(f"{sentence(one, permission)}.", hang=2)
        if shares:
            put_text(f"{links_sentence(shares, str(target), str(permission))}.", hang=2)
        if not (reaches or shares):
            put_text(nobody)
        say_doubts(warnings)
        if shares and not options.quiet:
            say(f"s3vend shares --admin --target {quote(str(target))} lists these links")
        if not options.quiet:
            say(
                f"as granted at {found[-1]['at']}, revision {found[-1]['revision']}; blocks and "
                f"bucket policies are not looked at{', nor links' if time else ''}"
            )
    if not (reaches or shares):
        raise typer.Exit(REFUSED)


def _past(text: str | None) -> str | None:
    """Return the time, or the end of the day, as the service reads it; None for a day not over."""
    begin, end = moment(text, "--at"), moment(text, "--at", ends=True)
    now = moment("now", "--at")
    return None if begin and end and now and begin <= now <= end else end


def add(app: typer.Typer) -> None:
    """Add the commands."""
    command(
        app,
        "who-can",
        who_can,
        (
            "s3vend who-can s3://bucket/payroll/2026.csv",
            "s3vend who-can 's3://bucket/payroll/*' -p WRITE --at 2026-10-31",
        ),
        cls=QuestionCommand,
    )
    command(
        app,
        "reach",
        reach,
        (
            "s3vend reach arn:aws:iam::123456789012:role/ReportReader",
            "s3vend reach https://login.example.com --claim tenant_id=acme -p WRITE",
        ),
        cls=QuestionCommand,
    )
