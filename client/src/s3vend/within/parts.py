"""Copies an object that is too large for one request, part by part, with its metadata.

S3 does not copy tags with parts, and the session cannot write tags. So only an object that has
none for certain is copied.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/CopyingObjectsMPUapi.html
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote
from xml.sax.saxutils import escape

from s3vend.errors import S3VendError, StorageError, TransferError
from s3vend.transfer.crew import Crew
from s3vend.transfer.state import Remark
from s3vend.within.answers import Attempts, first_in, texts_in
from s3vend.within.original import Original
from s3vend.within.places import Place, source_headers
from s3vend.within.refused import OTHERWISE, unchanged
from s3vend.within.session import CopySession

MIB = 1024 * 1024
SIZE, MOST = 256 * MIB, 10_000  # bytes of a part, unless the object would have more parts
META = "x-amz-meta-"
KEPT = frozenset(
    {
        *("content-type", "cache-control", "content-disposition", "content-encoding"),
        *("content-language", "expires"),
    }
)
DONE_ALREADY = {"NoSuchUpload", "PreconditionFailed"}


def part_size(size: int) -> int:
    """Return the bytes of a part of an object with ``size`` bytes, in whole MiB."""
    return max(SIZE, -(-size // MOST // MIB) * MIB)


@dataclass(frozen=True, slots=True)
class PartsJob:
    """The copy of one object in parts. ``on_bytes`` is called with the size of each copied part."""

    session: CopySession
    original: Original
    source: Place
    destination: Place
    overwrite: bool = True
    parallel: int = 8
    on_bytes: Callable[[int], object] = bool
    remark: Remark = bool
    _etags: dict[int, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> str:
        """Copy the object and return its ETag; a copy that fails is aborted.

        Raises:
            TransferError: the object has tags, or may have some; or S3 refused a request.
        """
        headers = self._metadata()
        self._check_tags()
        start = self.session.send(
            self._action, "POST", self.destination, query="uploads", headers=headers
        )
        id_ = quote(first_in(start.body, "UploadId"), safe="")
        if not id_:
            raise TransferError(f"Could not {self._action}: S3's answer has no UploadId.")
        try:
            self._copy_parts(id_)
            return self._join(id_)
        except BaseException as error:
            if not isinstance(error, _Unknown):
                self._abort(id_)
            raise

    @property
    def _action(self) -> str:
        return f"copy {self.original.target} to {self.destination.target}"

    def _metadata(self) -> dict[str, str]:
        """Return the headers that make the copy's metadata those of the source."""
        condition = {"If-Match": self.original.etag}
        with unchanged(self.original):
            answer = self.session.send(
                f"find {self.original.target}", "HEAD", self.source, headers=condition
            )
        return {
            name: text
            for name, text in answer.headers.items()
            if name in KEPT or name.startswith(META)
        }

    def _check_tags(self) -> None:
        target = self.original.target
        try:
            answer = self.session.send(
                f"read the tags of {target}", "GET", self.source, query="tagging"
            )
        except StorageError as error:
            if error.status != 403:
                raise
            raise TransferError(
                f"{target} is copied in parts, since it has more than 5 GiB, and S3 copies no tags "
                "with parts. s3vend may not read whether it has any: the grant needs tagging: "
                f"true. Else {OTHERWISE}."
            ) from None
        if count := len(texts_in(answer.body, "Tag")):
            tags = "a tag" if count == 1 else f"{count} tags"
            raise TransferError(
                f"{target} has {tags}. It is copied in parts, since it has more than 5 GiB, and S3 "
                f"copies no tags with parts: {OTHERWISE}."
            )

    def _copy_parts(self, id_: str) -> None:
        crew: Crew[tuple[int, int]] = Crew(self.parallel)
        patience = self.session.service.patience._replace(sleep=crew.pause)

        def work(part: tuple[int, int]) -> None:
            number, first = part
            last = min(first + self._size, self.original.size) - 1
            action = f"copy part {number} of {self.original.target} to {self.destination.target}"
            with unchanged(self.original):
                answer = self.session.send(
                    action,
                    "PUT",
                    self.destination,
                    query=f"partNumber={number}&uploadId={id_}",
                    headers={
                        **source_headers(self.source, self.original.etag),
                        "x-amz-copy-source-range": f"bytes={first}-{last}",
                    },
                    attempt=Attempts(action),
                    patience=patience,
                )
            with self._lock:
                self._etags[number] = first_in(answer.body, "ETag")
            self.on_bytes(last - first + 1)

        crew.run(enumerate(range(0, self.original.size, self._size), start=1), work)

    @property
    def _size(self) -> int:
        return part_size(self.original.size)

    def _join(self, id_: str) -> str:
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(etag)}</ETag></Part>"
            for number, etag in sorted(self._etags.items())
        )
        attempts = Attempts(self._action)
        try:
            answer = self.session.send(
                self._action,
                "POST",
                self.destination,
                query=f"uploadId={id_}",
                headers={} if self.overwrite else {"If-None-Match": "*"},
                body=f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode(),
                attempt=attempts,
            )
        except StorageError as error:
            if attempts.lost and error.code in DONE_ALREADY:
                raise _Unknown(
                    f"{self.destination.target} may or may not be a copy of "
                    f"{self.original.target}: S3's answer was lost, and a second try got "
                    f"{error.code}. Look at it before you copy it again."
                ) from None
            raise
        return first_in(answer.body, "ETag")

    def _abort(self, id_: str) -> None:
        try:
            self.session.send(
                f"abort the copy to {self.destination.target}",
                "DELETE",
                self.destination,
                query=f"uploadId={id_}",
            )
        except S3VendError as error:
            if getattr(error, "code", None) != "NoSuchUpload":
                self.remark(
                    f"The copy to {self.destination.target} could not be aborted "
                    f"({type(error).__name__}). Its parts cost money until the bucket's owner, or "
                    "a lifecycle rule, removes them."
                )


class _Unknown(TransferError):
    """The parts may have been joined."""
