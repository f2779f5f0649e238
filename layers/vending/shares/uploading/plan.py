"""Uploads in parts by a link: the plan belongs to the share, and every step is decided anew."""

from contextlib import suppress
from datetime import timedelta

from vending.audit.record import Record
from vending.decision.decide import check_still_allowed
from vending.errors import (
    AccessDenied,
    Fault,
    InvalidRequest,
    StorageRefused,
    Unavailable,
    VendingError,
)
from vending.grants.grant import Grant
from vending.shares.judge import NOT_NOW, end_of
from vending.shares.opening.effects import OpenEffects
from vending.shares.opening.found import Found
from vending.shares.opening.give import counted, signed
from vending.shares.share import Share
from vending.shares.uploading.put import SECONDS, new_file
from vending.shares.uploading.request import (
    CompleteRequest,
    PlanRequest,
    SharePartsRequest,
    StopRequest,
)
from vending.times import iso
from vending.uploads.running import Running
from vending.uploads.start import START_SECONDS, without_source
from vending.uploads.upload import KEPT_SECONDS, Upload, plan_sizes
from vending.urls.rules import check_upload


def start_plan(
    found: Found, request: PlanRequest, record: Record, effects: OpenEffects
) -> dict[str, object]:
    """Start an upload of exactly this size at S3; this reserves one use and the bytes.

    Raises:
        TooLarge, InvalidRequest: the link does not take this file.
        StorageRefused: S3 says no.
        ShareOver, AccessDenied, Unavailable: nothing is left at S3 then.
    """
    share = found.share
    new = new_file(found, request.name, request.size, request.type, record, effects)
    starting = signed(new.caller, without_source(new.decision), START_SECONDS, 1, record, effects)
    record.note(startSessionId=starting.session_id)
    headers = {"Content-Type": new.type}
    if request.checksums:
        headers["x-amz-checksum-algorithm"] = "SHA256"
    s3_id = effects.start(starting.signer("POST", headers, {"uploads": ""})(new.key.key), headers)
    upload = Upload(
        id=effects.new_id(),
        caller=_belongs_to(share),
        target=new.key,
        s3_id=s3_id,
        sizes=plan_sizes(request.size, None),
        content_type=new.type,
        checksum="SHA256" if request.checksums else None,
        ends=min(end_of(found.standing), effects.now + timedelta(seconds=KEPT_SECONDS)),
    )
    record.note(upload=upload.id)
    try:
        check_still_allowed(
            new.caller, [new.decision], starting.session_id, starting.issued, effects
        )
        effects.save(upload)
        counted(share, request.size, record, effects)
    except VendingError:
        with suppress(StorageRefused, Unavailable):
            effects.abort(Running(upload, starting).abort().url)
        raise
    return {
        "plan": upload.id,
        "name": new.name,
        "size": request.size,
        "partSize": upload.sizes.part,
        "partCount": upload.sizes.parts,
        "expiresAt": iso(upload.ends),
    }


def sign_parts(
    found: Found, request: SharePartsRequest, record: Record, effects: OpenEffects
) -> dict[str, object]:
    """URLs for parts of a plan, also for those that were given before.

    Raises:
        InvalidRequest: the share has no such plan or part.
        And everything that ``judge`` and ``signing_for`` raise.
    """
    count = request.to - request.from_ + 1
    running = _running(found, request.plan, count, record, effects)
    parts, checksum = running.upload.sizes.parts, running.upload.checksum
    if request.to > parts:
        raise _wrong("to", f"is beyond the last part; there are {parts}")
    if (checksum is None) != (request.checksums is None):
        needed = "is required" if checksum else "must be left out"
        raise _wrong("checksums", f"{needed}, as the plan was made")
    signed_parts = running.parts(request.from_, request.to, request.checksums or ())
    return {"parts": [_without_length(one.as_json(running.expires_at)) for one in signed_parts]}


def complete(
    found: Found, request: CompleteRequest, record: Record, effects: OpenEffects
) -> dict[str, object]:
    """The URL that joins the parts, if no object has the key; raises as ``sign_parts``."""
    running = _running(found, request.plan, 1, record, effects)
    return running.completion({"If-None-Match": "*"}).as_json(running.expires_at)


def stop(
    found: Found, request: StopRequest, record: Record, effects: OpenEffects
) -> dict[str, object]:
    """The URL that ends the upload and deletes its parts; raises as ``sign_parts``.

    It works even if the grant's upload limits became narrower.
    """
    running = _running(found, request.plan, 1, record, effects, limited=False)
    return running.abort().as_json(running.expires_at)


def _running(
    found: Found,
    id_: str,
    urls: int,
    record: Record,
    effects: OpenEffects,
    *,
    limited: bool = True,
) -> Running:
    share, upload = found.share, effects.load(id_)
    if upload is None or upload.caller != _belongs_to(share) or upload.ends <= effects.now:
        raise _wrong("plan", "there is no such upload, or it has ended")
    record.note(upload=upload.id)
    caller, decision = found.judged(upload.target, record, effects, new=False)
    if limited:
        _check_limits(upload, decision.match.grant)
    return Running(upload, signed(caller, decision, SECONDS, urls, record, effects))


def _check_limits(upload: Upload, grant: Grant) -> None:
    """Refuse a file that the grant's limits, as they are now, no longer allow."""
    try:
        check_upload(grant, "", content_type=upload.content_type, size=upload.sizes.total)
    except InvalidRequest:
        raise AccessDenied(NOT_NOW, reason="UploadLimits") from None


def _belongs_to(share: Share) -> str:
    """Whose plan it is: no caller has a space after ``share``."""
    return f"share {share.id}"


def _without_length(members: dict[str, object]) -> dict[str, object]:
    """A part as scripts need it: browsers send the length by themselves."""
    headers = members["headers"]
    assert isinstance(headers, dict)
    kept = {name: value for name, value in headers.items() if name != "Content-Length"}
    return members | {"headers": kept}


def _wrong(member: str, detail: str) -> InvalidRequest:
    return InvalidRequest(f"{member}: {detail}.", faults=[Fault(f"/{member}", detail)])
