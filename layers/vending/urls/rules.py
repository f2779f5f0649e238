"""What a grant and its location say of a request's members, beside the keys that it covers."""

from vending.bodies.content_fields import LARGEST_PUT
from vending.decision.decide import Decision
from vending.errors import AccessDenied, Fault, InvalidRequest
from vending.grants.grant import Grant
from vending.sigv4.post_policy import FILENAME
from vending.urls.content import is_among, is_inert
from vending.urls.request import FormUrl, Reading, ReadingUrl, Signed, Uploading


def check_reading(request: Reading, grant: Grant, place: str) -> None:
    """Raise ``AccessDenied`` for a version, or for active content, that the grant does not open."""
    if isinstance(request, ReadingUrl) and request.version_id and not grant.versions:
        raise AccessDenied(
            f"The grant {grant.id!r} opens the current version alone.",
            faults=[Fault(f"{place}/versionId", "not granted")],
            reason="Version",
        )
    if (kind := request.response_content_type) and not (grant.active_content or is_inert(kind)):
        raise AccessDenied(
            f"The grant {grant.id!r} opens no content that a browser might run.",
            faults=[Fault(f"{place}/responseContentType", "not granted: such as text/plain is")],
            reason="ActiveContent",
        )


def check_upload(
    grant: Grant,
    place: str,
    *,
    content_type: str | None,
    size: int | None,
    member: str = "contentLength",
) -> None:
    """Raise ``InvalidRequest`` where the grant's limits on uploads are not met for certain.

    ``member`` is what the request calls the size.
    """
    most = grant.max_object_size
    if grant.limits_uploads and size is None:
        raise _wrong(f"{place}/{member}", "is required, since the grant limits what is uploaded")
    if most is not None and size is not None and size > most:
        raise _wrong(f"{place}/{member}", f"is {size}; the most that the grant takes is {most}")
    if not grant.content_types:
        return
    if content_type is None or not is_among(content_type, grant.content_types):
        listed = ", ".join(grant.content_types)
        raise _wrong(f"{place}/contentType", f"the grant takes {listed}")


def check_uploading(request: Uploading, decision: Decision, role_arn: str, place: str) -> None:
    """Raise ``InvalidRequest`` for what the grant or the location does not take."""
    check_upload(
        decision.match.grant, place, content_type=request.content_type, size=request.content_length
    )
    check_owner(request.expected_bucket_owner, decision, role_arn, place)
    check_key(request.kms_key, decision, place)


def check_owner(owner: str | None, decision: Decision, role_arn: str, place: str) -> None:
    """Raise ``InvalidRequest`` unless this account, if any is given, owns the bucket."""
    if owner not in (None, decision.location.owner(role_arn)):
        raise _wrong(f"{place}/expectedBucketOwner", "does not own this bucket")


def check_key(kms_key: str | None, decision: Decision, place: str) -> None:
    """Raise ``InvalidRequest`` unless this, if any is given, is the location's key."""
    if kms_key not in (None, decision.location.kms_key):
        raise _wrong(f"{place}/kmsKey", "is not the key of this location")


def form_lengths(request: FormUrl, decision: Decision, place: str) -> tuple[int, int]:
    """The least and the most bytes that the form takes.

    Raises:
        InvalidRequest: the grant or the location does not take what the form asks for.
    """
    if FILENAME in request.target.key:
        raise _wrong(f"{place}/target", f"has {FILENAME}, which S3 would replace")
    grant = decision.match.grant
    widest = min(LARGEST_PUT, grant.max_object_size or LARGEST_PUT)
    least, most = request.content_length_range or (0, widest)
    member = "contentLengthRange"
    check_upload(grant, place, content_type=request.content_type, size=most, member=member)
    check_key(request.kms_key, decision, place)
    return least, most


def check_members(request: Signed | FormUrl, decision: Decision, role_arn: str, place: str) -> None:
    """Raise for whatever of the request's members the grant or its location does not allow."""
    if isinstance(request, Reading):
        check_reading(request, decision.match.grant, place)
    elif isinstance(request, Uploading):
        check_uploading(request, decision, role_arn, place)
    elif isinstance(request, FormUrl):
        form_lengths(request, decision, place)


def _wrong(place: str, detail: str) -> InvalidRequest:
    return InvalidRequest(
        "The grant or its location does not take this.", faults=[Fault(place, detail)]
    )
