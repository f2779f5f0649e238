"""Request bodies: strict, frozen, unknown members refused."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from vending.fields import KeyTarget, Listed, PermissionName, Target, between
from vending.grants import Permission, Wanted
from vending.presign import Method

TARGETS = 20
REQUESTS = 1000
ANSWER_BYTES = 5_500_000  # of the 6 MB that Lambda can answer

_PERMISSION_FOR: dict[Method, Permission] = {
    "GET": Permission.READ,
    "HEAD": Permission.READ,
    "PUT": Permission.WRITE,
    "DELETE": Permission.WRITE,
}


class Body(BaseModel):
    """Base of everything that comes from outside."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        hide_input_in_errors=True,
    )


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


class UrlRequest(Body):
    """One URL of a batch."""

    method: Method
    target: KeyTarget


class UrlsRequest(Body):
    """``POST /{door}/presigned-urls``."""

    expires_in: int
    requests: Annotated[Listed[UrlRequest], between(1, REQUESTS)]

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """Each target with the permission that its method takes."""
        return tuple(
            Wanted(one.target, _PERMISSION_FOR[one.method], f"/requests/{position}/target")
            for position, one in enumerate(self.requests)
        )
