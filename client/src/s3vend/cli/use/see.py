"""`s3vend ls`, `whoami`, `explain`: what may I reach, who am I, and why or why not."""

import json

import typer

from s3vend.cli.terminal.arguments import (
    DurationOption,
    Permission,
    PermissionOption,
    PrivilegeOption,
    Targets,
    credentials_request,
)
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.ending import REFUSED
from s3vend.cli.terminal.text import (
    duration_text,
    paint,
    printable,
    put,
    put_json,
    put_members,
    put_table,
)
from s3vend.service.pages import pages


def list_grants(options: Options) -> None:
    """List the grants that are yours: what you may reach, and how."""
    grants = list(pages(options.service(), "grants", "grants"))
    if options.is_json:
        put_json({"grants": grants})
        return
    rows = [
        (
            one["id"],
            one["permission"],
            one["scope"],
            duration_text(one.get("maxDuration")),
            one.get("expires"),
        )
        for one in grants
    ]
    put_table(("GRANT", "PERMISSION", "SCOPE", "AT MOST", "EXPIRES"), rows)


def whoami(options: Options) -> None:
    """Say who you are to the service, and where that identity was found."""
    service = options.service()
    answer = service.read("identity")
    if options.is_json:
        put_json(answer)
        return
    found = ("found as", service.identity.name), ("service", service.settings.url)
    claims = answer.get("claims") or {}
    put_members([*((name, value) for name, value in answer.items() if name != "claims"), *found])
    put_members([(f"claim {name}", value) for name, value in claims.items()])


def explain(
    options: Options,
    *,
    targets: Targets,
    permission: PermissionOption = Permission.READ,
    privilege: PrivilegeOption = None,
    duration: DurationOption = None,
) -> None:
    """Tell what a request for credentials would get, and why, without vending.

    Ends with 1 where it would be refused.
    """
    asked = credentials_request(targets, permission, privilege, duration)
    answer = options.service().ask("explanations", asked)
    granted = answer["decision"] == "granted"
    if options.is_json:
        put_json(answer)
    else:
        put(paint(printable(answer["decision"]), "green" if granted else "red"))
        told = {"code", "reason", "matchedGrantTargets", "sessionPolicyLength", "limits"}
        put_members([(name, value) for name, value in answer.items() if name in told])
        if policy := answer.get("sessionPolicy"):
            put()
            put("\n".join(map(printable, json.dumps(json.loads(policy), indent=2).split("\n"))))
    if not granted:
        raise typer.Exit(REFUSED)


def add(app: typer.Typer) -> None:
    """Add the commands."""
    command(
        app, "ls", list_grants, ("s3vend ls", "s3vend ls --output json | jq -r '.grants[].scope'")
    )
    command(app, "whoami", whoami, ("s3vend whoami", "s3vend whoami --profile exporter"))
    command(
        app,
        "explain",
        explain,
        (
            "s3vend explain s3://bucket/reports/2026.csv",
            "s3vend explain 's3://bucket/uploads/*' -p WRITE --output json",
        ),
    )
