"""The member ``as`` of questions: a caller in part, for reach, or in whole, for an explanation."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Self

from pydantic import PlainValidator, model_validator

from vending.bodies.body import Body
from vending.bodies.fields import IamArn, UniqueId
from vending.bodies.issuer_fields import CLAIMS, IssuerUrl, Subject
from vending.bodies.strict_json import pointer
from vending.callers.grantee_keys import LARGEST, Claims
from vending.callers.identity import IamIdentity, Identity, WebIdentity
from vending.callers.issuer import BOOLEANS, EMAIL_VERIFIED, Claim, Issuer
from vending.callers.principal import Principal
from vending.callers.token import TOKEN_BYTES
from vending.catalogue.batches import encode
from vending.errors import Fault, TokenRefused
from vending.nearly import did_you_mean
from vending.plain import has_no_control
from vending.reach.population import UNIQUE, Place, Value, place_of
from vending.reach.who import Callers, IamCallers, WebCallers

SESSION = "explanation"  # the name of a role's session that is only asked about


def _claims(value: object) -> Claims:
    if not isinstance(value, Mapping) or len(value) > CLAIMS:
        raise ValueError(f"must be an object of at most {CLAIMS} claims, each with its value")
    for name, claim in value.items():
        if not all(map(_is_scalar, claim if isinstance(claim, list) else [claim])):
            raise ValueError(
                f"{name!r} must be text, a number, true or false, or a list of these, as in a token"
            )
    if len(json.dumps(value)) > TOKEN_BYTES:
        raise ValueError(f"must fit into a token, which has at most {TOKEN_BYTES} bytes")
    return dict(value)


def _read(name: str, value: Value, issuer: Issuer) -> Value:
    """The value of a claim; some issuers write ``true`` and ``false`` as text."""
    as_text = issuer.email_verified and Claim(name, EMAIL_VERIFIED) in issuer.claims
    return BOOLEANS.get(value, value) if as_text and isinstance(value, str) else value


def _is_scalar(value: object) -> bool:
    if isinstance(value, str):
        return has_no_control(value)
    return isinstance(value, (int, float)) and abs(value) < LARGEST


CallerClaims = Annotated[Claims, PlainValidator(_claims)]


class CallerBody(Body):
    """A caller: ``iam``, or ``issuer`` with its ``subject`` and ``claims``."""

    iam: IamArn | None = None
    unique_id: UniqueId | None = None
    issuer: IssuerUrl | None = None
    subject: Subject | None = None
    claims: CallerClaims | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.iam is None) == (self.issuer is None):
            raise ValueError("give either 'iam' or 'issuer'")
        if self.iam is not None and (self.subject is not None or self.claims is not None):
            raise ValueError("'subject' and 'claims' go with 'issuer'")
        if self.unique_id is not None and not isinstance(self.iam, Principal):
            raise ValueError("'uniqueId' goes with the ARN of a role or user in 'iam'")
        return self

    def callers(self, issuer: Issuer | None) -> Callers:
        """All callers of whom this is known; what is not given may be anything."""
        if self.iam is not None:
            return IamCallers(self.iam, self.unique_id)
        return WebCallers(self.issuer or "", self.subject, self._as_read(issuer))

    def in_grants(self) -> tuple[str, ...]:
        """Texts of which the item of each grant that such a caller may have has one."""
        if self.issuer is not None:
            return (f'"issuer":{encode(self.issuer)}',)
        if isinstance(self.iam, Principal):
            return (f'"iam":{encode(self.iam.arn)}', f'"iam":"{self.iam.account}"')
        return (f'"iam":"{self.iam}"', f"::{self.iam}:")

    def unknown(self, trusted: Mapping[str, Issuer]) -> Iterator[Fault]:
        """Yield what no caller can have; ``trusted`` are the issuers' entries by URL."""
        if self.issuer is None:
            return
        if (issuer := trusted.get(self.issuer)) is None:
            detail = "the service does not trust this issuer; spell it exactly as in its entry"
            yield Fault("/as/issuer", f"{detail}{did_you_mean(self.issuer, trusted)}")
            return
        known = [claim.name for claim in issuer.claims]
        for name in self.claims or {}:
            if name not in known:
                reason = f"the issuer's entry does not list this claim; it lists: {known}"
                yield Fault(pointer(("as", "claims", name)), reason)
        read = self._as_read(issuer)
        for name, value in (self.claims or {}).items():
            if json.dumps(read.get(name, value)) != json.dumps(_read(name, value, issuer)):
                reason = "is the same member of the token as another value here, and differs"
                yield Fault(pointer(("as", "claims", name)), reason)

    def incomplete(self, trusted: Mapping[str, Issuer]) -> Iterator[Fault]:
        """Yield what is missing for one single caller, or is no caller's; also what is unknown."""
        yield from self.unknown(trusted)
        if isinstance(self.iam, str):
            yield Fault("/as/iam", "must be the ARN of a role or user, not an account")
        if self.issuer is not None and self.subject is None:
            yield Fault("/as/subject", "is required: a decision is about one caller")
        if issuer := trusted.get(self.issuer or ""):
            try:
                issuer.check_caller(self._as_read(issuer))
            except TokenRefused:
                names = ", ".join(issuer.caller_claims)
                yield Fault("/as/claims", f"must have the issuer's caller claims: {names}")

    def identity(self, issuer: Issuer | None) -> Identity:
        """The identity of the caller, where nothing is ``incomplete``."""
        if isinstance(self.iam, Principal):
            kind = self.iam.kind
            unique_id = self.unique_id or f"{UNIQUE[kind]}2EXAMPLE00000000"
            return IamIdentity(self.iam, unique_id, SESSION if kind == "role" else None)
        callers = issuer.caller_claims if issuer else ()
        claims = self._as_read(issuer)
        return WebIdentity(self.issuer or "", self.subject or "", claims, "", callers)

    def _as_read(self, issuer: Issuer | None) -> Claims:
        """The claims as the service reads them: a member of the token under each of its names."""
        if issuer is None:
            return {}
        places = {claim.name: place_of(claim, issuer) for claim in issuer.claims}
        values: dict[Place, Value] = {}
        if self.subject is not None:
            values[issuer.subject_claim,] = self.subject
        for name, value in (self.claims or {}).items():
            if name in places:
                values.setdefault(places[name], _read(name, value, issuer))
        return {name: values[place] for name, place in places.items() if place in values}

    def as_json(self) -> dict[str, object]:
        """As the audit record has it."""
        given = {
            "iam": self.iam.arn if isinstance(self.iam, Principal) else self.iam,
            "uniqueId": self.unique_id,
            "issuer": self.issuer,
            "subject": self.subject,
            "claims": self.claims,
        }
        return {name: value for name, value in given.items() if value is not None}
