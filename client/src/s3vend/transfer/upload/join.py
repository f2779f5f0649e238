"""The last request of a multipart upload: it joins the parts. Its answer may get lost."""

from collections.abc import Mapping
from hashlib import md5

from s3vend.errors import S3VendError, StorageError, TransferError, Unreachable
from s3vend.http.wire import Answer
from s3vend.service.presign import presign
from s3vend.service.urls import Url
from s3vend.transfer.storage import send_with_retries
from s3vend.transfer.upload.parts import Sent, Upload
from s3vend.transfer.upload.sending import UploadJob

DONE_ALREADY = {"NoSuchUpload", "PreconditionFailed"}


def join(job: UploadJob, upload: Upload, sent: Mapping[int, Sent]) -> str:
    """Join the parts and return the ETag of the object.

    Raises:
        StorageError: S3 refused the request.
        TransferError: the answer was lost, and it is unknown whether the parts were joined.
        ServiceError, Unreachable: as `send_with_retries`.
    """
    from xml.etree import ElementTree as ET

    wire, body, lost = job.service.wire, upload.completion_body(sent), False

    def send(url: Url) -> Answer:
        nonlocal lost
        try:
            return wire.send(url.method, url.url, url.headers, body)
        except Unreachable:
            lost = True
            raise

    try:
        answer = send_with_retries(
            f"join the parts of {job.target}",
            None,
            lambda: upload.completion(job.condition),
            send,
            job.service.patience,
        )
    except StorageError as error:
        if lost and error.code in DONE_ALREADY:
            return _etag_if_joined(job, sent, error)
        raise
    nodes = ET.fromstring(answer.body).iter()  # noqa: S314 - from S3
    return next((node.text or "" for node in nodes if node.tag.rpartition("}")[2] == "ETag"), "")


def _etag_if_joined(job: UploadJob, sent: Mapping[int, Sent], error: StorageError) -> str:
    """Return the ETag if the object at the target is the one that these parts make."""
    service, etag = job.service, expected_etag(sent)
    try:
        [url] = presign([job.target], method="HEAD", expires_in=60, service=service)
        answer = service.wire.send("HEAD", url.url, url.headers)
        if answer.status == 200 and answer.headers.get("etag", "") == etag:
            return etag
        found = f"HEAD answers {answer.status} {answer.headers.get('etag', '')}"
    except S3VendError as refusal:
        found = f"HEAD failed with {type(refusal).__name__}"
    raise TransferError(
        f"The upload to {job.target} may or may not be complete: S3's answer to joining the parts "
        f"was lost, and a second try got {error.code} ({found}). Check whether the object exists "
        f"with ETag {etag} before you upload it again."
    )


def expected_etag(sent: Mapping[int, Sent]) -> str:
    """Return the ETag that S3 gives to these parts; it differs if a KMS key encrypts them."""
    tags = [part.etag.strip('"') for _, part in sorted(sent.items())]
    try:
        whole = md5(b"".join(map(bytes.fromhex, tags)), usedforsecurity=False).hexdigest()
    except ValueError:
        return "unknown"
    return f'"{whole}-{len(tags)}"'
