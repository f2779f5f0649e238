"""Checks the members of a request for URLs against the limits of the grant and location."""

from typing import get_args

from vending.bodies.body import camel_case
from vending.bodies.content_fields import LARGEST_PUT
from vending.decision.decide import Decision
from vending.errors import AccessDenied, Fault, InvalidRequest
from vending.grants.grant import Grant, ObjectHeader
from vending.sigv4.post_policy import FILENAME
from vending.urls.content import is_among, is_inert
from vending.urls.object_members import ObjectMembers
from vending.urls.request import FormUrl, Reading, ReadingUrl, Signed, Uploading, UrlRequest

OBJECT_HEADERS = frozenset(get_args(ObjectHeader.__value__))


def check_reading(request: Reading, grant: Grant, place: str) -> None:
    """Raise ``AccessDenied`` for a version or an active content type that the grant forbids."""
    if isinstance(request, ReadingUrl) and request.version_id and not grant.versions:
        raise AccessDenied(
            f"The grant {grant.id!r} allows only the current version of an object.",
            faults=[Fault(f"{place}/versionId", "is not allowed by the grant")],
            reason="Version",
        )
    if (kind := request.response_content_type) and not (grant.active_content or is_inert(kind)):
        raise AccessDenied(
            f"The grant {grant.id!r} does not allow content types that browsers can execute, such "
            "as text/html.",
            faults=[
                Fault(
                    f"{place}/responseContentType",
                    "is not allowed by the grant; use a type such as text/plain",
                )
            ],
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
    """Raise ``InvalidRequest`` unless the upload is certain to meet the grant's limits.

    ``member`` is the request's name for the size.
    """
    most = grant.max_object_size
    if grant.limits_uploads and size is None:
        raise _wrong(f"{place}/{member}", "is required because the grant limits uploads")
    if most is not None and size is not None and size > most:
        raise _wrong(f"{place}/{member}", f"is {size}; the grant allows at most {most} bytes")
    if not grant.content_types:
        return
    if content_type is None or not is_among(content_type, grant.content_types):
        listed = ", ".join(grant.content_types)
        raise _wrong(f"{place}/contentType", f"must be one that the grant allows: {listed}")


def check_uploading(request: Uploading, decision: Decision, role_arn: str, place: str) -> None:
    """Raise ``InvalidRequest`` for members that the grant or the location does not allow."""
    check_upload(
        decision.match.grant, place, content_type=request.content_type, size=request.content_length
    )
    check_owner(request.expected_bucket_owner, decision, role_arn, place)
    check_key(request.kms_key, decision, place)
    check_object(request, decision, place)


def check_owner(owner: str | None, decision: Decision, role_arn: str, place: str) -> None:
    """Raise ``InvalidRequest`` if an account is given that does not own the bucket."""
    if owner not in (None, decision.location.owning_account(role_arn)):
        raise _wrong(f"{place}/expectedBucketOwner", "does not own this bucket")


def check_key(kms_key: str | None, decision: Decision, place: str) -> None:
    """Raise ``InvalidRequest`` if a KMS key is given that is not the location's."""
    if kms_key not in (None, decision.location.kms_key):
        raise _wrong(f"{place}/kmsKey", "is not the KMS key of this location")


def check_object(request: ObjectMembers, decision: Decision, place: str) -> None:
    """Raise ``InvalidRequest`` for a member of the object that the grant does not allow."""
    grant = decision.match.grant
    given = {camel_case(member) for member in request.model_fields_set}
    if refused := sorted(given & OBJECT_HEADERS - {*grant.object_headers}):
        allowed = ", ".join(grant.object_headers) or "none"
        raise _wrong(f"{place}/{refused[0]}", f"is not allowed by the grant; it allows: {allowed}")
    if request.storage_class and request.storage_class not in grant.storage_classes:
        allowed = ", ".join(grant.storage_classes) or "none"
        raise _wrong(f"{place}/storageClass", f"is not allowed by the grant; it allows: {allowed}")
    if request.tags and not grant.tagging:
        raise _wrong(f"{place}/tags", "is not allowed by the grant: it has no 'tagging: true'")
    if request.server_side_encryption and decision.location.kms_key:
        raise _wrong(
            f"{place}/serverSideEncryption",
            "must be left out: the location has a KMS key; use 'kmsKey', or neither",
        )


def check_form(request: FormUrl, decision: Decision, place: str) -> None:
    """Raise ``InvalidRequest`` for members that only forms have, or that S3 would fill in."""
    redirect, allowed = request.success_action_redirect, decision.match.grant.redirects
    if redirect and "/".join(redirect.split("/", 3)[:3]) not in allowed:
        raise _wrong(
            f"{place}/successActionRedirect",
            f"must begin with an origin of the grant's redirects: {', '.join(allowed) or 'none'}",
        )
    if any(FILENAME in value for value in request.fields.values()):
        raise _wrong(place, f"contains {FILENAME}, which S3 would replace")


def form_lengths(request: FormUrl, decision: Decision, place: str) -> tuple[int, int]:
    """The minimum and maximum size of the form's file, in bytes.

    Raises:
        InvalidRequest: the grant or the location does not allow the form's members.
    """
    if FILENAME in request.target.key:
        raise _wrong(f"{place}/target", f"contains {FILENAME}, which S3 would replace")
    grant = decision.match.grant
    widest = min(LARGEST_PUT, grant.max_object_size or LARGEST_PUT)
    least, most = request.content_length_range or (0, widest)
    member = "contentLengthRange"
    check_upload(grant, place, content_type=request.content_type, size=most, member=member)
    check_key(request.kms_key, decision, place)
    check_object(request, decision, place)
    check_form(request, decision, place)
    return least, most


def check_members(
    request: UrlRequest | Signed, decision: Decision, role_arn: str, place: str
) -> None:
    """Check all members of a request.

    Raises:
        AccessDenied, InvalidRequest: the grant or the location does not allow a member.
    """
    if isinstance(request, Reading):
        check_reading(request, decision.match.grant, place)
    elif isinstance(request, Uploading):
        check_uploading(request, decision, role_arn, place)
    elif isinstance(request, FormUrl):
        form_lengths(request, decision, place)


def _wrong(place: str, detail: str) -> InvalidRequest:
    return InvalidRequest(
        "The grant or its location does not allow this upload.", faults=[Fault(place, detail)]
    )
