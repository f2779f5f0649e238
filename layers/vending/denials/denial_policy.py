"""All denials as the one inline policy of the role that is lent; it always fits.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
"""

import json
from dataclasses import dataclass
from datetime import datetime

from vending.denials.denials import Denials
from vending.times import iso

POLICY_ROOM = 9_500  # characters; a role's inline policies have 10,240 together
# Seconds that times are apart, and characters of a part: the first that fits is taken. Six
# characters of 5 bits hardly ever meet another's; one can only be one of 32, so that it fits.
STEPS = (
    *((window, 16) for window in (0, 60, 600, 24 * 3600)),
    *((24 * 3600, length) for length in (6, 4, 3, 2, 1)),
)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Denials that fit, as they hold in the decision and in IAM alike."""

    denials: Denials
    document: str  # the policy
    merged: bool  # to broader ones, since all did not fit


def fitted(denials: Denials) -> Fitted:
    """The finest denials whose policy fits: at least these, and never fewer."""
    tried = (denials.coarser(*step) for step in STEPS)
    coarser = next((one for one in tried if len(denial_policy(one)) <= POLICY_ROOM), None)
    assert coarser is not None  # the last step has 96 patterns at most, at one time and at any
    return Fitted(coarser, denial_policy(coarser), merged=coarser != denials)


def denial_policy(denials: Denials) -> str:
    """JSON without blanks, one statement for each time; IAM takes no policy without any."""
    patterns: dict[datetime | None, list[str]] = {}
    for place, time in denials.before.items():
        patterns.setdefault(time, []).append(place.pattern)
    statements = [
        _statement(sorted(patterns[time]), time)
        for time in sorted(patterns, key=lambda one: "" if one is None else iso(one))
    ]
    return json.dumps(
        {"Version": "2012-10-17", "Statement": statements or [_statement(["nobody"], None)]},
        separators=(",", ":"),
    )


def _statement(patterns: list[str], before: datetime | None) -> dict[str, object]:
    condition: dict[str, object] = {"StringLike": {"aws:userid": patterns}}
    if before:
        condition["DateLessThan"] = {"aws:TokenIssueTime": iso(before)}
    return {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
