"""Verifies tokens of the issuers in the table; whoever takes a token takes it here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Self

from vending.audit.record import Record
from vending.aws.environment.runtime import Settings, now
from vending.aws.services.issuers import fetch
from vending.aws.table.issuers import issuers
from vending.callers.identity import WebIdentity
from vending.callers.issuer import Issuer
from vending.callers.issuer_keys import IssuerKeys
from vending.callers.issuer_url import is_local
from vending.callers.token import parse_token, token_hash
from vending.callers.web_identity import FindKey, authenticate, read_keys
from vending.kept import Kept


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying needs of an execution environment: issuers, their keys, the time."""

    issuers: Callable[[], Mapping[str, Issuer]]
    find_key: FindKey
    now: Callable[[], datetime]

    @classmethod
    def of(cls, dynamodb: Any, settings: Settings) -> Self:
        """With the issuers in the table, kept like grants, and keys over HTTPS."""
        kept = Kept(partial(_trusted, dynamodb, settings), settings.grants_cache_seconds, now)
        keys = IssuerKeys(
            partial(fetch, allow_local=settings.allow_local_issuers),
            read_keys,
            now,
        )
        return cls(kept.load, keys.find, now)

    def identity(self, token: str, record: Record) -> WebIdentity:
        """Whom the token's issuer vouches for.

        Raises:
            TokenRefused: the token is not accepted; ``reason`` says why.
            Unavailable: the table, or the issuer's keys, could not be had.
        """
        record.note(tokenHash=token_hash(token))
        return authenticate(
            token, record, issuers=self.issuers(), find_key=self.find_key, now=self.now()
        )

    def audience(self, token: str, identity: WebIdentity) -> str:
        """Which of our audiences a token is for that was verified."""
        named = parse_token(token).claims.get("aud")
        listed = named if isinstance(named, list) else [named]
        issuer = self.issuers().get(identity.issuer)
        return next((one for one in (issuer.audience if issuer else ()) if one in listed), "")


def _trusted(dynamodb: Any, settings: Settings) -> dict[str, Issuer]:
    """The issuers in the table: one on this machine may be left there from where it was allowed."""
    return {
        url: issuer
        for url, issuer in issuers(dynamodb, settings.table).items()
        if settings.allow_local_issuers or not is_local(url)
    }
