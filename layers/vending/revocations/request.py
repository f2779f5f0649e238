"""The body of ``POST /admin/revocations``."""

from typing import Annotated, Literal, Self

from pydantic import PlainValidator, model_validator

from vending.bodies.body import Body
from vending.bodies.fields import Identifier, matching, text
from vending.bodies.issuer_fields import ClaimValues, IssuerUrl, Subject
from vending.callers.principal import Principal
from vending.denials.denials import EVERYBODY, WIDTHS, Place
from vending.denials.holders import Holders
from vending.denials.names import grant_part
from vending.ids import short_hash
from vending.revocations.revocation import Kind

MEMBERS = ("caller", "sessionId", "vendId", "grantId", "all")


def _principal(value: object) -> Principal:
    try:
        return Principal.parse(text(value))
    except ValueError:
        if isinstance(value, str) and (session := Principal.assumed(value)):
            raise ValueError(f"is the ARN of a session; write its role, {session[0].arn}") from None
        raise ValueError("must be the ARN of one IAM role or user") from None


PrincipalArn = Annotated[Principal, PlainValidator(_principal)]
Reason = Subject  # the same rules for text
OurId = Annotated[str, matching("[a-z2-7]{16}", "16 characters from a to z and 2 to 7")]


class RevokedCaller(Body):
    """Whom to revoke: an IAM role or user, a subject, holders of claims, or an issuer's callers."""

    iam: PrincipalArn | None = None
    issuer: IssuerUrl | None = None
    subject: Subject | None = None
    claims: ClaimValues | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.iam is None) == (self.issuer is None):
            raise ValueError("give either 'iam' or 'issuer'")
        if (self.iam or self.subject is not None) and self.claims is not None:
            raise ValueError("'claims' goes with 'issuer' alone: everybody who has all of them")
        if self.iam and self.subject is not None:
            raise ValueError("'subject' goes with 'issuer'")
        return self

    @property
    def canonical(self) -> str:
        """The same text as ``Identity.canonical``; for one caller."""
        return self.iam.arn if self.iam else f"{self.issuer} {self.subject}"

    @property
    def holders(self) -> Holders | None:
        """Everybody with these claims, or of this issuer; None for one caller."""
        if self.issuer is None or self.subject is not None:
            return None
        return Holders(self.issuer, self.claims or ())

    def as_json(self) -> dict[str, object]:
        """The caller as JSON, in the canonical form."""
        if self.iam:
            return {"iam": self.iam.arn}
        if self.holders:
            return self.holders.as_json()
        return {"issuer": self.issuer, "subject": self.subject}


class RevocationRequest(Body):
    """The revocation of a caller, session, vend or grant, or of all, with kind and reason."""

    caller: RevokedCaller | None = None
    session_id: OurId | None = None
    vend_id: OurId | None = None
    grant_id: Identifier | None = None
    all: Literal[True] | None = None
    kind: Kind
    reason: Reason

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        given = (self.caller, self.session_id, self.vend_id, self.grant_id, self.all)
        if sum(value is not None for value in given) != 1:
            raise ValueError(f"give exactly one of {', '.join(map(repr, MEMBERS))}")
        if self.kind == "block" and (self.session_id or self.vend_id):
            raise ValueError(
                "end a session with kind 'sessions'; to block, name its caller or grant"
            )
        return self

    @property
    def whose(self) -> dict[str, object]:
        """What is revoked, as JSON."""
        if self.caller:
            return {"caller": self.caller.as_json()}
        given = {
            "sessionId": self.session_id,
            "vendId": self.vend_id,
            "grantId": self.grant_id,
            "all": self.all,
        }
        return {name: value for name, value in given.items() if value is not None}

    @property
    def holders(self) -> Holders | None:
        """Everybody whom the request revokes by claims; None if it revokes anything else."""
        return self.caller.holders if self.caller else None

    def place(self, session_id: str | None) -> Place | None:
        """The part of the role session name to deny; None for holders of claims.

        ``session_id`` is the session of the vend.
        """
        if self.holders:
            return None
        if self.caller:
            return Place("caller", short_hash(self.caller.canonical, WIDTHS["caller"]))
        if self.grant_id:
            return Place("grant", grant_part(self.grant_id))
        if session := session_id or self.session_id:
            return Place("session", session)
        return EVERYBODY
