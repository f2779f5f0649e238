"""Request bodies and ``vending.yaml``: strict, frozen, unknown members refused."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from vending.fields import (
    Account,
    BucketScope,
    GrantScope,
    IamGrantee,
    Identifier,
    KeyTarget,
    KmsKey,
    Listed,
    PermissionName,
    Region,
    Seconds,
    SourceIp,
    Target,
    Time,
    UniqueId,
    Version,
    VpcEndpoint,
    between,
)
from vending.grants import Grant, Grantee, Permission, Wanted
from vending.location import RegisteredLocation
from vending.presign import Method

TARGETS = 20
REQUESTS = 1000
ENTRIES = 20_000  # as many as fit into a body
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


class GranteeBody(Body):
    """Whom a grant is for."""

    iam: IamGrantee
    unique_id: UniqueId | None = None

    @model_validator(mode="after")
    def _unique_id_of_its_kind(self) -> Self:
        if self.unique_id:
            kinds = {"role": "AROA", "user": "AIDA"}
            kind = None if isinstance(self.iam, str) else self.iam.kind
            if kind is None or not self.unique_id.startswith(kinds[kind]):
                raise ValueError("'uniqueId' is AROA… for a role and AIDA… for a user")
        return self


class GrantBody(Body):
    """A grant, as in ``vending.yaml``."""

    id: Identifier
    grantee: GranteeBody
    scope: GrantScope
    permission: PermissionName
    max_duration: Seconds | None = None
    expires: Time | None = None
    source_ip: SourceIp | None = None
    vpc_endpoint: VpcEndpoint | None = None

    @model_validator(mode="after")
    def _name_with_its_kind(self) -> Self:
        """A role may be made with the name of a user, and neither is to reach the other's keys."""
        variables = self.scope.variables
        to_account = isinstance(self.grantee.iam, str)
        if to_account and "caller.name" in variables and "caller.kind" not in variables:
            raise ValueError(
                "in a grant to an account ${caller.name} needs ${caller.kind} in the scope too: "
                "a role and a user may have one name"
            )
        return self

    def grant(self) -> Grant:
        """The grant in the core's own types."""
        return Grant(
            id=self.id,
            grantee=Grantee(self.grantee.iam, self.grantee.unique_id),
            scope=self.scope,
            permission=self.permission,
            max_duration=self.max_duration,
            expires=self.expires,
            source_ip=self.source_ip,
            vpc_endpoint=self.vpc_endpoint,
        )


class LocationBody(Body):
    """A location, as in ``vending.yaml``."""

    scope: BucketScope
    region: Region
    account: Account | None = None
    kms_key: KmsKey | None = None

    @model_validator(mode="after")
    def _key_in_the_region(self) -> Self:
        if self.kms_key and self.kms_key.split(":")[3] != self.region:
            raise ValueError("'kmsKey' is in another region than the bucket")
        return self

    def location(self) -> RegisteredLocation:
        """The location in the core's own types."""
        return RegisteredLocation(self.scope, self.region, self.account, self.kms_key)


class ChangesRequest(Body):
    """``POST /admin/changes``: ``vending.yaml`` as JSON, and what to do with it."""

    version: Version
    grants: Annotated[Listed[GrantBody], between(0, ENTRIES)] | None = None
    locations: Annotated[Listed[LocationBody], between(0, ENTRIES)] | None = None
    revision: Annotated[int, Field(ge=0)] | None = None
    dry_run: bool = False
    prune: bool = False
