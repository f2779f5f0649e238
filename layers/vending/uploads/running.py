"""A multipart upload with a session: signs URLs for its parts, its completion and abort."""

from collections.abc import Sequence
from typing import NamedTuple

from vending.sigv4.presign import Named
from vending.times import iso
from vending.uploads.upload import Upload
from vending.urls.answer import Url
from vending.urls.signing import Signing

FIRST = 100  # parts to sign at the start
ENDS = 2  # URLs to sign with them: completion and abort


class Part(NamedTuple):
    """The URL of one part, and the part's size in bytes where it is known."""

    number: int
    size: int | None
    url: Url

    def as_json(self, expires_at: str) -> dict[str, object]:
        """The members of the answer."""
        size = {} if self.size is None else {"size": self.size}
        return {"partNumber": self.number, **size, **self.url.as_json(expires_at)}


class Running(NamedTuple):
    """An upload, and the session that signs for it."""

    upload: Upload
    signing: Signing
    first: int = 0  # parts to sign at the start

    @property
    def expires_at(self) -> str:
        """When its URLs actually expire, as ISO 8601."""
        return self.signing.signed_by.written

    def as_json(self) -> dict[str, object]:
        """The members of the answer to the start, with the first parts if they can be signed."""
        sizes = self.upload.sizes
        members = {"partSize": sizes.part, "size": sizes.total}
        return {
            "uploadId": self.upload.id,
            "partCount": sizes.parts,
            **{name: value for name, value in members.items() if value is not None},
            "parts": [part.as_json(self.expires_at) for part in self.parts(1, self.first)],
            "completion": self.completion({}).as_json(self.expires_at),
            "abort": self.abort().as_json(self.expires_at),
            "ends": iso(self.upload.ends),
        }

    def parts(self, first: int, last: int, checksums: Sequence[str] = ()) -> tuple[Part, ...]:
        """The URLs of these parts, each bound to the part's size and checksum."""
        numbers = range(first, last + 1)
        return tuple(
            self._part(number, checksum)
            for number, checksum in zip(numbers, checksums or [""] * len(numbers), strict=True)
        )

    def completion(self, headers: Named) -> Url:
        """The URL that joins the parts, bound to the total size where it is known."""
        total = self.upload.sizes.total
        bound = {} if total is None else {"x-amz-mp-object-size": str(total)}
        signer = self.signing.signer("POST", {**headers, **bound}, {"uploadId": self.upload.s3_id})
        return Url("POST", signer(self.upload.target.key), {**headers, **bound})

    def abort(self) -> Url:
        """The URL that ends the upload and deletes its parts."""
        signer = self.signing.signer("DELETE", {}, {"uploadId": self.upload.s3_id})
        return Url("DELETE", signer(self.upload.target.key), {})

    def _part(self, number: int, checksum: str) -> Part:
        size = self.upload.sizes.of_part(number)
        headers = {} if size is None else {"Content-Length": str(size)}
        if checksum:
            headers[f"x-amz-checksum-{str(self.upload.checksum).lower()}"] = checksum
        query = {"partNumber": str(number), "uploadId": self.upload.s3_id}
        signer = self.signing.signer("PUT", headers, query)
        return Part(number, size, Url("PUT", signer(self.upload.target.key), headers))
