"""Copies one object within S3, in one request or in parts."""

from collections.abc import Callable

from s3vend.errors import SettingsError, StorageError, TransferError
from s3vend.service.connect import Service, connect
from s3vend.transfer.download.ranges import find
from s3vend.transfer.progress import Counter, Progress
from s3vend.transfer.state import Remark
from s3vend.transfer.storage import Lifetimes
from s3vend.within.answers import Attempts, first_in
from s3vend.within.original import Copied, Original
from s3vend.within.parts import PartsJob
from s3vend.within.places import SCHEME, Place, place_of, source_headers
from s3vend.within.refused import changed_error, refused
from s3vend.within.session import CopySession

LARGEST = 5 * 1024**3  # bytes that S3 copies in one request
PARALLEL = 8


def copy_within(
    source: str,
    destination: str,
    *,
    overwrite: bool = True,
    parallel: int = PARALLEL,
    progress: Progress | None = None,
    remark: Remark = bool,
    service: Service | None = None,
) -> Copied:
    """Copy `s3://bucket/key` to another key, or below a prefix, in the same or another bucket.

    S3 copies the bytes, the metadata and the tags; the session may read the source and write the
    destination. ``parallel`` is the number of parts copied at a time, of an object with more than
    5 GiB. With ``overwrite`` False, S3 refuses the copy if the key exists.

    Raises:
        ObjectChanged: the source was replaced meanwhile.
        StorageError: S3 refused a request.
        TransferError: the object has, or may have, tags that would get lost; or it is archived.
        SettingsError: source and destination are the same, or not an object each.
        ServiceError, Unreachable, IdentityError: as `credentials`.
    """
    target = copy_target(source, destination)
    places_of(source, target)
    connected = service or connect()
    session = CopySession(source, target, connected)
    original = find(source, connected, Lifetimes())
    counter = Counter(original.size, progress)
    return copy_object(
        original,
        target,
        session,
        overwrite=overwrite,
        parallel=parallel,
        on_bytes=counter.add,
        remark=remark,
    )


def copy_object(
    original: Original,
    destination: str,
    session: CopySession,
    *,
    overwrite: bool = True,
    parallel: int = PARALLEL,
    on_bytes: Callable[[int], object] = bool,
    remark: Remark = bool,
    largest: int = LARGEST,
) -> Copied:
    """Copy an object that was listed or found to `s3://bucket/key`; thread-safe.

    ``on_bytes`` is called with the number of bytes of each part that is copied. Objects with more
    than ``largest`` bytes are copied in parts. Raises as `copy_within`.
    """
    source, target = places_of(original.target, destination)
    if original.size > largest:
        etag = PartsJob(
            session, original, source, target, overwrite, parallel, on_bytes, remark
        ).run()
    else:
        etag = _copy_whole(session, original, source, target, overwrite=overwrite)
        on_bytes(original.size)
    return Copied(original.target, destination, original.size, etag)


def copy_target(source: str, destination: str) -> str:
    """Return the key for a copy; below a prefix, or in a bucket, the source's name ends it.

    Raises:
        SettingsError: one of them is all keys below a prefix.
    """
    if source.endswith(("/", "/*")) or destination.endswith("/*"):
        raise SettingsError(
            f"{source!r} or {destination!r} is a prefix; name one object and a key."
        )
    is_bucket = "/" not in destination.removeprefix(SCHEME)
    prefix = f"{destination}/" if is_bucket else destination
    return f"{prefix}{source.rpartition('/')[2]}" if prefix.endswith("/") else destination


def places_of(source: str, destination: str) -> tuple[Place, Place]:
    """Return both places.

    Raises:
        SettingsError: one of them is not an object, or both are the same.
    """
    if source == destination:
        raise SettingsError(f"{destination} is the source itself. Choose another destination.")
    return place_of(source), place_of(destination)


def _copy_whole(
    session: CopySession, original: Original, source: Place, target: Place, *, overwrite: bool
) -> str:
    """Copy the object in one request and return the ETag of the copy.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    """
    action = f"copy {original.target} to {target.target}"
    attempts = Attempts(action)
    try:
        answer = session.send(
            action,
            "PUT",
            target,
            headers={
                **source_headers(source, original.etag),
                **({} if overwrite else {"If-None-Match": "*"}),
            },
            attempt=attempts,
        )
    except StorageError as error:
        if error.status != 412:
            raise refused(error, original, lambda: _is_readable(session, source)) from None
        if overwrite or attempts.is_about_source:
            raise changed_error(original) from None
        if attempts.lost:
            raise TransferError(
                f"{target.target} may be the copy, or another object: S3's answer was lost, and a "
                "second try found the key taken. Look at it before you copy again."
            ) from None
        raise
    return first_in(answer.body, "ETag")


def _is_readable(session: CopySession, source: Place) -> bool:
    try:
        session.send(f"find {source.target}", "HEAD", source)
    except StorageError:
        return False
    return True
