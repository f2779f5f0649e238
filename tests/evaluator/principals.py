"""Who asks, and whom the ``Principal`` of a resource's policy means.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Named(Enum):
    """How a policy means somebody; it decides what else may limit what it gives.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """

    DIRECTLY = "user, session, service, provider, everybody: nothing but a deny limits it"
    ROLE = "the role: boundary and session policy of a session limit it"
    ACCOUNT = "the account, which has to say itself who may"


@dataclass(frozen=True, slots=True)
class Principal:
    """An IAM user, a role's session, an AWS service, or a provider of web identities."""

    name: str  # the ARN of a user or of a session; else lambda.amazonaws.com, or a provider's
    role: str | None = None  # the ARN of the role whose session it is
    kind: str = "AWS"  # or Service, or Federated

    @property
    def account(self) -> str | None:
        """None for who belongs to no account."""
        return self.name.split(":")[4] if self.kind == "AWS" else None


def named(element: str | Mapping[str, Any], who: Principal) -> set[Named]:
    """How a ``Principal`` means ``who``; empty if it does not. Names have no wildcards."""
    if element == "*":
        return {Named.DIRECTLY}
    assert isinstance(element, Mapping)
    if unknown := element.keys() - {"AWS", "Service", "Federated"}:
        raise ValueError(f"no principals known here: {sorted(unknown)}")
    given = element.get(who.kind, [])
    names = set(given if isinstance(given, list) else [given])
    found = {Named.DIRECTLY} if names & {"*", who.name} else set()
    if who.kind == "AWS":
        partition = who.name.split(":")[1]
        if who.role in names:
            found.add(Named.ROLE)
        if names & {who.account, f"arn:{partition}:iam::{who.account}:root"}:
            found.add(Named.ACCOUNT)
    return found
