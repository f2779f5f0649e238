"""The grantee: whom a grant is for, in AWS or outside it."""

import json
from dataclasses import dataclass

from vending.callers.grantee_keys import Scalar, claim_key, subject_key
from vending.callers.identity import IamIdentity, Identity, WebIdentity
from vending.callers.principal import Principal
from vending.table import table_key


@dataclass(frozen=True, slots=True)
class IamGrantee:
    """An IAM role or user, or every role and user of an account (12 digits)."""

    iam: Principal | str
    unique_id: str | None = None  # only this role or user, not a later one with its name

    def is_caller(self, identity: Identity) -> bool:
        """Whether the whole grantee matches; that its grantee key matches is not enough."""
        return (
            isinstance(identity, IamIdentity)
            and self.unique_id in (None, identity.unique_id)
            and self.iam in (identity.principal, identity.principal.account)
        )

    def includes(self, other: "Grantee") -> bool:
        """Whether every caller that ``other`` matches is matched too."""
        return (
            isinstance(other, IamGrantee)
            and self.unique_id in (None, other.unique_id)
            and (self.iam == other.iam or self.iam == getattr(other.iam, "account", None))
        )

    @property
    def is_one(self) -> bool:
        """Whether the grant is for a single role or user, not for an account."""
        return isinstance(self.iam, Principal)

    @property
    def table_key(self) -> str:
        """The grantee key: the table has this grantee's grants under it."""
        return table_key("iam", self.iam) if isinstance(self.iam, str) else self.iam.table_key

    def as_json(self) -> dict[str, object]:
        """Return the grantee as in ``vending.yaml``, with the ARN in its canonical form."""
        iam = self.iam if isinstance(self.iam, str) else self.iam.arn
        return {"iam": iam, **({"uniqueId": self.unique_id} if self.unique_id else {})}


@dataclass(frozen=True, slots=True)
class WebGrantee:
    """A subject of an issuer, every subject with certain claims, or one subject with them."""

    issuer: str
    subject: str | None = None
    # Names and values. Values are JSON text: 1 equals true in Python, and "1" is not the claim 1.
    claims: tuple[tuple[str, str], ...] = ()

    def is_caller(self, identity: Identity) -> bool:
        """Whether the whole grantee matches; that its grantee key matches is not enough."""
        return (
            isinstance(identity, WebIdentity)
            and self.issuer == identity.issuer
            and bool(self.subject or self.claims)
            and self.subject in (None, identity.subject)
            and all(identity.has(name, value) for name, value in self.claims)
        )

    def includes(self, other: "Grantee") -> bool:
        """Whether every caller that ``other`` matches is matched too."""
        return (
            isinstance(other, WebGrantee)
            and self.issuer == other.issuer
            and self.subject in (None, other.subject)
            and set(self.claims) <= set(other.claims)
        )

    @property
    def is_one(self) -> bool:
        """Whether the grant is for a single subject."""
        return self.subject is not None

    @property
    def table_key(self) -> str:
        """The grantee key: the table has this grantee's grants under it."""
        if self.subject is not None:
            return subject_key(self.issuer, self.subject)
        return claim_key(self.issuer, *min(self.claims))

    def claim(self, name: str) -> Scalar | None:
        """Return the value that the claim ``name`` must have, or None if it may have any."""
        value: Scalar | None = json.loads(dict(self.claims).get(name, "null"))
        return value

    def as_json(self) -> dict[str, object]:
        """Return the grantee as in ``vending.yaml``."""
        claims = {name: json.loads(value) for name, value in self.claims}
        return (
            {"issuer": self.issuer}
            | ({} if self.subject is None else {"subject": self.subject})
            | ({"claims": claims} if claims else {})
        )


type Grantee = IamGrantee | WebGrantee
