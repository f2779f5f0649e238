"""Explains what requests for presigned URLs would get, without signing; ``explain`` calls it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.decide import Decision, decide_each
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

    URLs that are granted have their longest lifetime in seconds, and the limits of uploads. Under
    several grants, each is told apart, with its targets.

    Raises:
        Unavailable: the table failed.
    """
    asked = {
        part: [replace(one, permission=part) for one in wanted if one.permission.includes(part)]
        for part in Permission.READWRITE.parts  # a URL reads or writes
    }
    return [
        explained
        for part, some in asked.items()
        if some
        for explained in _explained(caller, part, some, effects)
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


def _explained(
    caller: Caller, part: Permission, wanted: Sequence[Wanted], effects: Effects
) -> Iterator[dict[str, object]]:
    """One entry for each grant that would sign, or one for the refusal."""
    try:
        # the request has a record of its own
        decisions = decide_each(caller, wanted, Record(vend_id=""), effects)
        for decision in decisions:
            signing_session(caller, decision, effects)
    except (Refusal, RequestFault) as error:
        yield {
            "permission": part.value,
            "methods": methods(part, wanted),
            "decision": "refused",
            "code": error.code,
            "reason": error.detail,
        }
        return
    for decision in decisions:
        grant, targets = decision.match.grant, [wanted[place] for place in decision.places]
        apart = {"targets": [one.target.as_json() for one in targets]}
        yield {
            "permission": part.value,
            "methods": methods(part, targets),
            **(apart if len(decisions) > 1 else {}),
            "decision": "granted",
            "reason": why_granted([decision]),
            "maxExpiresIn": longest_url(grant, effects.now),
            **(grant.upload_limits if part is Permission.WRITE else {}),
        }


def why_granted(decisions: Sequence[Decision]) -> str:
    """What the grants allow, as one sentence."""
    allowed = "; ".join(str(decision.match) for decision in decisions)
    return f"{allowed[0].upper()}{allowed[1:]}."
