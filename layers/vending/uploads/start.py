"""Starts a multipart upload at S3 for the caller, and saves its plan."""

from collections.abc import Callable
from contextlib import suppress
from copy import replace
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.count import Counted, most_urls
from vending.decision.decide import Decision, check_still_allowed, decide
from vending.decision.effects import Rates
from vending.errors import AccessDenied, StorageRefused, Unavailable, VendingError
from vending.grants.grant import Grant
from vending.sessions.durations import check_shortest, url_lifetime
from vending.sessions.session import signing_session
from vending.sigv4.presign import Named
from vending.uploads.request import UploadRequest
from vending.uploads.running import ENDS, FIRST, Running
from vending.uploads.upload import KEPT_SECONDS, Upload
from vending.urls.rules import check_key, check_object, check_owner, check_upload
from vending.urls.signing import PresignEffects, signing_for

START_SECONDS = 60  # lifetime of the URL that starts the upload


@dataclass(frozen=True, slots=True)
class UploadEffects(PresignEffects):
    """The effects of multipart uploads, made for one request."""

    start: Callable[[str, Named], str]  # takes a URL and its headers; returns S3's id
    abort: Callable[[str], None]  # takes a URL
    save: Callable[[Upload], None]
    load: Callable[[str], Upload | None]
    new_id: Callable[[], str]  # makes an upload id


def start_upload(
    caller: Caller, request: UploadRequest, record: Record, effects: UploadEffects
) -> Running:
    """Start an upload, save its plan, and sign its first parts.

    Raises:
        InvalidRequest, DurationNotAllowed, AccessDenied, PolicyTooLarge, TooManyRequests: refused
            before STS or S3 is called.
        StorageRefused, RoleRefused, ServiceRefused: S3, STS or the table says no.
        Unavailable: one of them failed. The upload is aborted if it was started.
    """
    check_shortest("expiresIn", request.expires_in, 1)
    decision = decide(caller, request.wanted, record, effects)
    grant = decision.match.grant
    content_type, size = request.content_type, request.size
    check_upload(grant, "", content_type=content_type, size=size, member="size")
    check_owner(request.expected_bucket_owner, decision, effects.role_arn, "")
    check_key(request.kms_key, decision, "")
    check_object(request, decision, "")
    check_source(grant, caller)
    url_lifetime(request.expires_in, grant, effects.now)
    signing_session(caller, decision, effects)  # refuses before anything is started
    first = _first_parts(request, grant, effects.rates)
    starting = signing_for(
        caller,
        without_source(decision),
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
        check_still_allowed(caller, [decision], signed.session_id, signed.issued, effects)
    except VendingError:
        with suppress(StorageRefused, Unavailable):
            effects.abort(Running(upload, starting).abort().url)
        raise
    return Running(upload, signed, first)


def _first_parts(request: UploadRequest, grant: Grant, rates: Rates) -> int:
    """How many parts to sign at the start: none with checksums, else what the limits allow."""
    if request.checksum_algorithm is not None:
        return 0
    most = most_urls(grant, rates)
    allowed = FIRST if most is None else max(0, most - ENDS)
    return min(FIRST, request.sizes().parts, allowed)


def without_source(decision: Decision) -> Decision:
    """The decision without source conditions, for S3 calls from the function's own address."""
    grant = replace(decision.match.grant, source_ip=None, vpc_endpoint=None)
    location = replace(decision.location, vpc_endpoint=None)
    match = decision.match._replace(grant=grant)
    return decision._replace(match=match, location=location)


def check_source(grant: Grant, caller: Caller) -> None:
    """Refuse callers outside the grant's IP ranges, as S3 would if the URL were theirs to use."""
    if not isinstance(grant.source_ip, tuple):
        return
    try:
        address = ip_address(caller.source_ip)
    except ValueError:
        address = None
    if address is None or not any(address in ip_network(block) for block in grant.source_ip):
        raise AccessDenied(
            "None of your grants allows this from your IP address.", reason="SourceIp"
        )
