"""A signing session at work: what it signs goes out, its credentials never do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.callers.principal import partition_of
from vending.decision.count import Counted, count
from vending.decision.decide import Decision
from vending.decision.effects import Effects
from vending.denials.revoked import Revoked
from vending.errors import Unavailable
from vending.sessions.durations import LONGEST, url_lifetime
from vending.sessions.session import Credentials, Session, session_for
from vending.sessions.signing_sessions import SessionCredentials
from vending.sigv4.presign import Endpoint, Method, Named, Signer, encode_path, endpoint_of, signer

type LastingUntil = Callable[[Session, datetime, Record, Revoked], SessionCredentials]


@dataclass(frozen=True, slots=True)
class PresignEffects(Effects):
    """What effects takes, made for one request."""

    lasting_until: LastingUntil
    s3_endpoint: str  # empty: S3's own


@dataclass(frozen=True, slots=True)
class Signing:
    """Credentials of one session, for one lifetime (``expires``, in seconds) from ``now`` on."""

    credentials: Credentials
    endpoint: Endpoint
    region: str
    expires: int
    now: datetime
    session_id: str

    @property
    def expires_at(self) -> datetime:
        """When the URLs actually expire."""
        return self.now + timedelta(seconds=self.expires)

    @property
    def token_bytes(self) -> int:
        """Of the session token, as it stands in a URL."""
        token = self.credentials.session_token
        return len(encode_path(token)) + 2 * token.count("/")

    def signer(self, method: Method, headers: Named, query: Named, below: str = "") -> Signer:
        """What signs keys for these, without the prefix ``below`` that all of them have."""
        return signer(
            self.credentials,
            self.endpoint.below(below) if below else self.endpoint,
            region=self.region,
            method=method,
            expires=self.expires,
            now=self.now,
            headers=headers,
            query=query,
        )


def signing_session(caller: Caller, decision: Decision, effects: Effects) -> Session:
    """What signs for this decision, not asked for yet; its policy is the grant's whole scope.

    Raises:
        AccessDenied: a condition of the grant cannot be put for this caller.
        PolicyTooLarge: the session policy does not fit.
    """
    scope, permission = decision.match.scope, decision.match.grant.permission
    return session_for(caller, decision, [scope], permission, LONGEST, effects)


def signing_for(
    caller: Caller,
    decision: Decision,
    lifetime: int,
    counted: Counted | None,
    record: Record,
    effects: PresignEffects,
) -> Signing:
    """The session that signs for this decision; None: it was counted before.

    Raises:
        InvalidRequest, TooManyRequests: as ``count``, before STS is called.
        DurationNotAllowed: more seconds than the grant allows.
        AccessDenied, PolicyTooLarge: as ``signing_session``.
        Unavailable: STS failed.
    """
    location, now = decision.location, effects.now
    lifetime = url_lifetime(lifetime, decision.match.grant, now)
    session = signing_session(caller, decision, effects)
    if counted is not None:
        count(caller, decision.match.grant, counted, record, effects)
    until = now + timedelta(seconds=lifetime)
    lent = effects.lasting_until(session, until, record, decision.revoked)
    expires = min(lifetime, int((lent.credentials.expiration - now).total_seconds()))
    if expires < 1:
        raise Unavailable("SessionEnded")
    partition = partition_of(effects.role_arn)
    endpoint = endpoint_of(location.scope.bucket, location.region, partition, effects.s3_endpoint)
    signing = Signing(lent.credentials, endpoint, location.region, expires, now, lent.session_id)
    record.signing(signing.expires_at, cached=lent.cached)
    return signing
