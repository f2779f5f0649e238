"""The flow: gather, decide, narrow, act; effects come in as functions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vending.audit import Record
from vending.bodies import ANSWER_BYTES, CredentialsRequest, UrlsRequest
from vending.caller import Caller
from vending.decision import LoadGrants, decide
from vending.errors import TooLarge, Unavailable
from vending.grants import iso
from vending.narrow import Narrowed, narrow
from vending.presign import Method, encode_path, endpoint_of, signer
from vending.principal import partition_of
from vending.session import (
    LONGEST,
    LONGEST_URL,
    SHORTEST,
    Credentials,
    Session,
    check_duration,
    session_for,
    url_lifetime,
)
from vending.signing_sessions import AssumeRole, Lent

TOKEN_BYTES = 2048  # allowed for a session token before STS is asked
MEMBERS_BYTES = 128  # of what stands around a URL in the answer
URL_BYTES = 512  # of a URL and its members, but for the key and the token


type LastingUntil = Callable[[Session, datetime, Record], Lent]


@dataclass(frozen=True, slots=True)
class VendedCredentials:
    """Credentials handed out; ``expiration`` is what will really hold."""

    narrowed: Narrowed
    credentials: Credentials
    expiration: datetime
    session_id: str


@dataclass(frozen=True, slots=True)
class VendedUrls:
    """URLs in the order of the requests."""

    urls: tuple[tuple[Method, str], ...]
    expires_at: datetime
    session_id: str


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
    check_duration("durationSeconds", request.duration_seconds, SHORTEST, LONGEST)
    decision = decide(caller, request.wanted, record, load_grants=load_grants, now=now)
    narrowed = narrow(caller, request, decision, role_arn=role_arn, now=now)
    session_id = new_id()
    record.session(narrowed.session, session_id)
    credentials = assume_role(narrowed.session, session_id)
    ends = decision.match.grant.expires or credentials.expiration
    expiration = min(ends, credentials.expiration)
    if expiration <= now:
        raise Unavailable("SessionEnded")
    record.note(expiresAt=iso(expiration), cached=False)
    return VendedCredentials(narrowed, credentials, expiration, session_id)


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
    paths = (encode_path(one.target.key) for one in request.requests)
    _check_answer([len(path) + URL_BYTES + TOKEN_BYTES for path in paths])
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
    lent = lasting_until(session, now + timedelta(seconds=lifetime), record)
    left = int((lent.credentials.expiration - now).total_seconds())
    expires = min(lifetime, left)
    if expires < 1:
        raise Unavailable("SessionEnded")
    expires_at = now + timedelta(seconds=expires)
    record.note(expiresAt=iso(expires_at), cached=lent.cached)
    endpoint = endpoint_of(
        location.scope.bucket, location.region, partition_of(role_arn), s3_endpoint
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
    _check_answer([len(url) + MEMBERS_BYTES for _, url in urls])
    return VendedUrls(urls, expires_at, lent.session_id)


def _check_answer(sizes: Sequence[int]) -> None:
    if sum(sizes) > ANSWER_BYTES:
        fitting = ANSWER_BYTES // max(sizes)
        raise TooLarge(
            f"The answer would pass {ANSWER_BYTES} bytes; with keys of this length send at most "
            f"{fitting} requests at a time."
        )
