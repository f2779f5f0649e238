"""Starts and aborts multipart uploads at S3, and lists keys, with presigned URLs of our own.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
"""

from datetime import UTC, datetime
from urllib.parse import unquote_plus
from xml.etree import ElementTree as ET

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session

from vending.aws.services.client import Bounded, is_refusal, public_code
from vending.aws.services.deadline import lasting
from vending.aws.services.measuring import METER
from vending.errors import StorageRefused, Unavailable
from vending.shares.listing import ListedKey, Listing
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


@METER.timed("s3")
def list_keys(session: Bounded, url: str) -> Listing:
    """List keys with this URL, which asks for them in URL encoding; raises as ``start_upload``."""
    answer = _send(session, "GET", url, {})
    try:
        keys = tuple(map(_listed, answer.iterfind(f"{_NAMESPACE}Contents")))
    except (TypeError, ValueError) as error:
        raise Unavailable("AnswerNotUnderstood") from error
    return Listing(keys, answer.findtext(f"{_NAMESPACE}IsTruncated") == "true")


def _listed(entry: ET.Element) -> ListedKey:
    key, size, modified = (
        entry.findtext(f"{_NAMESPACE}{name}") for name in ("Key", "Size", "LastModified")
    )
    if key is None or size is None or modified is None:
        raise ValueError("not an entry of a list")
    time = datetime.fromisoformat(modified).astimezone(UTC)
    return ListedKey(unquote_plus(key, errors="strict"), int(size), time)


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
