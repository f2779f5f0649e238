"""Starts and aborts multipart uploads at S3, with presigned URLs of our own.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
"""

from xml.etree import ElementTree as ET

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session

from vending.aws.services.client import Bounded
from vending.aws.services.deadline import lasting
from vending.aws.services.measuring import METER
from vending.errors import Unavailable
from vending.sigv4.presign import Named

START = 5.0  # seconds; there is one try, because a second one would start a second upload
ABORT = 1.0  # seconds, even when the request's own time is over

_NAMESPACE = "{*}"  # any XML namespace


def connection() -> Bounded:
    """A session that keeps connections to S3, with a time limit for each request."""
    return Bounded(URLLib3Session(timeout=(1, 4)), START)  # type: ignore[arg-type]  # a pair


@METER.timed("s3")
def start_upload(session: Bounded, url: str, headers: Named) -> str:
    """Start an upload with this URL, and return S3's id of it.

    Raises:
        Unavailable: S3 did not start it.
    """
    answer = _send(session, "POST", url, headers)
    if not (found := answer.findtext(f"{_NAMESPACE}UploadId")):
        raise Unavailable("NoUploadId")
    return found


@METER.timed("s3")
def abort_upload(session: Bounded, url: str) -> None:
    """Abort an upload with this URL; raises ``Unavailable`` as ``start_upload``."""
    with lasting(ABORT):
        _send(session, "DELETE", url, {})


def _send(session: Bounded, method: str, url: str, headers: Named) -> ET.Element:
    try:
        response = session.send(AWSRequest(method, url, headers=dict(headers)).prepare())
        content = response.content
    except BotoCoreError as error:
        raise Unavailable(type(error).__name__) from error
    try:
        answer = ET.fromstring(content or b"<Empty/>")  # noqa: S314 - it comes from S3, over TLS
    except ET.ParseError as error:
        raise Unavailable("NotXml") from error
    if response.status_code not in (200, 204):
        raise Unavailable(answer.findtext(f"{_NAMESPACE}Code") or f"Http{response.status_code}")
    return answer
