"""Whom a grant is for."""

import json
from dataclasses import dataclass

from vending.callers.identity import (
    IamIdentity,
    Identity,
    Scalar,
    WebIdentity,
    claim_key,
    subject_key,
)
from vending.callers.principal import Principal
from vending.table import table_key


@dataclass(frozen=True, slots=True)
class IamGrantee:
    """An IAM role or user, or every role and user of an account (12 digits)."""

    iam: Principal | str
    unique_id: str | None = None  # pins this very role or user, not a later one of its name

    def is_caller(self, identity: Identity) -> bool:
        """The whole grantee is compared; that the table's key matched is not enough."""
        return (
            isinstance(identity, IamIdentity)
            and self.unique_id in (None, identity.unique_id)
            and self.iam in (identity.principal, identity.principal.account)
        )

    @property
    def is_one(self) -> bool:
        """Whether only one role or user can be meant."""
        return isinstance(self.iam, Principal)

    @property
    def table_key(self) -> str:
        """The key under which the grants of this grantee stand."""
        return table_key("iam", self.iam) if isinstance(self.iam, str) else self.iam.table_key

    def as_json(self) -> dict[str, object]:
        """As in ``vending.yaml``, in the canonical form."""
        iam = self.iam if isinstance(self.iam, str) else self.iam.arn
        return {"iam": iam, **({"uniqueId": self.unique_id} if self.unique_id else {})}


@dataclass(frozen=True, slots=True)
class WebGrantee:
    """A subject of an issuer, or whoever has these claims there, or both."""

    issuer: str
    subject: str | None = None
    # By name. JSON text, since 1 and true are equal in Python, and "1" is another claim than 1.
    claims: tuple[tuple[str, str], ...] = ()

    def is_caller(self, identity: Identity) -> bool:
        """The whole grantee is compared; that the table's key matched is not enough."""
        return (
            isinstance(identity, WebIdentity)
            and self.issuer == identity.issuer
            and bool(self.subject or self.claims)
            and self.subject in (None, identity.subject)
            and all(identity.has(name, value) for name, value in self.claims)
        )

    @property
    def is_one(self) -> bool:
        """Whether only one subject can be meant."""
        return self.subject is not None

    @property
    def table_key(self) -> str:
        """The key under which the grants of this grantee stand."""
        if self.subject is not None:
            return subject_key(self.issuer, self.subject)
        return claim_key(self.issuer, *min(self.claims))

    def claim(self, name: str) -> Scalar | None:
        """The value that the grant asks of a claim, if it asks for one."""
        value: Scalar | None = json.loads(dict(self.claims).get(name, "null"))
        return value

    def as_json(self) -> dict[str, object]:
        """As in ``vending.yaml``."""
        claims = {name: json.loads(value) for name, value in self.claims}
        return (
            {"issuer": self.issuer}
            | ({} if self.subject is None else {"subject": self.subject})
            | ({"claims": claims} if claims else {})
        )


type Grantee = IamGrantee | WebGrantee
