"""Writes all denials as one inline policy of the lent role, merged until it fits IAM's limit.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
"""

import json
from dataclasses import dataclass
from datetime import datetime

from vending.denials.denials import Denials
from vending.times import iso

POLICY_ROOM = 9_500  # characters; a role's inline policies may have 10,240 together
# Each step is (window in seconds, characters). Times in one window are merged, parts are cut to
# that length, and the first step that fits is used. Six characters of 5 bits rarely collide. One
# character has only 32 values, so the last step always fits.
STEPS = (
    *((window, 16) for window in (0, 60, 600, 24 * 3600)),
    *((24 * 3600, length) for length in (6, 4, 3, 2, 1)),
)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Denials that fit into the policy; the decision and IAM use the same ones."""

    denials: Denials
    document: str  # the policy, as JSON
    merged: bool  # whether they are broader than the original ones, which did not fit


def fitted(denials: Denials) -> Fitted:
    """Return the narrowest denials that fit and deny at least what ``denials`` deny."""
    candidates = (denials.coarser(*step) for step in STEPS)
    fitting = (broader for broader in candidates if len(denial_policy(broader)) <= POLICY_ROOM)
    narrowest = next(fitting, None)
    assert narrowest is not None  # the last step has at most 96 patterns, with one time or none
    return Fitted(narrowest, denial_policy(narrowest), merged=narrowest != denials)


def denial_policy(denials: Denials) -> str:
    """Return the policy as JSON without blanks, with one statement for each time.

    Without denials it has one statement that matches no session, since IAM requires one.
    """
    patterns: dict[datetime | None, list[str]] = {}
    for place, time in denials.before.items():
        patterns.setdefault(time, []).append(place.pattern)
    statements = [
        _statement(sorted(patterns[time]), time)
        for time in sorted(patterns, key=lambda time: "" if time is None else iso(time))
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
