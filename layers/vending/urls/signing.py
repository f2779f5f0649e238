"""Signs with a signing session, whose credentials never leave the function."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.callers.principal import partition_of
from vending.decision.count import Counted, count
from vending.decision.decide import Decision, check_still_allowed
from vending.decision.effects import Effects
from vending.denials.revoked import Revoked
from vending.errors import Unavailable
from vending.sessions.durations import url_lifetime
from vending.sessions.session import Credentials, Session, signing_session
from vending.sessions.signing_sessions import SessionCredentials
from vending.sigv4.presign import Endpoint, Method, Named, Signer, encode_path, endpoint_of, signer

type LastingUntil = Callable[[Session, datetime, Record, Revoked], SessionCredentials]


@dataclass(frozen=True, slots=True)
class PresignEffects(Effects):
    """The effects of presigning, made for one request."""

    lasting_until: LastingUntil
    s3_endpoint: str  # empty: S3's own endpoint


@dataclass(frozen=True, slots=True)
class Signing:
    """The credentials of one session, to sign URLs that last ``expires`` seconds from ``now``."""

    credentials: Credentials
    endpoint: Endpoint
    region: str
    expires: int
    now: datetime
    session_id: str
    issued: datetime  # by STS's clock

    @property
    def expires_at(self) -> datetime:
        """When the URLs actually expire."""
        return self.now + timedelta(seconds=self.expires)

    @property
    def token_bytes(self) -> int:
        """The length of the session token in a URL, in bytes."""
        token = self.credentials.session_token
        return len(encode_path(token)) + 2 * token.count("/")

    def signer(self, method: Method, headers: Named, query: Named, below: str = "") -> Signer:
        """A signer for this method; keys are given without the prefix ``below``."""
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


def signing_for(
    caller: Caller,
    decision: Decision,
    lifetime: int,
    counted: Counted | None,
    record: Record,
    effects: PresignEffects,
) -> Signing:
    """Request or reuse the session that signs for this decision.

    ``counted`` are the URLs to count; None: they are already counted.

    Raises:
        InvalidRequest, TooManyRequests: as in ``count``, before STS is called.
        DurationNotAllowed: longer than the grant allows.
        AccessDenied, PolicyTooLarge: as in ``signing_session``.
        JustRevoked: as in ``check_still_allowed``.
        Unavailable: STS or the table failed.
    """
    location, now = decision.location, effects.now
    lifetime = url_lifetime(lifetime, decision.match.grant, now)
    session = signing_session(caller, decision, effects)
    if counted is not None:
        count(caller, [decision.match.grant], counted, record, effects)
    until = now + timedelta(seconds=lifetime)
    current = effects.lasting_until(session, until, record, decision.revoked)
    check_still_allowed(caller, [decision], current.session_id, current.issued, effects)
    expires = min(lifetime, int((current.credentials.expiration - now).total_seconds()))
    if expires < 1:
        raise Unavailable("SessionEnded")
    partition = partition_of(effects.role_arn)
    endpoint = endpoint_of(location.scope.bucket, location.region, partition, effects.s3_endpoint)
    signing = Signing(
        current.credentials,
        endpoint,
        location.region,
        expires,
        now,
        current.session_id,
        current.issued,
    )
    record.signing(signing.expires_at, cached=current.cached)
    return signing
