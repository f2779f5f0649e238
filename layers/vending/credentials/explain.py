"""Explains what a credentials request would get, and URLs for its targets, without vending."""

from dataclasses import replace
from functools import cache

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.credentials.explain_urls import explain_urls
from vending.credentials.narrow import narrow
from vending.credentials.request import CredentialsRequest
from vending.decision.decide import decide
from vending.decision.effects import Effects
from vending.errors import Refusal, RequestFault
from vending.grants.grant import Grant
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
    urls = explain_urls(caller, request.wanted, request.permission, effects)
    return _credentials(caller, request, record, effects) | {"presignedUrls": urls}


def _credentials(
    caller: Caller, request: CredentialsRequest, record: Record, effects: Effects
) -> dict[str, object]:
    grant = None
    try:
        check_shortest("durationSeconds", request.duration_seconds, SHORTEST)
        decision = decide(caller, request.wanted, record, effects)
        grant = decision.match.grant
        narrowed = narrow(caller, request, decision, effects)
    except (Refusal, RequestFault) as error:
        record.note(outcome="refused", code=error.code, reason=error.reason)
        return {
            "decision": "refused",
            "code": error.code,
            "reason": error.detail,
            "matchedGrantTargets": [],
            "limits": limits(grant, effects),
        }
    scope, session = decision.match.scope, narrowed.session
    return {
        "decision": "granted",
        "reason": f"The grant {grant.id!r} allows {grant.permission} on {scope}.",
        "matchedGrantTargets": [target.as_json() for target in narrowed.targets],
        "sessionPolicy": session.policy,
        "sessionPolicyLength": len(session.policy),
        **session.as_answered(),
        "limits": limits(grant, effects),
    }


def limits(grant: Grant | None, effects: Effects) -> dict[str, object]:
    """The limits for a request under ``grant`` (None: under any): seconds, characters, rates.

    ``callerRateLimit`` is the stack's limit for each caller, over all grants.
    """
    rates = {"rateLimit": grant and grant.rate_limit, "callerRateLimit": effects.rates.stack}
    return {
        "minDurationSeconds": SHORTEST,
        "maxDurationSeconds": longest_credentials(grant) if grant else LONGEST,
        "maxExpiresIn": longest_url(grant, effects.now) if grant else LONGEST_URL,
        "sessionPolicyCharacters": POLICY_CHARACTERS,
        **{name: limit.as_json() for name, limit in rates.items() if limit},
    }
