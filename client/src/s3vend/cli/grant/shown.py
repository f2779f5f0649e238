"""Revocations as people see them: to whom one applies, its state, and what it came to."""

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


def state_of(revocation: Mapping[str, Any], written: object = None) -> str:
    """Return the state in words; that of the service, if it does not say what is in force."""
    state, known = str(revocation["state"]), revocation.get("denialWritten", written)
    return state if known is None else STATES.get((state, bool(known)), state)


def applies_to(revocation: Mapping[str, Any]) -> object:
    """Return whom or what a revocation is for."""
    names = ("caller", "sessionId", "vendId", "grantId")
    value = next((revocation[name] for name in names if name in revocation), "everybody")
    if not isinstance(value, dict):
        return value
    claims = value.get("claims", {})
    members = [str(one) for name, one in value.items() if name != "claims"]
    return " ".join([*members, *(f"{name}={one}" for name, one in claims.items())])


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
    names = ("detail", "denialWritten", "environmentsBy", "notCovered", "blockedBy")
    put_members([*lines, *((name, answer.get(name)) for name in names)])
    if vends := answer.get("vends"):
        put_members([("revoked vends", ", ".join(str(v.get("vendId", v)) for v in vends))])
    if grants := answer.get("grantsByClaims"):
        ids = " ".join(str(grant["grantId"]) for grant in grants)
        say(
            f"other subjects of this caller may still use these grants by claims: {ids}; "
            "revoke its claims with --issuer and --claim, or each grant with --grant"
        )
