"""The text of the lent role's boundary, and what another policy allows beyond it.

``make boundary`` prints the text for a policy that a company makes itself (LentRoleBoundaryArn).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from local.stack.intrinsics import Resolver
from tools.account.parameters import check, whole_template
from tools.account.place import Place

BOUNDARY: Final = "AllowedAssumeS3RoleBoundary"
LONGEST: Final = 6144  # characters of a managed policy, without white space


def policy(parameters: Mapping[str, str], place: Place) -> dict[str, Any]:
    """Return the boundary under these parameters of the stack.

    Raises ``ValueError`` for a parameter that the stack does not have or take, and for a policy
    that is too long for IAM.
    """
    source = whole_template()
    check(parameters)
    if broken := Resolver(source, parameters, place.pseudo).broken_rules():
        raise ValueError(f"the stack would be refused: {broken[0][1]}")
    # The trail's bucket has no name yet, and a pattern among those that are never lent covers it.
    resolve = Resolver(source, {**parameters, "AuditTrail": "false"}, place.pseudo)
    found: dict[str, Any] = resolve(source["Resources"][BOUNDARY]["Properties"]["PolicyDocument"])
    if (length := len(json.dumps(found, separators=(",", ":")))) > LONGEST:
        raise ValueError(f"the boundary has {length} characters, and IAM takes {LONGEST}")
    return found


def beyond(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> list[str]:
    """Return what ``theirs`` may allow beyond ``ours``, a sentence each.

    It compares statements and not their meaning: each that allows must be one of ours, and each of
    ours that denies must be in theirs, in any order. So it refuses also a policy that is narrower
    in another way.
    """
    wanted, found = _statements(ours), _statements(theirs)
    return [
        *(
            f"allows what our text does not: {json.dumps(one)}"
            for one in found
            if one["Effect"] != "Deny" and one not in wanted
        ),
        *(
            f"does not deny what our text denies: {json.dumps(one)}"
            for one in wanted
            if one["Effect"] == "Deny" and one not in found
        ),
    ]


def missing(text: str, wanted: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of the wanted statements that a policy does not have, in any order."""
    found = _statements(json.loads(text))
    return [one["Sid"] for one in wanted if _statements({"Statement": one})[0] not in found]


def denies(text: str) -> bool:
    """Whether a policy has a statement that denies."""
    return any(one["Effect"] == "Deny" for one in _statements(json.loads(text)))


def _statements(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the statements in one form: without names, each list sorted."""
    statements = document["Statement"]
    return [
        {key: _sorted(value) for key, value in one.items() if key != "Sid"}
        for one in (statements if isinstance(statements, list) else [statements])
    ]


def _sorted(value: Any) -> Any:
    """Return the value with each list sorted, and a list of one as its member."""
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        members = sorted(value, key=json.dumps)
        return members[0] if len(members) == 1 else members
    return value
