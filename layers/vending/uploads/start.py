"""The start of a multipart upload: the function has S3 begin it, and keeps what was agreed."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_address, ip_network

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.count import Counted, most_urls
from vending.decision.decide import Decision, decide
from vending.decision.effects import Rates
from vending.errors import AccessDenied, Unavailable, VendingError
from vending.grants.grant import Grant
from vending.sessions.durations import LONGEST_URL, check_duration, url_lifetime
from vending.sigv4.presign import Named
from vending.uploads.request import UploadRequest
from vending.uploads.running import ENDS, FIRST, Running
from vending.uploads.upload import KEPT_SECONDS, Upload
from vending.urls.rules import check_key, check_owner, check_upload
from vending.urls.signing import PresignEffects, signing_for, signing_session

START_SECONDS = 60  # that S3 may take to start an upload


@dataclass(frozen=True, slots=True)
class UploadEffects(PresignEffects):
    """What multipart uploads take, made for one request."""

    start: Callable[[str, Named], str]  # a URL and its headers; S3's id of the upload
    abort: Callable[[str], None]  # a URL
    save: Callable[[Upload], None]
    load: Callable[[str], Upload | None]
    new_id: Callable[[], str]  # of an upload


def start_upload(
    caller: Caller, request: UploadRequest, record: Record, effects: UploadEffects
) -> Running:
    """Start an upload and keep its plan.

    Raises:
        InvalidRequest, DurationNotAllowed, AccessDenied, PolicyTooLarge, TooManyRequests: refused,
            before STS or S3 is called.
        Unavailable: the table, STS or S3 failed; nothing is left of the upload.
    """
    check_duration("expiresIn", request.expires_in, 1, LONGEST_URL)
    decision = decide(caller, request.wanted, record, effects)
    grant = decision.match.grant
    content_type, size = request.content_type, request.size
    check_upload(grant, "", content_type=content_type, size=size, member="size")
    check_owner(request.expected_bucket_owner, decision, effects.role_arn, "")
    check_key(request.kms_key, decision, "")
    _check_source(grant, caller)
    url_lifetime(request.expires_in, grant, effects.now)
    signing_session(caller, decision, effects)  # what refuses here is not started
    first = _first_parts(request, grant, effects.rates)
    starting = signing_for(
        caller,
        _from_here(decision),
        min(START_SECONDS, request.expires_in),
        Counted(first + ENDS),
        record,
        effects,
    )
    record.note(startSessionId=starting.session_id)
    signed = signing_for(caller, decision, request.expires_in, None, record, effects)
    algorithm = request.checksum_algorithm
    bound = {} if algorithm is None else {"x-amz-checksum-algorithm": algorithm}
    headers = {**request.headers, **bound}
    s3_id = effects.start(
        starting.signer("POST", headers, {"uploads": ""})(request.target.key), headers
    )
    upload = Upload(
        id=effects.new_id(),
        caller=caller.identity.unique,
        target=request.target,
        s3_id=s3_id,
        sizes=request.sizes(),
        content_type=content_type,
        checksum=algorithm,
        ends=effects.now + timedelta(seconds=KEPT_SECONDS),
    )
    record.note(upload=upload.id)
    try:
        effects.save(upload)
    except VendingError:
        with suppress(Unavailable):
            effects.abort(Running(upload, starting).abort().url)
        raise
    return Running(upload, signed, first)


def _first_parts(request: UploadRequest, grant: Grant, rates: Rates) -> int:
    """Parts to be signed at the start: those that need no checksum, and that a minute allows."""
    if request.checksum_algorithm is not None:
        return 0
    most = most_urls(grant, rates)
    allowed = FIRST if most is None else max(0, most - ENDS)
    return min(FIRST, request.sizes().parts, allowed)


def _from_here(decision: Decision) -> Decision:
    """The same for a call of the function's own, which comes from the function's address."""
    grant = replace(decision.match.grant, source_ip=None, vpc_endpoint=None)
    location = replace(decision.location, vpc_endpoint=None)
    return replace(decision, match=replace(decision.match, grant=grant), location=location)


def _check_source(grant: Grant, caller: Caller) -> None:
    """As S3 would: the function starts the upload for a caller that could do it."""
    if not isinstance(grant.source_ip, tuple):
        return
    try:
        address = ip_address(caller.source_ip)
    except ValueError:
        address = None
    if address is None or not any(address in ip_network(one) for one in grant.source_ip):
        raise AccessDenied(
            "None of your grants allows this from your IP address.", reason="SourceIp"
        )
