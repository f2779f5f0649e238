"""`s3vend ls`, `whoami`, `explain`: shows the caller's grants, identity, and decisions."""

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
    Painted,
    duration_text,
    put,
    put_json,
    put_members,
    put_table,
)
from s3vend.service.pages import pages


def list_grants(options: Options) -> None:
    """List your grants."""
    grants = list(pages(options.service(), "grants", "grants"))
    if options.is_json:
        put_json({"grants": grants})
        return
    rows = [
        (
            grant["id"],
            grant["permission"],
            grant["scope"],
            duration_text(grant.get("maxDuration")),
            grant.get("expires"),
        )
        for grant in grants
    ]
    put_table(("GRANT", "PERMISSION", "SCOPE", "MAX DURATION", "EXPIRES"), rows)


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
    targets: Targets,
    permission: PermissionOption = Permission.READ,
    privilege: PrivilegeOption = None,
    duration: DurationOption = None,
) -> None:
    """Explain whether credentials would be vended, and why.

    Vends nothing. Exits with 1 if the request would be refused.
    """
    request = credentials_request(targets, permission, privilege, duration)
    answer = options.service().ask("explanations", request)
    granted = answer["decision"] == "granted"
    if options.is_json:
        put_json(answer)
    else:
        put(Painted(str(answer["decision"]), "green" if granted else "red"))
        names = {"code", "reason", "matchedGrantTargets", "sessionPolicyLength", "limits"}
        put_members([(name, value) for name, value in answer.items() if name in names])
        if policy := answer.get("sessionPolicy"):
            put()
            put_json(json.loads(policy))
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
