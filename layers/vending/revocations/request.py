"""``POST /admin/revocations``: whose sessions end."""

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
        raise ValueError("the ARN of one IAM role or user") from None


PrincipalArn = Annotated[Principal, PlainValidator(_principal)]
Reason = Subject  # plain text too
OurId = Annotated[str, matching("[a-z2-7]{16}", "16 characters from a to z and 2 to 7")]


class RevokedCaller(Body):
    """A grantee that is one role, user or subject."""

    iam: PrincipalArn | None = None
    issuer: IssuerUrl | None = None
    subject: Subject | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        web = (self.issuer is not None, self.subject is not None)
        if web != ((self.iam is None),) * 2:
            raise ValueError("give 'iam' alone, or 'issuer' and 'subject'")
        return self

    @property
    def canonical(self) -> str:
        """As ``Identity.canonical``."""
        return self.iam.arn if self.iam else f"{self.issuer} {self.subject}"

    def as_json(self) -> dict[str, object]:
        """In the canonical form."""
        if self.iam:
            return {"iam": self.iam.arn}
        return {"issuer": self.issuer, "subject": self.subject}


class RevocationRequest(Body):
    """One of caller, session, vend, grant or all; what ends, and why."""

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
        if sum(one is not None for one in given) != 1:
            raise ValueError(f"give one of {', '.join(map(repr, MEMBERS))}")
        if self.kind == "block" and (self.session_id or self.vend_id):
            raise ValueError("a session is ended with kind 'sessions'; block its caller or grant")
        return self

    @property
    def whose(self) -> dict[str, object]:
        """As it was asked for."""
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
        """Where the role session name says so; ``session_id`` is that of a vend."""
        if self.caller:
            return Place("caller", short_hash(self.caller.canonical, WIDTHS["caller"]))
        if self.grant_id:
            return Place("grant", grant_part(self.grant_id))
        if session := session_id or self.session_id:
            return Place("session", session)
        return EVERYBODY
