"""Reads the grantee of a grant, and the limit for each of its callers."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from vending.bodies.body import Body
from vending.bodies.fields import IamArn, UniqueId
from vending.bodies.issuer_fields import ClaimValues, IssuerUrl, Subject
from vending.grants.grantee import Grantee, IamGrantee, WebGrantee
from vending.grants.rate_limit import REQUESTS, URLS, RateLimit


class GranteeBody(Body):
    """The grantee: ``iam``, or ``issuer`` with ``subject``, ``claims`` or both."""

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
            raise ValueError("'issuer' needs 'subject', 'claims' or both, and nothing else")
        return self

    @model_validator(mode="after")
    def _unique_id_of_its_kind(self) -> Self:
        if self.unique_id:
            kinds = {"role": "AROA", "user": "AIDA"}
            kind = None if self.iam is None or isinstance(self.iam, str) else self.iam.kind
            if kind is None or not self.unique_id.startswith(kinds[kind]):
                raise ValueError("'uniqueId' begins with AROA for a role and with AIDA for a user")
        return self

    def grantee(self) -> Grantee:
        """The grantee that this body describes."""
        if self.iam is not None:
            return IamGrantee(self.iam, self.unique_id)
        return WebGrantee(self.issuer or "", self.subject, self.claims or ())


class RateLimitBody(Body):
    """The limit for each caller of a grant in a minute: ``requests``, ``urls`` or both."""

    requests: Annotated[int, Field(ge=1, le=REQUESTS)] | None = None
    urls: Annotated[int, Field(ge=1, le=URLS)] | None = None

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if not self.rate_limit():
            raise ValueError("give 'requests', 'urls' or both")
        return self

    def rate_limit(self) -> RateLimit:
        """The limit that this body describes."""
        return RateLimit(self.requests, self.urls)
