"""Explains what requests for presigned URLs would get, without signing; ``explain`` calls it."""

from collections.abc import Sequence
from dataclasses import replace

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.decide import Decision, decide
from vending.decision.effects import Effects
from vending.decision.wanted import Wanted
from vending.errors import Refusal, RequestFault
from vending.grants.grant import Permission
from vending.sessions.durations import longest_url
from vending.sessions.session import signing_session
from vending.sigv4.post_policy import FILENAME
from vending.sigv4.presign import NEEDED


def explain_urls(
    caller: Caller, wanted: Sequence[Wanted], effects: Effects
) -> list[dict[str, object]]:
    """For reading and writing, where they are wanted: the methods, and the decision's reason.

    URLs that are granted have their longest lifetime in seconds, and the limits of uploads.

    Raises:
        Unavailable: the table failed.
    """
    asked = {
        part: [replace(one, permission=part) for one in wanted if one.permission.includes(part)]
        for part in Permission.READWRITE.parts  # a URL reads or writes
    }
    return [
        {
            "permission": part.value,
            "methods": methods(part, some),
            **_decision(caller, some, effects),
        }
        for part, some in asked.items()
        if some
    ]


def methods(permission: Permission, wanted: Sequence[Wanted]) -> list[str]:
    """The methods that need the permission and can have these targets, or keys below them."""
    impossible: set[str] = set()
    if any(FILENAME in one.target.key for one in wanted):
        impossible.add("POST")
    if not all(one.target.is_prefix for one in wanted):
        impossible.add("LIST")
    needing = [method for method, needed in NEEDED.items() if needed is permission]
    return [method for method in needing if method not in impossible]


def _decision(caller: Caller, wanted: Sequence[Wanted], effects: Effects) -> dict[str, object]:
    try:
        decision = decide(caller, wanted, Record(vend_id=""), effects)  # the request has its own
        signing_session(caller, decision, effects)
    except (Refusal, RequestFault) as error:
        return {"decision": "refused", "code": error.code, "reason": error.detail}
    grant = decision.match.grant
    limits: dict[str, object] = {"maxExpiresIn": longest_url(grant, effects.now)}
    if wanted[0].permission is Permission.WRITE:
        limits |= grant.upload_limits
    return {"decision": "granted", "reason": why_granted([decision]), **limits}


def why_granted(decisions: Sequence[Decision]) -> str:
    """What the grants allow, as one sentence."""
    allowed = "; ".join(str(decision.match) for decision in decisions)
    return f"{allowed[0].upper()}{allowed[1:]}."
