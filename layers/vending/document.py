"""Locations and issuers of ``vending.yaml`` as models: strict, frozen, unknown members refused."""

from typing import Self

from pydantic import model_validator

from vending.bodies import Body
from vending.fields import (
    Account,
    BucketScope,
    ExternalId,
    KmsKey,
    Region,
    RoleArn,
    VpcEndpoint,
)
from vending.issuer import LIFETIME, USUAL_ALGORITHMS, Issuer
from vending.location import RegisteredLocation
from vending.oidc_fields import (
    Algorithms,
    Audience,
    Claims,
    IssuerUrl,
    Jwks,
    Subject,
    TokenLifetime,
    is_local,
    is_public,
)


class LocationBody(Body):
    """A location, as in ``vending.yaml``."""

    scope: BucketScope
    region: Region
    account: Account | None = None
    kms_key: KmsKey | None = None
    role: RoleArn | None = None
    external_id: ExternalId | None = None
    vpc_endpoint: VpcEndpoint | None = None

    @model_validator(mode="after")
    def _external_id_of_a_role(self) -> Self:
        if self.external_id and not self.role:
            raise ValueError("'externalId' goes with 'role'")
        return self

    @model_validator(mode="after")
    def _key_in_the_region(self) -> Self:
        if self.kms_key and self.kms_key.split(":")[3] != self.region:
            raise ValueError("'kmsKey' is in another region than the bucket")
        return self

    def location(self) -> RegisteredLocation:
        """The location in the core's own types."""
        return RegisteredLocation(
            scope=self.scope,
            region=self.region,
            account=self.account,
            kms_key=self.kms_key,
            role=self.role,
            external_id=self.external_id,
            vpc_endpoint=self.vpc_endpoint,
        )


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
