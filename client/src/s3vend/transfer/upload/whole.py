"""An upload in one request."""

from hashlib import md5

from s3vend.errors import StorageError, Unreachable
from s3vend.http.wire import Answer
from s3vend.presigning.batches import presign_urls
from s3vend.presigning.urls import Url
from s3vend.transfer.storage import Lifetimes, send_with_retries
from s3vend.transfer.upload.sending import Uploaded, UploadJob, etag_if_there


def put_whole(job: UploadJob) -> Uploaded:
    """Upload the content in one request.

    Raises:
        TransferError, ServiceError, Unreachable, IdentityError: as `upload`.
    """
    size, lifetimes, lost = job.source.size, Lifetimes(), False
    request = {
        **job.members,
        **job.condition,
        "method": "PUT",
        "target": job.target,
        "contentLength": size,
        job.algorithm.member: job.algorithm.of(job.source.blocks(0, size)),
    }

    def sign() -> Url:
        [url] = lifetimes.request(lambda seconds: presign_urls(job.service, [request], seconds))
        return url

    def send(url: Url) -> Answer:
        nonlocal lost
        try:
            return job.put(url, 0, size, lambda: None)
        except Unreachable:
            lost = True
            raise

    try:
        answer = send_with_retries(f"put {job.target}", None, sign, send, job.service.patience)
        etag = answer.headers.get("etag", "")
    except StorageError as error:
        if not (lost and error.status == 412):
            raise
        etag = etag_if_there(job, _etag_of(job), error)
    return Uploaded(job.target, size, etag, job.algorithm.name)


def _etag_of(job: UploadJob) -> str:
    """Return the ETag that S3 gives to the content; it differs if a KMS key encrypts it."""
    running = md5(usedforsecurity=False)
    for block in job.source.blocks(0, job.source.size):
        running.update(block)
    return f'"{running.hexdigest()}"'
