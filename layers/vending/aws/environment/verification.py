"""Verifies tokens from the issuers in the table, for every function that accepts tokens."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, Self

from vending.audit.record import Record
from vending.aws.environment.runtime import Settings, clocks, now
from vending.aws.services.issuers import fetch
from vending.aws.table.issuers import issuers
from vending.callers.identity import WebIdentity
from vending.callers.issuer import Issuer
from vending.callers.issuer_keys import IssuerKeys
from vending.callers.issuer_url import is_local
from vending.callers.token import parse_token, token_hash
from vending.callers.web_identity import FindKey, authenticate, read_keys
from vending.kept import Kept


class Verification(NamedTuple):
    """The effects of verifying a token: the issuers, their keys and the time."""

    issuers: Callable[[], Mapping[str, Issuer]]
    find_key: FindKey
    now: Callable[[], datetime]

    @classmethod
    def of(cls, dynamodb: Any, settings: Settings) -> Self:
        """A verification with cached issuers from the table, and with keys over HTTPS."""
        kept = Kept(partial(_trusted, dynamodb, settings), settings.grants_cache_seconds, clocks)
        keys = IssuerKeys(
            partial(fetch, allow_local=settings.allow_local_issuers),
            read_keys,
            now,
        )
        return cls(kept.load, keys.find, now)

    def identity(self, token: str, record: Record) -> WebIdentity:
        """Verify a token and return the identity that its issuer vouches for.

        Raises:
            TokenRefused: the token is not accepted; ``reason`` says why.
            Unavailable: the table or the issuer's keys could not be read.
        """
        record.note(tokenHash=token_hash(token))
        return authenticate(
            token, record, issuers=self.issuers(), find_key=self.find_key, now=self.now()
        )

    def audience(self, token: str, identity: WebIdentity) -> str:
        """The audience of a verified token that the issuer's entry lists."""
        issuer = self.issuers().get(identity.issuer)
        return (issuer and issuer.audience_of(parse_token(token).claims)) or ""


def _trusted(dynamodb: Any, settings: Settings) -> dict[str, Issuer]:
    """The issuers in the table, without local ones unless they are allowed."""
    return {
        url: issuer
        for url, issuer in issuers(dynamodb, settings.table).items()
        if settings.allow_local_issuers or not is_local(url)
    }
