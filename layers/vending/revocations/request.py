"""The body of ``POST /admin/revocations``."""

from typing import Annotated, Literal, Self

from pydantic import PlainValidator, model_validator

from vending.bodies.body import Body
from vending.bodies.fields import Identifier, matching, text
from vending.bodies.issuer_fields import IssuerUrl, Subject
from vending.callers.principal import Principal
from vending.denials.denials import EVERYBODY, WIDTHS, Place
from vending.denials.names import grant_part
from vending.ids import short_hash
from vending.revocations.revocation import Kind

MEMBERS = ("caller", "sessionId", "vendId", "grantId", "all")


def _principal(value: object) -> Principal:
    try:
        return Principal.parse(text(value))
    except ValueError:
        raise ValueError("must be the ARN of one IAM role or user") from None


PrincipalArn = Annotated[Principal, PlainValidator(_principal)]
Reason = Subject  # the same rules for text
OurId = Annotated[str, matching("[a-z2-7]{16}", "16 characters from a to z and 2 to 7")]


class RevokedCaller(Body):
    """A caller to revoke: one IAM role or user, or one subject of an issuer."""

    iam: PrincipalArn | None = None
    issuer: IssuerUrl | None = None
    subject: Subject | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        web = (self.issuer is not None, self.subject is not None)
        if web != ((self.iam is None),) * 2:
            raise ValueError("give either 'iam', or 'issuer' and 'subject'")
        return self

    @property
    def canonical(self) -> str:
        """The same text as ``Identity.canonical``."""
        return self.iam.arn if self.iam else f"{self.issuer} {self.subject}"

    def as_json(self) -> dict[str, object]:
        """The caller as JSON, in the canonical form."""
        if self.iam:
            return {"iam": self.iam.arn}
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

    def place(self, session_id: str | None) -> Place:
        """The part of the role session name to deny; ``session_id`` is the session of the vend."""
        if self.caller:
            return Place("caller", short_hash(self.caller.canonical, WIDTHS["caller"]))
        if self.grant_id:
            return Place("grant", grant_part(self.grant_id))
        if session := session_id or self.session_id:
            return Place("session", session)
        return EVERYBODY
