"""Audit records as people see them: what was done, to what, by whom, and how it ended."""

from collections.abc import Mapping
from typing import Any

from s3vend.cli.grant.difference import owner_of
from s3vend.cli.grant.drift import of_owner
from s3vend.cli.grant.shown import applies_to
from s3vend.cli.terminal.text import as_text

COLUMNS = ("TIME", "ACTION", "OUTCOME", "CALLER", "GRANT", "PERMISSION", "WHAT", "VEND")
SIGNS = {"add": "+", "change": "~", "remove": "-"}


def row(record: Mapping[str, Any]) -> tuple[object, ...]:
    """Return the cells of a record, one for each of ``COLUMNS``."""
    return (
        record["time"],
        action(record),
        " ".join(filter(None, (record["outcome"], record.get("code")))),
        caller_name(record),
        grant_ids(record),
        record.get("permission"),
        what(record),
        record["vendId"],
    )


def action(record: Mapping[str, Any]) -> str:
    """Return the action; a document that is planned is not one that is applied."""
    if record["action"] != "changes":
        return str(record["action"])
    return {True: "plan", False: "apply"}.get(record.get("dryRun"), "changes")  # type: ignore[arg-type]


def what(record: Mapping[str, Any]) -> str:
    """Return what a record is about: targets, a change, or a revocation."""
    if isinstance(change := record.get("change"), dict):
        return _change(change)
    if isinstance(revocation := record.get("revocation"), dict):
        of = f"{as_text(revocation.get('kind'))} of {as_text(applies_to(revocation))}"
        return f"{of}: {as_text(revocation.get('reason'))}"
    if "changes" in record:
        return _changes(record)
    if isinstance(run := record.get("reconciliation"), dict):
        repaired = ", repaired" if run.get("repaired") else ""
        return f"{run.get('active')} revocations in force{repaired}"
    targets = record.get("targets", [])
    more = record.get("targetCount", 0) - len(targets)
    listed = ", ".join(dict.fromkeys(map(as_text, targets)))  # GET and HEAD of a key are two
    return f"{listed} and {more} more" if targets and more > 0 else listed or _route(record)


def caller_name(record: Mapping[str, Any]) -> str:
    """Return the caller in a record: its ARN, or its issuer and subject."""
    return str(
        record.get("caller")
        or " ".join(filter(None, (record.get("issuer"), record.get("subject"))))
    )


def grant_ids(record: Mapping[str, Any]) -> str:
    """Return the id of the grant in a record or session, or of several."""
    return " ".join(filter(None, [record.get("grant"), *record.get("grants", [])]))


def _route(record: Mapping[str, Any]) -> str:
    return as_text(record.get("route"))


def _changes(record: Mapping[str, Any]) -> str:
    count = record["changes"]
    if not count:
        return "no changes"
    changes = f"{count} change{'s' * (count != 1)}{of_owner(record.get('owner'))}"
    if record.get("dryRun"):
        return f"{changes} planned"
    return f"{changes}, revision {record.get('revision')}"


def _change(change: Mapping[str, Any]) -> str:
    """Return a change as `plan` shows it, with the names of the members that it changes."""
    sign = SIGNS.get(change.get("action", ""), "?")
    line = f"{sign} {change.get('kind')} {change.get('id')}{owner_of(change)}"
    before, after = change.get("before") or {}, change.get("after") or {}
    if not (before and after):
        return line
    names = dict.fromkeys([*before, *after])
    changed = [name for name in names if before.get(name) != after.get(name)]
    return f"{line}: {', '.join(changed)}"
