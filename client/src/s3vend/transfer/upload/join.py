"""The last request of a multipart upload: it joins the parts. Its answer may get lost."""

from collections.abc import Mapping
from hashlib import md5

from s3vend.errors import StorageError, Unreachable
from s3vend.http.wire import Answer
from s3vend.presigning.urls import Url
from s3vend.transfer.storage import CONFLICT, s3_error, send_with_retries
from s3vend.transfer.upload.parts import Sent, Upload
from s3vend.transfer.upload.sending import UploadJob, etag_if_there

GONE = "NoSuchUpload"
DONE_ALREADY = {GONE, "PreconditionFailed"}


def join(job: UploadJob, upload: Upload, sent: Mapping[int, Sent]) -> str:
    """Join the parts and return the ETag of the object.

    Raises:
        StorageError: S3 refused the request. Its code is `CONFLICT` if another request to the
            same key came in between, and the parts are to be sent again.
        TransferError: the answer was lost, and it is unknown whether the parts were joined.
        ServiceError, Unreachable: as `send_with_retries`.
    """
    from xml.etree import ElementTree as ET

    wire, body = job.service.wire, upload.completion_body(sent)
    action = f"join the parts of {job.target}"
    lost = conflict = False

    def send(url: Url) -> Answer:
        nonlocal lost, conflict
        try:
            answer = wire.send(url.method, url.url, url.headers, body)
        except Unreachable:
            lost = True
            raise
        conflict = conflict or (answer.status == 409 and s3_error(answer).code == CONFLICT)
        return answer

    try:
        answer = send_with_retries(
            action, None, lambda: upload.completion(job.condition), send, job.service.patience
        )
    except StorageError as error:
        if lost and error.code in DONE_ALREADY:
            return etag_if_there(job, expected_etag(sent), error)
        if conflict and error.code == GONE:
            raise StorageError(action, 409, CONFLICT) from None
        raise
    nodes = ET.fromstring(answer.body).iter()  # noqa: S314 - from S3
    return next((node.text or "" for node in nodes if node.tag.rpartition("}")[2] == "ETag"), "")


def expected_etag(sent: Mapping[int, Sent]) -> str:
    """Return the ETag that S3 gives to these parts; it differs if a KMS key encrypts them."""
    tags = [part.etag.strip('"') for _, part in sorted(sent.items())]
    try:
        whole = md5(b"".join(map(bytes.fromhex, tags)), usedforsecurity=False).hexdigest()
    except ValueError:
        return "unknown"
    return f'"{whole}-{len(tags)}"'
