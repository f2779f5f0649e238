"""Request bodies: strict, frozen, unknown members refused."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from vending.closest import Wanted
from vending.errors import Fault
from vending.fields import Listed, PermissionName, Target, between

TARGETS = 20
ANSWER_BYTES = 5_500_000  # of the 6 MB that Lambda can answer


def camel_case(name: str) -> str:
    """``checksum_crc32c`` as ``checksumCrc32c``; pydantic's own would write ``Crc32C``."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


class Body(BaseModel):
    """Base of everything that comes from outside."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        alias_generator=camel_case,
        hide_input_in_errors=True,
    )

    def faults(self) -> Iterable[Fault]:
        """What is wrong with members that are each well formed."""
        return ()


class CredentialsRequest(Body):
    """``POST /{door}/credentials`` and ``POST /{door}/explanations``."""

    target: Target | None = None
    targets: Annotated[Listed[Target], between(1, TARGETS)] | None = None
    permission: PermissionName
    privilege: Literal["Minimal", "Default"] = "Minimal"
    duration_seconds: int | None = None  # None: the most that the grant allows

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.target is None) == (self.targets is None):
            raise ValueError("give either 'target' or 'targets'")
        return self

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """Each target with its permission."""
        if self.target is not None:
            return (Wanted(self.target, self.permission, "/target"),)
        return tuple(
            Wanted(one, self.permission, f"/targets/{position}")
            for position, one in enumerate(self.targets or ())
        )
