"""Reads an issuer from ``vending.yaml`` or from the table."""

import json
from typing import Literal, Self

from pydantic import model_validator

from vending.bodies.body import Body
from vending.bodies.described_fields import Description, Owner
from vending.bodies.issuer_fields import IssuerUrl, Subject
from vending.bodies.token_fields import (
    Algorithms,
    Audience,
    ClaimNames,
    Claims,
    Jwks,
    TokenLifetime,
)
from vending.callers.issuer import EMAIL_VERIFIED, LIFETIME, USUAL_ALGORITHMS, Issuer
from vending.callers.issuer_url import is_local, is_only_a_name, is_public
from vending.documents.acknowledgement import Acknowledged
from vending.table import refuse_damaged_item


class IssuerBody(Body, defer_build=False):
    """A trusted issuer of tokens, as in ``vending.yaml``."""

    issuer: IssuerUrl
    owner: Owner | None = None
    description: Description | None = None
    audience: Audience
    subject_claim: Subject = "sub"
    claims: Claims = ()
    algorithms: Algorithms = USUAL_ALGORITHMS
    max_token_lifetime: TokenLifetime = LIFETIME
    jwks: Jwks | None = None
    tenant_claims: ClaimNames = ()
    tenancy: Literal["own"] | None = None
    caller_claims: ClaimNames = ()
    audience_claim: Literal["client_id"] | None = None
    email_verified: Literal["text"] | None = None
    acknowledge: Acknowledged = ()

    @model_validator(mode="after")
    def _known_claims(self) -> Self:
        listed = {claim.name for claim in self.claims}
        named = {"tenantClaims": self.tenant_claims, "callerClaims": self.caller_claims}
        for member, names in named.items():
            if missing := [name for name in names if name not in listed]:
                raise ValueError(f"{member!r} names {missing[0]!r}, which 'claims' does not list")
        if self.tenancy and self.tenant_claims:
            raise ValueError("give 'tenancy: own' or 'tenantClaims', not both")
        if self.email_verified and EMAIL_VERIFIED not in {claim.path for claim in self.claims}:
            raise ValueError(
                "'emailVerified' is about 'email_verified', which 'claims' does not list"
            )
        return self

    @model_validator(mode="after")
    def _reachable_or_pinned(self) -> Self:
        if not (self.jwks or self.only_named or is_public(self.issuer) or is_local(self.issuer)):
            raise ValueError(
                "the keys of an issuer in a private network cannot be fetched; pin them in 'jwks'"
            )
        return self

    @property
    def only_named(self) -> bool:
        """Whether its keys would have to be fetched, and may not be: its URL is only a name."""
        return self.jwks is None and is_only_a_name(self.issuer)

    def trusted_issuer(self) -> Issuer:
        """The issuer that this body describes."""
        return Issuer(
            url=self.issuer,
            owner=self.owner,
            description=self.description,
            audience=self.audience,
            subject_claim=self.subject_claim,
            claims=self.claims,
            algorithms=self.algorithms,
            max_token_lifetime=self.max_token_lifetime,
            jwks=self.jwks,
            tenant_claims=self.tenant_claims,
            tenancy=self.tenancy,
            caller_claims=self.caller_claims,
            audience_claim=self.audience_claim,
            email_verified=self.email_verified,
        )

    @classmethod
    def stored_issuer(cls, document: str) -> Issuer:
        """The issuer in a catalogue item; raises ``InternalError`` for a damaged one."""
        with refuse_damaged_item():
            return cls.model_validate(json.loads(document)).trusted_issuer()
