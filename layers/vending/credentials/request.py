"""The body of ``POST /{door}/credentials`` and ``/explanations``."""

from typing import Annotated, Literal, Self

from pydantic import model_validator

from vending.bodies.body import Body
from vending.bodies.fields import Listed, PermissionName, Target, between
from vending.decision.wanted import Wanted

TARGETS = 20


class CredentialsRequest(Body):
    """The body of ``POST /{door}/credentials`` and ``POST /{door}/explanations``."""

    target: Target | None = None
    targets: Annotated[Listed[Target], between(1, TARGETS)] | None = None
    permission: PermissionName
    privilege: Literal["Minimal", "Default"] = "Minimal"
    duration_seconds: int | None = None  # None: the maximum that the grant allows

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.target is None) == (self.targets is None):
            raise ValueError("give either 'target' or 'targets'")
        return self

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """Each target with the permission."""
        if self.target is not None:
            return (Wanted(self.target, self.permission, "/target"),)
        return tuple(
            Wanted(target, self.permission, f"/targets/{position}")
            for position, target in enumerate(self.targets or ())
        )
