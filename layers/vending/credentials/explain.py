"""Explains what a credentials request would get, and URLs for its targets, without vending."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.credentials.explain_urls import explain_urls, why_granted
from vending.credentials.narrow import narrow
from vending.credentials.request import CredentialsRequest
from vending.decision.decide import Decision, decide_several
from vending.decision.effects import Effects
from vending.errors import Refusal, RequestFault
from vending.sessions.durations import (
    LONGEST,
    LONGEST_URL,
    SHORTEST,
    check_shortest,
    longest_credentials,
    longest_url,
)
from vending.sessions.policy import POLICY_CHARACTERS


def explain(
    caller: Caller, request: CredentialsRequest, record: Record, effects: Effects
) -> dict[str, object]:
    """The decision with its reason, as members of the answer; a refusal is not an error here.

    ``presignedUrls`` has the same for URLs, which a grant may give where it gives no credentials.

    Raises:
        Unavailable: the table failed.
    """
    effects = replace(effects, load_grants=cache(effects.load_grants))  # all decisions see the same
    urls = explain_urls(caller, request.wanted, effects)
    return _credentials(caller, request, record, effects) | {"presignedUrls": urls}


def _credentials(
    caller: Caller, request: CredentialsRequest, record: Record, effects: Effects
) -> dict[str, object]:
    decisions: tuple[Decision, ...] = ()
    try:
        check_shortest("durationSeconds", request.duration_seconds, SHORTEST)
        decisions = decide_several(caller, request.wanted, record, effects)
        narrowed = narrow(caller, request, decisions, effects)
    except (Refusal, RequestFault) as error:
        record.note(outcome="refused", code=error.code, reason=error.reason)
        return {
            "decision": "refused",
            "code": error.code,
            "reason": error.detail,
            "matchedGrantTargets": [],
            "limits": limits(decisions, effects),
        }
    session = narrowed.session
    return {
        "decision": "granted",
        "reason": why_granted(decisions),
        "matchedGrantTargets": narrowed.targets_as_json(),
        "sessionPolicy": session.policy,
        "sessionPolicyLength": len(session.policy),
        **session.as_answered(),
        "limits": limits(decisions, effects),
    }


def limits(decisions: Sequence[Decision], effects: Effects) -> dict[str, object]:
    """The limits for a request under these grants (none: any): seconds, characters, rates.

    ``callerRateLimit`` is the stack's limit for each caller, over all grants.
    """
    grants = [decision.match.grant for decision in decisions]
    rates = {"rateLimit": None, "callerRateLimit": effects.rates.stack}
    if len(grants) == 1:
        rates["rateLimit"] = grants[0].rate_limit
    return {
        "minDurationSeconds": SHORTEST,
        "maxDurationSeconds": min(map(longest_credentials, grants), default=LONGEST),
        "maxExpiresIn": min(
            (longest_url(grant, effects.now) for grant in grants), default=LONGEST_URL
        ),
        "sessionPolicyCharacters": POLICY_CHARACTERS,
        **{name: limit.as_json() for name, limit in rates.items() if limit},
    }
