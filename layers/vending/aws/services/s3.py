"""Starts and aborts multipart uploads at S3, with presigned URLs of our own.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
"""

from xml.etree import ElementTree as ET

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session

from vending.aws.services.client import Bounded, is_refusal, public_code
from vending.aws.services.deadline import lasting
from vending.aws.services.measuring import METER
from vending.errors import StorageRefused, Unavailable
from vending.sigv4.presign import Named

START = 5.0  # seconds; there is one try, because a second one would start a second upload
_DONE = (200, 204)
ABORT = 1.0  # seconds, even when the request's own time is over

_NAMESPACE = "{*}"  # any XML namespace

_REGION = "the location's region, which is not the bucket's"
_POLICIES = (
    "the bucket's policy, which may require a VPC endpoint or another encryption, the key policy "
    "of the location's KMS key, and service control policies"
)
_KMS = (
    "the location's KMS key: whether it exists in the bucket's region, is enabled and lends itself"
)
_LOOK_AT = {
    "AccessDenied": _POLICIES,
    "AllAccessDisabled": "the bucket, which its account or AWS has closed",
    "NoSuchBucket": "the location's scope: this bucket does not exist",
    **dict.fromkeys(
        (
            *("PermanentRedirect", "TemporaryRedirect", "IllegalLocationConstraintException"),
            *("AuthorizationHeaderMalformed", "AuthorizationQueryParametersError"),
            *("Http301", "Http307", "Http308"),
        ),
        _REGION,
    ),
}


def connection() -> Bounded:
    """A session that keeps connections to S3, with a time limit for each request."""
    return Bounded(URLLib3Session(timeout=(1, 4)), START)  # type: ignore[arg-type]  # a pair


@METER.timed("s3")
def start_upload(session: Bounded, url: str, headers: Named) -> str:
    """Start an upload with this URL, and return S3's id of it.

    Raises:
        StorageRefused: S3 says no.
        Unavailable: S3 failed, throttled or did not answer.
    """
    answer = _send(session, "POST", url, headers)
    if not (found := answer.findtext(f"{_NAMESPACE}UploadId")):
        raise Unavailable("NoUploadId")
    return found


@METER.timed("s3")
def abort_upload(session: Bounded, url: str) -> None:
    """Abort an upload with this URL; raises as ``start_upload``."""
    with lasting(ABORT):
        _send(session, "DELETE", url, {})


def _send(session: Bounded, method: str, url: str, headers: Named) -> ET.Element:
    try:
        response = session.send(AWSRequest(method, url, headers=dict(headers)).prepare())
        content = response.content
    except BotoCoreError as error:
        raise Unavailable(type(error).__name__) from error
    status = response.status_code
    try:
        answer = ET.fromstring(content or b"<Empty/>")  # noqa: S314 - it comes from S3, over TLS
    except ET.ParseError as error:
        raise _failure(status, "NotXml" if status in _DONE else f"Http{status}") from error
    if status not in _DONE:
        code = answer.findtext(f"{_NAMESPACE}Code")
        raise _failure(status, public_code(code) if code else f"Http{status}")
    return answer


def _failure(status: int, code: str) -> StorageRefused | Unavailable:
    """The error for an answer that is not a success; it keeps nothing but the code."""
    if not is_refusal(status, code):
        return Unavailable(code)
    return StorageRefused(code, _KMS if code.startswith("KMS.") else _LOOK_AT.get(code, _POLICIES))
