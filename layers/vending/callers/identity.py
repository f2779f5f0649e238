"""A caller's verified identity: an IAM role or user, or a subject that an issuer vouches for."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Self, TypeGuard

from vending.callers.grantee_keys import Claims, grantee_keys, values_of
from vending.callers.principal import Principal
from vending.table import table_key

_UNIQUE_ID = re.compile(r"A[A-Z0-9]{15,127}")


@dataclass(frozen=True, slots=True)
class IamIdentity:
    """A role or user that signed its request."""

    principal: Principal
    unique_id: str  # AROA… or AIDA…; a role that is deleted and created again gets another
    session_name: str | None  # chosen by the caller: recorded, and never matched

    @classmethod
    @lru_cache(maxsize=1000)
    def read(cls, arn: str, unique_id: str, account: str) -> Self:
        """Read the members of ``requestContext.identity``.

        ``unique_id`` is ``AIDA…`` for a user and ``AROA…:session`` for a role. Raises
        ``ValueError`` if a member is malformed or contradicts another.
        """
        own_id, _, session = unique_id.partition(":")
        principal, arn_session = Principal.assumed(arn) or (Principal.parse(arn), "")
        if (
            principal.account != account
            or not _UNIQUE_ID.fullmatch(own_id)
            or session != arn_session
            or (principal.kind == "role") != bool(arn_session)
        ):
            raise ValueError("the members of the request context contradict each other")
        return cls(principal, own_id, session or None)

    @property
    def name(self) -> str:
        """The name that people recognise."""
        return self.principal.name

    @property
    def canonical(self) -> str:
        """The text that all sessions of this caller share, and no other caller has."""
        return self.principal.arn

    @property
    def holder(self) -> str:
        """The text by which rate limits count; the same as ``canonical``."""
        return self.canonical

    @property
    def unique(self) -> str:
        """As ``canonical``, but different for a later role or user with the same name."""
        return f"{self.principal.arn} {self.unique_id}"

    @property
    def variables(self) -> Mapping[str, object]:
        """The values that fill a scope's variables, by name."""
        return {
            "caller.name": self.principal.name,
            "caller.kind": self.principal.kind,
            "caller.account": self.principal.account,
        }

    @property
    def grantee_keys(self) -> tuple[str, ...]:
        """The keys under which the table has the grants for this caller."""
        return (self.principal.table_key, table_key("iam", self.principal.account))

    def as_json(self) -> dict[str, object]:
        """Return what the caller may see of its identity."""
        return {"arn": self.principal.arn}

    def as_recorded(self) -> dict[str, object]:
        """Return the identity as members of the audit record."""
        return {
            "caller": self.principal.arn,
            "uniqueId": self.unique_id,
            "callerSession": self.session_name,
        }


@dataclass(frozen=True, slots=True)
class WebIdentity:
    """A subject, and those of its claims that the issuer's entry lists."""

    issuer: str
    subject: str
    claims: Claims
    token_hash: str  # identifies the token in audit records; it gives no access
    caller_claims: tuple[str, ...] = ()  # those that make a caller, each a scalar; else the subject
    left_out: tuple[str, ...] = ()  # those that the token lacks, since its issuer has too many

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what ``encode`` wrote; raises ``ValueError`` for anything else."""
        members = json.loads(text)
        json.dumps(members, ensure_ascii=False).encode()  # raises for lone surrogates
        match members:
            case {
                "issuer": str(issuer),
                "subject": str(subject),
                "claims": dict(claims),
                "tokenHash": str(token_hash),
                **more,
            } if issuer and subject and all(map(_is_claim, claims.values())):
                names, left_out = more.pop("callerClaims", []), more.pop("claimsLeftOut", [])
                has_all = isinstance(names, list) and claims.keys() >= set(map(str, names))
                if not more and has_all and _are_texts(names) and _are_texts(left_out):
                    tuples = tuple(names), tuple(left_out)
                    return cls(issuer, subject, claims, token_hash, *tuples)
        raise ValueError("not the authorizer's context")

    def encode(self) -> str:
        """Encode as JSON in ASCII, so that the length is the size in bytes."""
        members = {**self.as_json(), "tokenHash": self.token_hash}
        if self.caller_claims:
            members["callerClaims"] = self.caller_claims
        return json.dumps(members, separators=(",", ":"))

    @property
    def name(self) -> str:
        """The name that people recognise."""
        return self.subject

    @property
    def canonical(self) -> str:
        """The text that all tokens of this subject share, and no other subject has."""
        return f"{self.issuer} {self.subject}"  # unambiguous, since an issuer has no space

    @property
    def holder(self) -> str:
        """The text by which rate limits count; values of claims keep their JSON types."""
        if not self.caller_claims:
            return self.canonical
        return f"{self.issuer}  {json.dumps(self._caller, sort_keys=True)}"

    @property
    def unique(self) -> str:
        """As ``canonical``, but different for another holder to whom the same subject goes."""
        return self.canonical if not self.caller_claims else f"{self.holder} {self.subject}"

    @property
    def variables(self) -> Mapping[str, object]:
        """The values that fill a scope's variables, by name."""
        return {f"claim.{name}": value for name, value in self.claims.items()}

    @property
    def grantee_keys(self) -> tuple[str, ...]:
        """The keys under which the table has the grants for this caller.

        Raises:
            TooManyClaims: as in ``grantee_keys``.
        """
        return grantee_keys(self.issuer, self.subject, self.claims)

    def has(self, name: str, value: str) -> bool:
        """Whether the claim ``name`` is ``value`` (JSON text), or a list that contains it."""
        return value in map(json.dumps, values_of(self.claims, name))

    def as_json(self) -> dict[str, object]:
        """Return what the caller may see of its identity."""
        members = {"issuer": self.issuer, "subject": self.subject, "claims": self.claims}
        return members | self._left_out

    def as_recorded(self) -> dict[str, object]:
        """Return the identity as members of the audit record."""
        members = {"issuer": self.issuer, "subject": self.subject, "tokenHash": self.token_hash}
        caller = {"callerClaims": self._caller} if self.caller_claims else {}
        return members | caller | self._left_out

    @property
    def _left_out(self) -> dict[str, object]:
        return {"claimsLeftOut": list(self.left_out)} if self.left_out else {}

    @property
    def _caller(self) -> dict[str, object]:
        return {name: self.claims[name] for name in self.caller_claims}


type Identity = IamIdentity | WebIdentity


def _is_claim(value: object) -> bool:
    scalars = value if isinstance(value, list) else [value]
    return all(isinstance(scalar, (str, int, float)) for scalar in scalars)  # a bool is an int


def _are_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)
