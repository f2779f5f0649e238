"""The last request of a multipart upload, whose answer may be lost on the way."""

from collections.abc import Mapping
from hashlib import md5

from s3vend.errors import S3VendError, StorageError, TransferError, Unreachable
from s3vend.http.wire import Answer
from s3vend.service.urls import Url, presign
from s3vend.transfer.storage import send_with_retries
from s3vend.transfer.upload.parts import Sent, Upload
from s3vend.transfer.upload.sending import UploadJob

DONE_ALREADY = {"NoSuchUpload", "PreconditionFailed"}


def join(sending: UploadJob, upload: Upload, sent: Mapping[int, Sent]) -> str:
    """The ETag of the object that the parts are now.

    Raises:
        StorageError: S3 refused. TransferError: it cannot be known whether they were joined.
        FileChanged, ServiceError, Unreachable.
    """
    from xml.etree import ElementTree as ET

    wire, body, lost = sending.service.wire, upload.joined(sent), False

    def send(url: Url) -> Answer:
        nonlocal lost
        try:
            return wire.send(url.method, url.url, url.headers, body)
        except Unreachable:
            lost = True
            raise

    try:
        answer = send_with_retries(
            f"join the parts of {sending.target}",
            None,
            lambda: upload.completion(sending.only_new),
            send,
            sending.service.patience,
        )
    except StorageError as error:
        if lost and error.code in DONE_ALREADY:
            return _etag_if_joined(sending, sent, error)
        raise
    found = ET.fromstring(answer.body).iter()  # noqa: S314 - S3's own
    return next((one.text or "" for one in found if one.tag.rpartition("}")[2] == "ETag"), "")


def _etag_if_joined(sending: UploadJob, sent: Mapping[int, Sent], error: StorageError) -> str:
    """The ETag, if what is at the target is what these parts make."""
    service, wanted = sending.service, expected_etag(sent)
    try:
        [url] = presign([sending.target], method="HEAD", expires_in=60, service=service)
        answer = service.wire.send("HEAD", url.url, url.headers)
        if answer.status == 200 and answer.headers.get("etag", "") == wanted:
            return wanted
        there = f"a HEAD says {answer.status} {answer.headers.get('etag', '')}"
    except S3VendError as refused:
        there = f"a HEAD is not possible ({type(refused).__name__})"
    raise TransferError(
        f"S3's answer to joining the parts of {sending.target} was lost, and then it said "
        f"{error.code}; {there}. Look whether the object is there, with ETag {wanted}, before "
        "you upload it again."
    )


def expected_etag(sent: Mapping[int, Sent]) -> str:
    """The ETag that S3 gives to parts that are not encrypted with a key of KMS."""
    tags = [one.etag.strip('"') for _, one in sorted(sent.items())]
    try:
        whole = md5(b"".join(map(bytes.fromhex, tags)), usedforsecurity=False).hexdigest()
    except ValueError:
        return "unknown"
    return f'"{whole}-{len(tags)}"'
