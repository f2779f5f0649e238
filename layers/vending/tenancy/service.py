"""A service that signs tokens for many tenants; ``shared_issuers`` has a table of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

# Claims that describe a token, not who holds it: https://www.rfc-editor.org/rfc/rfc7519#section-4.1
OF_TOKENS = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti"})
ANY = ".+"
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@dataclass(frozen=True, slots=True)
class Service:
    """Who signs tokens for many tenants, and what in a token names one tenant. Texts are patterns.

    An id belongs to one tenant for good. A name can be registered again by another tenant.
    """

    name: str  # in messages
    hosts: str  # of its issuers; a port never makes a difference
    own: str | None = None  # issuers, without https://, whose URL has the id of one tenant
    ids: Mapping[str, str] | None = None  # claims, and their values that are ids; None: unknown
    names: Mapping[str, str | None] = field(default_factory=dict)  # claims, and the id to use
    subject_ids: str | None = ANY  # subjects that begin with an id
    subject_names: str | None = None  # subjects that have names only
    texts: str | None = None  # more claims whose values are text, beside ids and names
    callers: str | None = None  # the claim that makes a caller here; None: the subject does

    def pins(self, claim: str, value: str = "") -> bool:
        """Whether this value of a token's claim names one tenant for good; "": some values do."""
        if claim in self.names and self.names[claim] is None:
            return True  # there is no id to use instead
        if self.ids is None:
            return claim not in self.names and claim not in OF_TOKENS
        return claim in self.ids and (not value or self.is_id(claim, value))

    def is_id(self, claim: str, value: str) -> bool:
        """Whether this value of a token's claim is an id of one tenant."""
        pattern = (self.ids or {}).get(claim)
        return bool(pattern and re.fullmatch(pattern, value))

    def has_only_names(self, subject: str) -> bool:
        """Whether another tenant could register all names in this subject again."""
        is_id = self.subject_ids and re.fullmatch(self.subject_ids, subject)
        return not is_id and bool(self.subject_names and re.fullmatch(self.subject_names, subject))

    def is_subject(self, subject: str) -> bool:
        """Whether this subject begins with the id or the name of a tenant."""
        known = filter(None, (self.subject_ids, self.subject_names))
        return any(re.fullmatch(pattern, subject) for pattern in known)


def below(*domains: str) -> str:
    """The pattern of these hosts and of all hosts below them."""
    return f"(?:.+\\.)?(?:{'|'.join(map(re.escape, domains))})"


def ids(*claims: str) -> dict[str, str]:
    """Claims of which every value is an id."""
    return dict.fromkeys(claims, ANY)
