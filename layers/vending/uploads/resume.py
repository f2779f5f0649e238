"""Resumes a multipart upload: signs more URLs for it, under the grant as it is now.

Key and sizes come from the stored plan, never from the request, so limits apply to all parts
together.
"""

from collections.abc import Sequence

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.count import Counted
from vending.decision.decide import Decision, decide
from vending.decision.wanted import Wanted
from vending.errors import AccessDenied, Fault, InvalidRequest, NotFound
from vending.grants.grant import Permission
from vending.sessions.durations import check_shortest
from vending.uploads.request import PartsRequest
from vending.uploads.running import Part, Running
from vending.uploads.start import UploadEffects
from vending.uploads.upload import CHECKSUM_CHARACTERS, Upload
from vending.urls.rules import check_upload
from vending.urls.signing import signing_for
from vending.urls.sizes import check_parts


def resume(
    caller: Caller, id_: str, lifetime: int, record: Record, effects: UploadEffects
) -> Running:
    """The caller's upload, with a session to sign URLs that last ``lifetime`` seconds.

    Raises:
        NotFound: the caller has no upload with this id, or it has ended.
        DurationNotAllowed, AccessDenied, PolicyTooLarge, TooManyRequests: refused before STS is
            called.
        Unavailable: the table or STS failed.
    """
    upload = _load(caller, id_, record, effects)
    return _resume(caller, upload, lifetime, Counted(1), record, effects)


def end(caller: Caller, id_: str, lifetime: int, record: Record, effects: UploadEffects) -> Running:
    """As ``resume``, but to abort: works even if the grant's upload limits became narrower."""
    upload = _load(caller, id_, record, effects)
    decision = _decide(caller, upload, lifetime, record, effects)
    signing = signing_for(caller, decision, lifetime, Counted(1), record, effects)
    return Running(upload, signing)


def sign_parts(
    caller: Caller, id_: str, request: PartsRequest, record: Record, effects: UploadEffects
) -> tuple[Running, tuple[Part, ...]]:
    """URLs for some parts of an upload, also for parts that were signed before.

    Raises:
        InvalidRequest: the plan has no such parts, or other checksums.
        TooLarge: the answer would be too large.
        And everything that ``resume`` raises.
    """
    upload = _load(caller, id_, record, effects)
    first, last, parts = request.from_, request.to, upload.sizes.parts
    if last > parts:
        raise _wrong("/to", f"is beyond the last part; the upload has {parts} parts")
    _check_checksums(upload, request.checksums)
    check_parts(upload.target.key, last - first + 1)
    counted = Counted(last - first + 1, "/to")
    running = _resume(caller, upload, request.expires_in, counted, record, effects)
    return running, running.parts(first, last, request.checksums or ())


def _resume(
    caller: Caller,
    upload: Upload,
    lifetime: int,
    counted: Counted,
    record: Record,
    effects: UploadEffects,
) -> Running:
    """The upload with a session to sign for it, if a grant still allows it."""
    decision = _decide(caller, upload, lifetime, record, effects)
    try:
        check_upload(
            decision.match.grant, "", content_type=upload.content_type, size=upload.sizes.total
        )
    except InvalidRequest:
        raise AccessDenied(
            "The grant no longer allows this upload.", reason="UploadLimits"
        ) from None
    signing = signing_for(caller, decision, lifetime, counted, record, effects)
    return Running(upload, signing)


def _decide(
    caller: Caller, upload: Upload, lifetime: int, record: Record, effects: UploadEffects
) -> Decision:
    check_shortest("expiresIn", lifetime, 1)
    return decide(caller, Wanted(upload.target, Permission.WRITE, ""), record, effects)


def _load(caller: Caller, id_: str, record: Record, effects: UploadEffects) -> Upload:
    upload = effects.load(id_)
    if upload is None or upload.caller != caller.identity.unique or upload.ends <= effects.now:
        raise NotFound("You have no upload with this id, or it has ended.")
    record.note(upload=upload.id)
    return upload


def _check_checksums(upload: Upload, checksums: Sequence[str] | None) -> None:
    if upload.checksum is None and checksums is not None:
        raise _wrong(
            "/checksums", "must be left out: the upload was started without 'checksumAlgorithm'"
        )
    if upload.checksum is not None and checksums is None:
        raise _wrong(
            "/checksums", f"is required: the {upload.checksum} checksum of each part in base64"
        )
    for position, checksum in enumerate(checksums or ()):
        if upload.checksum and len(checksum) != CHECKSUM_CHARACTERS[upload.checksum]:
            raise _wrong(
                f"/checksums/{position}", f"must be a {upload.checksum} checksum in base64"
            )


def _wrong(place: str, detail: str) -> InvalidRequest:
    return InvalidRequest(
        "The request does not match the upload as it was started.", faults=[Fault(place, detail)]
    )
