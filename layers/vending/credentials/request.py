"""The body of ``POST /{door}/credentials`` and ``/explanations``."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Discriminator, Tag

from vending.bodies.body import Body
from vending.bodies.fields import Listed, PermissionName, Target, between
from vending.decision.wanted import Wanted
from vending.errors import Fault
from vending.grants.grant import Permission
from vending.grants.keys import Keys

TARGETS = 20


class TargetPermission(Body):
    """A target with a permission of its own."""

    target: Target
    permission: PermissionName


def _kind(value: object) -> str:
    own = isinstance(value, dict) and not value.keys().isdisjoint({"target", "permission"})
    return "own" if own else "shared"


type Item = Annotated[
    Annotated[Target, Tag("shared")] | Annotated[TargetPermission, Tag("own")], Discriminator(_kind)
]


class CredentialsRequest(Body, defer_build=False):
    """The body of ``POST /{door}/credentials`` and ``POST /{door}/explanations``."""

    target: Target | None = None
    targets: Annotated[Listed[Item], between(1, TARGETS)] | None = None
    permission: PermissionName | None = None  # of the targets that have none of their own
    privilege: Literal["Minimal", "Default"] = "Minimal"
    duration_seconds: int | None = None  # None: the maximum that the grants allow

    def faults(self) -> Iterator[Fault]:
        """No targets, targets in both members, or a target without any permission."""
        if (self.target is None) == (self.targets is None):
            yield Fault("", "give either 'target' or 'targets'")
        if self.permission is None and self.targets is None:
            yield Fault("/permission", "is required")
        elif self.permission is None and any(isinstance(one, Keys) for one in self.targets or ()):
            yield Fault("/permission", "is required, unless each of the targets has its own")

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """Each target with its permission."""
        usual = self.permission or Permission.READ  # ``faults`` refuses a target without any
        if self.target is not None:
            return (Wanted(self.target, usual, "/target"),)
        return tuple(
            Wanted(one, usual, f"/targets/{position}")
            if isinstance(one, Keys)
            else Wanted(one.target, one.permission, f"/targets/{position}")
            for position, one in enumerate(self.targets or ())
        )
