"""Revocations as people see them: to whom one applies, its state, and what it came to."""

import json
from collections.abc import Mapping
from typing import Any

from s3vend.cli.terminal.command import Options
from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.text import put_json, put_members

# By the service's state, and by whether the role's policy has the revocation as it is now.
STATES = {
    ("active", True): "in force",
    ("active", False): "pending",
    ("lifted", True): "lifted",
    ("lifted", False): "lifted, still denied",
}

NAMED = {"sessionId": "session", "vendId": "vend", "grantId": "grant"}
# What a revocation does not reach, by the member that names it.
NOT_COVERED = {
    "roleArn": "sessions of the role {}",
    "grantId": "sessions under the grant {} whose records do not show the claims",
    "sessionId": "the session {}",
    "vendedAfter": "what was vended after {} (revoke again in a minute)",
    "issuer": "sessions of {} that a search of the audit records did not find",
}


def state_of(revocation: Mapping[str, Any], written: object = None) -> str:
    """Return the state in words; that of the service, if it does not say what is in force."""
    state, known = str(revocation["state"]), revocation.get("denialWritten", written)
    return state if known is None else STATES.get((state, bool(known)), state)


def applies_to(revocation: Mapping[str, Any]) -> str:
    """Return whom or what a revocation is for; claims as `--claim` takes them."""
    caller = revocation.get("caller")
    if not isinstance(caller, dict):
        named = (f"{word} {revocation[name]}" for name, word in NAMED.items() if name in revocation)
        return next(named, "everybody")
    if caller.keys() == {"issuer"}:
        return f"{caller['issuer']} (everybody)"
    names = [str(value) for member, value in caller.items() if member != "claims"]
    return " ".join([*names, *map(_claim, caller.get("claims", {}).items())])


def not_covered(entry: Mapping[str, Any]) -> str:
    """Return in words what a revocation does not reach, and until when that goes on."""
    named = (words.format(entry[name]) for name, words in NOT_COVERED.items() if name in entry)
    what = next(named, json.dumps(entry))
    return f"{what}; ends by {entry['until']}" if "until" in entry else what


def _claim(named: tuple[str, object]) -> str:
    name, value = named
    return f"{name}={value}" if isinstance(value, str) else f"{name}:={json.dumps(value)}"


def put_result(options: Options, answer: Mapping[str, Any]) -> None:
    """Show the answer to a revocation or a lift."""
    if options.is_json:
        put_json(answer)
        return
    revocation = answer["revocation"]
    lines = (
        ("id", revocation["id"]),
        ("state", state_of(revocation, answer["denialWritten"])),
        ("applies to", applies_to(revocation)),
        ("denied until", revocation.get("until")),
    )
    names = ("detail", "denialWritten", "environmentsBy", "blockedBy")
    remaining = [
        ("" if number else "not covered", not_covered(entry))
        for number, entry in enumerate(answer.get("notCovered", []))
    ]
    put_members([*lines, *((name, answer.get(name)) for name in names), *remaining])
    if vends := answer.get("vends"):
        put_members([("revoked vends", ", ".join(str(v.get("vendId", v)) for v in vends))])
    if grants := answer.get("grantsByClaims"):
        ids = " ".join(str(grant["grantId"]) for grant in grants)
        say(
            f"other subjects of this caller may still use these grants by claims: {ids}; "
            "revoke its claims with --issuer and --claim, or each grant with --grant"
        )
