"""``vending.yaml`` as models: strict, frozen, unknown members refused."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from vending.bodies import Body
from vending.fields import (
    Account,
    BucketScope,
    GrantScope,
    IamArn,
    Identifier,
    KmsKey,
    Listed,
    PermissionName,
    Region,
    Seconds,
    SourceIp,
    Time,
    UniqueId,
    Version,
    VpcEndpoint,
    between,
)
from vending.grantee import Grantee, IamGrantee, WebGrantee
from vending.grants import Grant
from vending.issuer import LIFETIME, USUAL_ALGORITHMS, Issuer
from vending.location import RegisteredLocation
from vending.oidc_fields import (
    Algorithms,
    Audience,
    Claims,
    ClaimValues,
    IssuerUrl,
    Jwks,
    Subject,
    TokenLifetime,
    is_local,
    is_public,
)
from vending.scope import CLAIM

ENTRIES = 20_000  # as many as fit into a body
ISSUERS = 100  # every one of them is read to verify a token


class GranteeBody(Body):
    """Whom a grant is for: ``iam``, or ``issuer`` with ``subject``, ``claims`` or both."""

    iam: IamArn | None = None
    unique_id: UniqueId | None = None
    issuer: IssuerUrl | None = None
    subject: Subject | None = None
    claims: ClaimValues | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        outside = self.subject is not None or self.claims is not None
        if (self.iam is None) == (self.issuer is None):
            raise ValueError("give either 'iam' or 'issuer'")
        if self.iam is not None and outside:
            raise ValueError("'subject' and 'claims' go with 'issuer'")
        if self.issuer is not None and (not outside or self.unique_id):
            raise ValueError("'issuer' goes with 'subject', 'claims' or both, and nothing else")
        return self

    @model_validator(mode="after")
    def _unique_id_of_its_kind(self) -> Self:
        if self.unique_id:
            kinds = {"role": "AROA", "user": "AIDA"}
            kind = None if self.iam is None or isinstance(self.iam, str) else self.iam.kind
            if kind is None or not self.unique_id.startswith(kinds[kind]):
                raise ValueError("'uniqueId' is AROA… for a role and AIDA… for a user")
        return self

    def grantee(self) -> Grantee:
        """The grantee in the core's own types."""
        if self.iam is not None:
            return IamGrantee(self.iam, self.unique_id)
        return WebGrantee(self.issuer or "", self.subject, self.claims or ())


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

    @model_validator(mode="after")
    def _variables_of_its_grantee(self) -> Self:
        of_claims = [name for name in self.scope.variables if name.startswith(CLAIM)]
        if self.grantee.iam is not None and of_claims:
            raise ValueError("${claim.…} goes with a grantee outside AWS; here it is never filled")
        if self.grantee.iam is None and len(of_claims) < len(self.scope.variables):
            raise ValueError("${caller.…} goes with a grantee in IAM; here it is never filled")
        return self

    def grant(self) -> Grant:
        """The grant in the core's own types."""
        return Grant(
            id=self.id,
            grantee=self.grantee.grantee(),
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


class IssuerBody(Body):
    """An issuer of tokens that is trusted, as in ``vending.yaml``."""

    issuer: IssuerUrl
    audience: Audience
    subject_claim: Subject = "sub"
    claims: Claims = ()
    algorithms: Algorithms = USUAL_ALGORITHMS
    max_token_lifetime: TokenLifetime = LIFETIME
    jwks: Jwks | None = None

    @model_validator(mode="after")
    def _reachable_or_pinned(self) -> Self:
        if not (self.jwks or is_public(self.issuer) or is_local(self.issuer)):
            raise ValueError(
                "the keys of an issuer in a private network cannot be asked for: pin them in 'jwks'"
            )
        return self

    def trusted(self) -> Issuer:
        """The issuer in the core's own types."""
        return Issuer(
            url=self.issuer,
            audience=self.audience,
            subject_claim=self.subject_claim,
            claims=self.claims,
            algorithms=self.algorithms,
            max_token_lifetime=self.max_token_lifetime,
            jwks=self.jwks,
        )


class ChangesRequest(Body):
    """``POST /admin/changes``: ``vending.yaml`` as JSON, and what to do with it."""

    version: Version
    grants: Annotated[Listed[GrantBody], between(0, ENTRIES)] | None = None
    issuers: Annotated[Listed[IssuerBody], between(0, ISSUERS)] | None = None
    locations: Annotated[Listed[LocationBody], between(0, ENTRIES)] | None = None
    revision: Annotated[int, Field(ge=0)] | None = None
    dry_run: bool = False
    prune: bool = False
