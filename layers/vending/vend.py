"""The flow: gather, decide, narrow, act; effects come in as functions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from vending.audit import Record
from vending.bodies import CredentialsRequest, UrlsRequest
from vending.caller import Caller
from vending.decision import Decision, LoadGrants, decide
from vending.errors import PresignOnly, TooLarge, Unavailable
from vending.location import Location
from vending.presign import Method, encode_path, endpoint_of, signer
from vending.session import (
    LONGEST,
    LONGEST_URL,
    SHORTEST,
    Credentials,
    Session,
    check_duration,
    credentials_duration,
    session_for,
    url_lifetime,
)
from vending.signing_sessions import AssumeRole, Lent

ANSWER_BYTES = 5_500_000  # of the 6 MB that Lambda can answer
TOKEN_BYTES = 2048  # allowed for a session token before STS is asked
URL_BYTES = 512  # of a URL and its members, but for the key and the token


type LastingUntil = Callable[[Session, datetime], Lent]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A credentials request decided and narrowed; all but the call to STS."""

    decision: Decision
    targets: tuple[Location, ...]
    session: Session


@dataclass(frozen=True, slots=True)
class VendedCredentials:
    """Credentials handed out; ``expiration`` is what will really hold."""

    prepared: Prepared
    credentials: Credentials
    expiration: datetime
    session_id: str


@dataclass(frozen=True, slots=True)
class VendedUrls:
    """URLs in the order of the requests."""

    urls: tuple[tuple[Method, str], ...]
    expires_at: datetime
    session_id: str


def prepare(
    caller: Caller,
    request: CredentialsRequest,
    record: Record,
    *,
    load_grants: LoadGrants,
    role_arn: str,
    now: datetime,
) -> Prepared:
    """Everything of a credentials request but the call to STS; see ``vend_credentials``."""
    check_duration("durationSeconds", request.duration_seconds, SHORTEST, LONGEST)
    decision = decide(caller, request.wanted, record, load_grants=load_grants, now=now)
    grant = decision.match.grant
    if (grant.max_duration or LONGEST) < SHORTEST:
        raise PresignOnly(
            f"The grant {grant.id!r} allows {grant.max_duration} seconds, and credentials last "
            f"{SHORTEST} at least. Ask for presigned URLs."
        )
    duration = credentials_duration(request.duration_seconds, grant)
    targets = tuple(one.target for one in request.wanted)
    if request.privilege == "Default":
        targets = (decision.match.scope,)
    session = session_for(
        caller,
        grant,
        targets,
        request.permission,
        location=decision.location,
        role_arn=role_arn,
        duration=duration,
        now=now,
    )
    return Prepared(decision, targets, session)


def vend_credentials(
    caller: Caller,
    request: CredentialsRequest,
    record: Record,
    *,
    load_grants: LoadGrants,
    assume_role: AssumeRole,
    role_arn: str,
    now: datetime,
    new_id: Callable[[], str],
) -> VendedCredentials:
    """Credentials of a session of their own, for the targets alone.

    Raises:
        DurationNotAllowed, AccessDenied, SeveralGrants, PresignOnly, PolicyTooLarge: refused,
            before STS is called.
        Unavailable: the table or STS failed.
    """
    prepared = prepare(caller, request, record, load_grants=load_grants, role_arn=role_arn, now=now)
    session_id = new_id()
    credentials = assume_role(prepared.session, session_id)
    ends = prepared.decision.match.grant.expires or credentials.expiration
    expiration = min(ends, credentials.expiration)
    if expiration <= now:
        raise Unavailable("SessionEnded")
    record.session(prepared.session, session_id, expiration, cached=False)
    return VendedCredentials(prepared, credentials, expiration, session_id)


def vend_urls(
    caller: Caller,
    request: UrlsRequest,
    record: Record,
    *,
    load_grants: LoadGrants,
    lasting_until: LastingUntil,
    role_arn: str,
    s3_endpoint: str,
    now: datetime,
) -> VendedUrls:
    """One URL for each request, or none at all.

    Raises:
        DurationNotAllowed, AccessDenied, SeveralGrants, TooLarge, PolicyTooLarge: refused,
            before STS is called.
        Unavailable: the table or STS failed.
    """
    check_duration("expiresIn", request.expires_in, 1, LONGEST_URL)
    _check_answer(request)
    decision = decide(caller, request.wanted, record, load_grants=load_grants, now=now)
    match, location = decision.match, decision.location
    lifetime = url_lifetime(request.expires_in, match.grant, now)
    session = session_for(
        caller,
        match.grant,
        [match.scope],
        match.grant.permission,
        location=location,
        role_arn=role_arn,
        duration=LONGEST,
        now=now,
    )
    lent = lasting_until(session, now + timedelta(seconds=lifetime))
    left = int((lent.credentials.expiration - now).total_seconds())
    expires = min(lifetime, left)
    if expires < 1:
        raise Unavailable("SessionEnded")
    expires_at = now + timedelta(seconds=expires)
    record.session(session, lent.session_id, expires_at, cached=lent.cached)
    endpoint = endpoint_of(
        location.scope.bucket, location.region, role_arn.split(":")[1], s3_endpoint
    )
    sign = {
        method: signer(
            lent.credentials,
            endpoint,
            region=location.region,
            method=method,
            expires=expires,
            now=now,
        )
        for method in {one.method for one in request.requests}
    }
    urls = tuple((one.method, sign[one.method](one.target.key)) for one in request.requests)
    return VendedUrls(urls, expires_at, lent.session_id)


def _check_answer(request: UrlsRequest) -> None:
    sizes = [len(encode_path(one.target.key)) + URL_BYTES + TOKEN_BYTES for one in request.requests]
    if sum(sizes) > ANSWER_BYTES:
        fitting = ANSWER_BYTES // max(sizes)
        raise TooLarge(
            f"The answer would pass {ANSWER_BYTES} bytes; with keys of this length send at most "
            f"{fitting} requests at a time."
        )
