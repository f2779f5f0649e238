"""What was proven of a caller: an IAM role or user, or a subject that an issuer vouches for."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from vending.callers.principal import Principal
from vending.errors import TooManyClaims
from vending.table import table_key

type Scalar = str | int | float | bool
type Claims = Mapping[str, Scalar | list[Scalar]]

MOST_KEYS = 90  # of a caller; with the location they are one BatchGetItem
VALUE_BYTES = 512  # of a subject, and of a claim that a grant matches; a key has 2,048

_UNIQUE_ID = re.compile(r"A[A-Z0-9]{15,127}")


@dataclass(frozen=True, slots=True)
class IamIdentity:
    """A role or user that has signed its request."""

    principal: Principal
    unique_id: str  # AROA… or AIDA…; a role made again under the same name has another
    session_name: str | None  # chosen by the caller: for the audit record, never for matching

    @classmethod
    @lru_cache(maxsize=1000)
    def read(cls, arn: str, unique_id: str, account: str) -> Self:
        """From the members of ``requestContext.identity``; raises ``ValueError`` for any doubt.

        ``unique_id`` is ``AIDA…`` for a user and ``AROA…:session`` for a role.
        """
        own_id, _, session = unique_id.partition(":")
        principal, named = Principal.assumed(arn) or (Principal.parse(arn), "")
        if (
            principal.account != account
            or not _UNIQUE_ID.fullmatch(own_id)
            or session != named
            or (principal.kind == "role") != bool(named)
        ):
            raise ValueError("the request context does not agree with itself")
        return cls(principal, own_id, session or None)

    @property
    def name(self) -> str:
        """For people to recognise."""
        return self.principal.name

    @property
    def canonical(self) -> str:
        """The same for all sessions of one caller, and of no other."""
        return self.principal.arn

    @property
    def unique(self) -> str:
        """Canonical, and of this very role or user: not of a later one with its name."""
        return f"{self.principal.arn} {self.unique_id}"

    @property
    def variables(self) -> Mapping[str, object]:
        """What may fill a scope's variables."""
        return {
            "caller.name": self.principal.name,
            "caller.kind": self.principal.kind,
            "caller.account": self.principal.account,
        }

    @property
    def grantee_keys(self) -> tuple[str, ...]:
        """The table's keys under which grants for this caller stand."""
        return (self.principal.table_key, table_key("iam", self.principal.account))

    def as_json(self) -> dict[str, object]:
        """As the caller may see it."""
        return {"arn": self.principal.arn}

    def as_recorded(self) -> dict[str, object]:
        """As members of the audit record."""
        return {
            "caller": self.principal.arn,
            "uniqueId": self.unique_id,
            "callerSession": self.session_name,
        }


@dataclass(frozen=True, slots=True)
class WebIdentity:
    """A subject, and the claims about it that the operator lets grants use."""

    issuer: str
    subject: str
    claims: Claims
    token_hash: str  # tells the token's uses apart, and opens nothing

    @classmethod
    def read(cls, text: str) -> Self:
        """From what ``encode`` made; raises ``ValueError`` for anything else."""
        members = json.loads(text)
        json.dumps(members, ensure_ascii=False).encode()  # raises for lone surrogates
        match members:
            case {
                "issuer": str(issuer),
                "subject": str(subject),
                "claims": dict(claims),
                "tokenHash": str(token_hash),
                **more,
            } if issuer and subject and not more and all(map(_is_claim, claims.values())):
                return cls(issuer, subject, claims, token_hash)
        raise ValueError("not the authorizer's context")

    def encode(self) -> str:
        """As JSON in ASCII, so that its length is its size in bytes."""
        members = {**self.as_json(), "tokenHash": self.token_hash}
        return json.dumps(members, separators=(",", ":"))

    @property
    def name(self) -> str:
        """For people to recognise."""
        return self.subject

    @property
    def canonical(self) -> str:
        """The same for all tokens of one subject, and of no other: an issuer has no space."""
        return f"{self.issuer} {self.subject}"

    @property
    def unique(self) -> str:
        """As ``canonical``: what an issuer calls a subject is all there is."""
        return self.canonical

    @property
    def variables(self) -> Mapping[str, object]:
        """What may fill a scope's variables."""
        return {f"claim.{name}": value for name, value in self.claims.items()}

    @property
    def grantee_keys(self) -> tuple[str, ...]:
        """The table's keys under which grants for this caller stand.

        Raises:
            TooManyClaims: more than ``MOST_KEYS``.
        """
        keys = dict.fromkeys([subject_key(self.issuer, self.subject), *self._claim_keys()])
        if len(keys) > MOST_KEYS:
            raise TooManyClaims(
                f"The token's claims make {len(keys)} keys, and {MOST_KEYS} is the most. "
                "Send a token with fewer groups, or ask the operator to list fewer claims."
            )
        return tuple(keys)

    def has(self, name: str, value: str) -> bool:
        """Whether the claim is this value, as JSON text, or a list that has it."""
        return value in map(json.dumps, self._values(name))

    def as_json(self) -> dict[str, object]:
        """As the caller may see it."""
        return {"issuer": self.issuer, "subject": self.subject, "claims": self.claims}

    def as_recorded(self) -> dict[str, object]:
        """As members of the audit record."""
        return {"issuer": self.issuer, "subject": self.subject, "tokenHash": self.token_hash}

    def _claim_keys(self) -> Iterator[str]:
        for name in self.claims:
            for value in self._values(name):
                if len(str(value).encode()) <= VALUE_BYTES:  # no grant has a longer one
                    yield claim_key(self.issuer, name, json.dumps(value))

    def _values(self, name: str) -> list[Scalar]:
        value = self.claims.get(name, [])
        return value if isinstance(value, list) else [value]


type Identity = IamIdentity | WebIdentity


def _is_claim(value: object) -> bool:
    listed = value if isinstance(value, list) else [value]
    return all(isinstance(one, (str, int, float)) for one in listed)  # a bool is an int


def subject_key(issuer: str, subject: str) -> str:
    """Where the grants to one subject stand."""
    return table_key("oidc", issuer, "sub", subject)


def claim_key(issuer: str, name: str, value: str) -> str:
    """Where the grants to whoever has this claim stand; ``value`` is JSON text."""
    plain = json.loads(value)
    text = plain if isinstance(plain, str) else value
    return table_key("oidc", issuer, "claim", name, text)
