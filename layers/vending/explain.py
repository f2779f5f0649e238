"""What a credentials request would get, without vending."""

from datetime import datetime

from vending.audit import Record
from vending.bodies import CredentialsRequest
from vending.caller import Caller
from vending.decision import LoadGrants
from vending.errors import Refusal, RequestFault
from vending.grants import Grant
from vending.policy import POLICY_CHARACTERS
from vending.session import LONGEST, LONGEST_URL, SHORTEST
from vending.vend import prepare


def explain(
    caller: Caller,
    request: CredentialsRequest,
    record: Record,
    *,
    load_grants: LoadGrants,
    role_arn: str,
    now: datetime,
) -> dict[str, object]:
    """The decision with its reason; a refusal is an answer here, not an error.

    Raises:
        Unavailable: the table failed.
    """
    try:
        prepared = prepare(
            caller, request, record, load_grants=load_grants, role_arn=role_arn, now=now
        )
    except (Refusal, RequestFault) as error:
        record.note(outcome="refused", code=error.code, reason=error.reason)
        return {
            "decision": "refused",
            "code": error.code,
            "reason": error.detail,
            "matchedGrantTargets": [],
            "limits": limits(None),
        }
    match, policy = prepared.decision.match, prepared.session.policy
    return {
        "decision": "granted",
        "reason": f"The grant {match.grant.id!r} covers {match.scope}"
        f" with {match.grant.permission}.",
        "matchedGrantTargets": [target.as_json() for target in prepared.targets],
        "sessionPolicy": policy,
        "sessionPolicyLength": len(policy),
        "limits": limits(match.grant),
    }


def limits(grant: Grant | None) -> dict[str, int]:
    """The bounds of a request under this grant (None: under any): seconds and characters."""
    longest = (grant and grant.max_duration) or LONGEST
    return {
        "minDurationSeconds": SHORTEST,
        "maxDurationSeconds": min(LONGEST, longest),
        "maxExpiresIn": min(LONGEST_URL, longest),
        "sessionPolicyCharacters": POLICY_CHARACTERS,
    }
