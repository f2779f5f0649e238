"""S3, for the two calls that the functions make themselves; both are presigned by us.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
"""

from xml.etree import ElementTree as ET

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session

from vending.errors import Unavailable
from vending.presign import Named

_NAMESPACE = "{*}"  # whatever it is called


def connection() -> URLLib3Session:
    """Connections to S3, kept; within the seconds that a function has."""
    return URLLib3Session(timeout=(1, 4))  # type: ignore[arg-type]  # the stubs know no pair


def start_upload(session: URLLib3Session, url: str, headers: Named) -> str:
    """S3's id of the upload that ``url`` starts.

    Raises:
        Unavailable: S3 did not start it.
    """
    answer = _ask(session, "POST", url, headers)
    if not (found := answer.findtext(f"{_NAMESPACE}UploadId")):
        raise Unavailable("NoUploadId")
    return found


def abort_upload(session: URLLib3Session, url: str) -> None:
    """End the upload that ``url`` is about; raises ``Unavailable`` as ``start_upload``."""
    _ask(session, "DELETE", url, {})


def _ask(session: URLLib3Session, method: str, url: str, headers: Named) -> ET.Element:
    try:
        response = session.send(AWSRequest(method, url, headers=dict(headers)).prepare())
        content = response.content
    except BotoCoreError as error:
        raise Unavailable(type(error).__name__) from error
    try:
        answer = ET.fromstring(content or b"<Empty/>")  # noqa: S314 - S3's own, over TLS
    except ET.ParseError as error:
        raise Unavailable("NotXml") from error
    if response.status_code not in (200, 204):
        raise Unavailable(answer.findtext(f"{_NAMESPACE}Code") or f"Http{response.status_code}")
    return answer
