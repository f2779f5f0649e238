"""`s3vend whoami`, `explain`: shows the caller's identity, and decisions."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import typer

from s3vend.cli.reach.callers import As, AsClaims, AsSubject, caller_of
from s3vend.cli.reach.sentences import say_doubts
from s3vend.cli.terminal.arguments import (
    DurationOption,
    Permission,
    PermissionOption,
    PrivilegeOption,
    Read,
    ReadWrite,
    Targets,
    Write,
    credentials_request,
)
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.refusal import REFUSED
from s3vend.cli.terminal.text import (
    Painted,
    as_text,
    duration_text,
    put,
    put_json,
    put_members,
    put_text,
)
from s3vend.cli.terminal.usage import QuestionCommand


def whoami(options: Options) -> None:
    """Show your identity, and where it was found."""
    service = options.service()
    answer = service.read("identity")
    if options.is_json:
        put_json(answer)
        return
    source = ("identity", service.identity.name), ("service", service.settings.url)
    claims = answer.get("claims") or {}
    put_members([*((name, value) for name, value in answer.items() if name != "claims"), *source])
    put_members([(f"claim {name}", value) for name, value in claims.items()])


def explain(
    options: Options,
    *,
    targets: Targets = None,
    permission: PermissionOption = Permission.READ,
    read: Read = None,
    write: Write = None,
    readwrite: ReadWrite = None,
    privilege: PrivilegeOption = None,
    duration: DurationOption = None,
    caller: As = None,
    subject: AsSubject = None,
    claim: AsClaims = None,
) -> None:
    """Explain whether credentials and URLs would be vended, and why.

    Vends nothing. --privilege and --duration are about credentials alone. Exits with 0 if
    credentials or URLs would be vended for all that is asked, with 1 if neither would, and with 2
    if the service refuses the question.
    With --as, for administrators: what another caller would get now from this address, blocks
    included.
    """
    from s3vend.service.explained import explained

    own = {Permission.READ: read, Permission.WRITE: write, Permission.READWRITE: readwrite}
    request = credentials_request(targets, permission, privilege, duration, own=own)
    route = "explanations"
    if (named := caller_of(caller, subject, claim)) is not None:
        route, request = "/admin/explanations", {**request, "as": named}
    answer = options.service().ask(route, request)
    found = explained(answer)
    if options.is_json:
        put_json(answer)
    else:
        colour = "yellow" if found.something else "red"
        put_text(Painted(found.sentence, "green" if found.everything else colour))
        if found.advice:
            put_text(found.advice)
        put_members([("credentials", _decision(answer)), *_urls(answer), *_members(answer)])
        say_doubts(answer.get("warnings", []))
        if policy := answer.get("sessionPolicy"):
            put()
            put_json(json.loads(policy))
    if not found.something:
        raise typer.Exit(REFUSED)


def _decision(part: Mapping[str, Any]) -> str:
    code = f" ({part['code']})" if "code" in part else ""
    return f"{part['decision']}{code}: {part['reason']}"


def _urls(answer: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield a line for the URLs of each part of the permission, and one for their limits."""
    for part in answer.get("presignedUrls", []):
        name = f"{part['permission']} URLs"
        yield name, _decision(part)
        if part["decision"] == "granted":
            names = ("maxObjectSize", "contentTypes")
            limits = [f"{one} {as_text(part[one])}" for one in names if one in part]
            longest = f"for at most {duration_text(part['maxExpiresIn'])}"
            yield (
                f"{part['permission']} methods",
                ", ".join([" ".join(part["methods"]), longest, *limits]),
            )


def _members(answer: Mapping[str, Any]) -> list[tuple[str, object]]:
    names = ("matchedGrantTargets", "sessionPolicyLength", "limits")
    return [(name, answer.get(name)) for name in names]


def add(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "whoami", whoami, ("s3vend whoami", "s3vend whoami --profile exporter"))
    command(
        app,
        "explain",
        explain,
        (
            "s3vend explain s3://bucket/reports/2026.csv",
            "s3vend explain 's3://bucket/uploads/*' -p WRITE --output json",
            "s3vend explain s3://bucket/a.csv --as arn:aws:iam::123456789012:role/ReportReader",
        ),
        cls=QuestionCommand,
    )
