"""A request that makes an object may have done so though its answer is lost: whether it did."""

from s3vend.errors import S3VendError, StorageError, TransferError
from s3vend.service.presign import presign
from s3vend.transfer.upload.sending import UploadJob


def etag_if_there(job: UploadJob, etag: str, error: StorageError) -> str:
    """Return the ETag if the object at the target is the one that was sent.

    ``error`` is S3's answer to the second try.

    Raises:
        TransferError: it is not, or it is unknown which object is there.
    """
    service = job.service
    try:
        [url] = presign([job.target], method="HEAD", expires_in=60, service=service)
        answer = service.wire.send("HEAD", url.url, url.headers)
        if answer.status == 200 and answer.headers.get("etag", "") == etag:
            return etag
        found = f"HEAD answers {answer.status} {answer.headers.get('etag', '')}"
    except S3VendError as refusal:
        found = f"HEAD failed with {type(refusal).__name__}"
    raise TransferError(
        f"The upload to {job.target} may or may not be complete: S3's answer was lost, and a "
        f"second try got {error.code} ({found}). Check whether the object exists with ETag {etag} "
        "before you upload it again."
    )
