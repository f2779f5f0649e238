"""Signs with signing sessions, whose credentials never leave the function."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.callers.principal import partition_of
from vending.decision.count import Counted, count
from vending.decision.decide import Decision, check_still_allowed
from vending.decision.effects import Effects
from vending.decision.wanted import LISTED_TARGETS, as_recorded
from vending.denials.names import source_identity
from vending.denials.revoked import Revoked
from vending.errors import Unavailable
from vending.sessions.durations import url_lifetime
from vending.sessions.session import Credentials, Session, signing_session
from vending.sessions.signing_sessions import SessionCredentials
from vending.sigv4.presign import (
    Endpoint,
    Method,
    Named,
    Signer,
    below,
    encode_path,
    endpoint_of,
    signer,
)
from vending.times import iso, span
from vending.urls.answer import SignedBy

type LastingUntil = Callable[[Session, datetime, Record, Revoked], SessionCredentials]


@dataclass(frozen=True, slots=True)
class PresignEffects(Effects):
    """The effects of presigning, made for one request."""

    lasting_until: LastingUntil
    s3_endpoint: str  # empty: S3's own endpoint


class Signing(NamedTuple):
    """The credentials of one session, to sign URLs that last ``expires`` seconds from ``now``."""

    credentials: Credentials
    endpoint: Endpoint
    region: str
    expires: int
    now: datetime
    signed_by: SignedBy  # what the answer says of this session
    issued: datetime  # by STS's clock

    @property
    def session_id(self) -> str:
        return self.signed_by.session_id

    @property
    def token_bytes(self) -> int:
        """The length of the session token in a URL, in bytes."""
        token = self.credentials.session_token
        return len(encode_path(token)) + 2 * token.count("/")

    def signer(self, method: Method, headers: Named, query: Named, prefix: str = "") -> Signer:
        """A signer for this method; keys are given without ``prefix``."""
        return signer(
            self.credentials,
            below(self.endpoint, prefix) if prefix else self.endpoint,
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
    """Request or reuse the session that signs for this decision; raises as ``signings_for``."""
    (signing,) = signings_for(caller, [decision], lifetime, counted, record, effects)
    return signing


def signings_for(
    caller: Caller,
    decisions: Sequence[Decision],
    lifetime: int,
    counted: Counted | None,
    record: Record,
    effects: PresignEffects,
) -> tuple[Signing, ...]:
    """Request or reuse a session for each of these decisions; one without any fails them all.

    ``counted`` are the URLs to count; None: they are already counted.

    Raises:
        InvalidRequest, TooManyRequests: as in ``count``, before STS is called.
        DurationNotAllowed: longer than one of the grants allows.
        AccessDenied, PolicyTooLarge: as in ``signing_session``.
        JustRevoked: as in ``check_still_allowed``.
        Unavailable: STS or the table failed.
    """
    grants, now = [one.match.grant for one in decisions], effects.now
    for grant in grants:
        url_lifetime(lifetime, grant, now)
    sessions = [signing_session(caller, one, effects) for one in decisions]
    if counted is not None:
        count(caller, grants, counted, record, effects)
    until = now + span(lifetime)
    found: list[tuple[Decision, SessionCredentials, Record]] = []
    for decision, session, part in zip(
        decisions, sessions, _parts(caller, decisions, record), strict=True
    ):
        current = effects.lasting_until(session, until, part, decision.revoked)
        found.append((decision, current, part))
    for decision, current, _ in found:  # only now: STS may take its time
        check_still_allowed(caller, [decision], current.session_id, current.issued, effects)
    signings = []
    for decision, current, part in found:
        signing = _signing(decision, current, lifetime, effects)
        if part is not record:
            part.note(expiresAt=signing.signed_by.written, cached=current.cached)
        signings.append(signing)
    new = [current.credentials for _, current, _ in found if not current.cached]
    if new:
        record.note(packedPolicySize=max(one.packed_policy_size or 0 for one in new) or None)
    record.signing(max([signing.signed_by.written for signing in signings]), cached=not new)
    return tuple(signings)


def _parts(caller: Caller, decisions: Sequence[Decision], record: Record) -> Iterator[Record]:
    """Where each session is recorded: in the record if it is the only one, else in its list."""
    if len(decisions) == 1:
        yield record
        return
    listed: list[object] = []
    record.note(sourceIdentity=source_identity(caller), sessions=listed)
    for decision in decisions:
        part = Record(record.vend_id)
        part.note(
            grant=decision.match.grant.id,
            **as_recorded(decision.wanted, LISTED_TARGETS // len(decisions)),
        )
        listed.append(part.members)
        yield part


def _signing(
    decision: Decision, current: SessionCredentials, lifetime: int, effects: PresignEffects
) -> Signing:
    """The session as a signer of URLs for this decision.

    Raises:
        Unavailable: the session has ended.
    """
    location, now = decision.location, effects.now
    expires = min(lifetime, int((current.credentials.expiration - now).total_seconds()))
    if expires < 1:
        raise Unavailable("SessionEnded")
    expires_at = now + span(expires)
    partition = partition_of(effects.role_arn)
    endpoint = endpoint_of(location.scope.bucket, location.region, partition, effects.s3_endpoint)
    return Signing(
        current.credentials,
        endpoint,
        location.region,
        expires,
        now,
        SignedBy(current.session_id, expires_at, iso(expires_at)),
        current.issued,
    )
