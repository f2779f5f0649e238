"""An issuer that the operator trusts: what its tokens must say, and which claims grants can use."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from vending.callers.grantee_keys import LARGEST, Scalar, is_plain
from vending.described import Described
from vending.errors import TokenRefused
from vending.plain import has_no_control

SKEW = 60  # seconds that an issuer's clock may be ahead
LIFETIME = 3600  # seconds; the longest lifetime of a token, unless the issuer's entry sets another
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
USUAL_ALGORITHMS = ("RS256",)
EMAIL_VERIFIED = ("email_verified",)  # the path of a claim that some issuers write as text
BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Claim:
    """A member of the token that grants may use, and the name by which they use it."""

    name: str
    path: tuple[str, ...]  # of members, from the outermost; usually the name alone


@dataclass(frozen=True, slots=True)
class Issuer(Described):
    """One entry of ``issuers`` in ``vending.yaml``."""

    url: str  # exactly as in the tokens
    audience: tuple[str, ...]  # a token must be for one of these
    subject_claim: str = "sub"
    claims: tuple[Claim, ...] = ()
    algorithms: tuple[str, ...] = USUAL_ALGORITHMS
    max_token_lifetime: int = LIFETIME  # seconds, from iat to exp
    jwks: str | None = None  # JSON; None: fetched from the issuer
    tenant_claims: tuple[str, ...] = ()  # names of claims, each of which pins one tenant
    tenancy: Literal["own"] | None = None  # own: all its tokens are for one tenant, the operator
    caller_claims: tuple[str, ...] = ()  # names of claims that make a caller; else the subject does
    # client_id: its tokens are Cognito's access tokens, which have no aud
    audience_claim: Literal["client_id"] | None = None
    email_verified: Literal["text"] | None = None  # text: its tokens write "true", not true

    @property
    def id(self) -> str:
        """The URL in the form that fits into a path; ``http:`` stays, since it is another name."""
        return self.url.removeprefix("https://").replace("/", "~")

    def as_json(self) -> dict[str, object]:
        """Return the entry as in ``vending.yaml``."""
        members = {
            "issuer": self.url,
            **self.described,
            "audience": self.audience[0] if len(self.audience) == 1 else list(self.audience),
            "subjectClaim": self.subject_claim,
            "claims": [
                claim.name
                if claim.path == (claim.name,)
                else {"name": claim.name, "path": list(claim.path)}
                for claim in self.claims
            ],
            "algorithms": list(self.algorithms),
            "maxTokenLifetime": self.max_token_lifetime,
        }
        given = {
            "jwks": self.jwks and json.loads(self.jwks),
            "tenantClaims": list(self.tenant_claims),
            "tenancy": self.tenancy,
            "callerClaims": list(self.caller_claims),
            "audienceClaim": self.audience_claim,
            "emailVerified": self.email_verified,
        }
        return members | {name: value for name, value in given.items() if value}

    def says_as(self, other: "Issuer") -> bool:
        """Whether this entry reads the subject and the claims of ``other`` from the same places.

        If not, grants to a subject or claim would be for other callers than under ``other``.
        """
        return (
            self.subject_claim == other.subject_claim
            and self.email_verified == other.email_verified
            and set(other.claims) <= set(self.claims)
        )

    def unlisted(self, names: Iterable[str]) -> str | None:
        """Say which of these claims the entry does not list; None: it lists them all."""
        if missing := ", ".join(sorted(set(names) - {one.name for one in self.claims})):
            return f"the issuer's entry does not list the claim {missing}; add it to 'claims'"
        return None

    def check(self, claims: Mapping[str, object], now: datetime) -> None:
        """Raise ``TokenRefused`` unless the token is for this service and valid at ``now``.

        https://www.rfc-editor.org/rfc/rfc7519#section-4.1
        """
        if not self.audience_of(claims):
            raise TokenRefused("AudienceWrong")
        expires, issued = _time(claims, "exp"), _time(claims, "iat")
        begins = _time(claims, "nbf") if "nbf" in claims else issued
        latest = now.timestamp() + SKEW
        if expires <= now.timestamp():
            raise TokenRefused("Expired")
        if max(issued, begins) > latest:
            raise TokenRefused("NotYetValid")
        if not 0 < expires - issued <= self.max_token_lifetime:
            raise TokenRefused("LifetimeTooLong")

    def audience_of(self, claims: Mapping[str, object]) -> str | None:
        """Return the audience of the entry that the token is for; None if there is none.

        An access token of Cognito names the app client that it was issued to, and no audience.
        """
        found = claims.get("aud")
        if self.audience_claim:
            is_access_token = claims.get("token_use") == "access" and "aud" not in claims
            found = claims.get(self.audience_claim) if is_access_token else None
            found = found if isinstance(found, str) else None
        audiences = found if isinstance(found, list) else [found]
        if not all(isinstance(one, str) for one in audiences):
            return None
        return next((one for one in self.audience if one in audiences), None)

    def subject(self, claims: Mapping[str, object]) -> str:
        """Return the token's subject; raises ``TokenRefused`` if it is missing or not plain."""
        subject = claims.get(self.subject_claim)
        if not isinstance(subject, str) or not is_plain(subject):
            raise TokenRefused("SubjectMissing")
        return subject

    def usable_claims(self, claims: Mapping[str, object]) -> dict[str, Scalar | list[Scalar]]:
        """Return the claims that grants may use, by their names there.

        Raises ``TokenRefused`` for one that is neither a scalar nor a list of scalars.
        """
        return dict(self._usable(claims))

    def check_caller(self, claims: Mapping[str, Scalar | list[Scalar]]) -> None:
        """Raise ``TokenRefused`` unless each caller claim is text or a whole number, or a boolean.

        Without one of them the token would be another caller, whom no block or limit knows.
        """
        for name in self.caller_claims:
            value = claims.get(name)
            if not isinstance(value, int) and not (isinstance(value, str) and is_plain(value)):
                raise TokenRefused("CallerClaimMissing")

    def _usable(self, claims: Mapping[str, object]) -> Iterator[tuple[str, Scalar | list[Scalar]]]:
        for claim in self.claims:
            value: object = claims
            for member in claim.path:
                value = value.get(member) if isinstance(value, dict) else None
            if value is not None:
                if self.email_verified and claim.path == EMAIL_VERIFIED and isinstance(value, str):
                    value = BOOLEANS.get(value, value)
                yield claim.name, _scalars(value)


def _time(claims: Mapping[str, object], name: str) -> float:
    value = claims.get(name)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not abs(value) < LARGEST:
        raise TokenRefused("TimeMissing")
    return value


def _scalars(value: object) -> Scalar | list[Scalar]:
    if isinstance(value, list):
        return [_scalar(item) for item in value]
    return _scalar(value)


def _scalar(value: object) -> Scalar:
    if isinstance(value, str):
        if not has_no_control(value):
            raise TokenRefused("ClaimNotPlain")
        return value
    if isinstance(value, (int, float)) and abs(value) < LARGEST:
        return value
    raise TokenRefused("ClaimNotScalar")
