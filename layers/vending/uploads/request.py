"""The bodies of ``POST /{door}/multipart-uploads`` and the routes below it."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, model_validator

from vending.bodies.body import Body
from vending.bodies.content_fields import LARGEST, Absent, ContentType, Crc32c, Crc64nvme, Sha256
from vending.bodies.fields import Account, KeyTarget, KmsKey, Listed, between
from vending.decision.wanted import Wanted
from vending.errors import Fault
from vending.grants.grant import Permission
from vending.uploads.upload import PART_BYTES, PARTS, Checksum, Sizes, plan_sizes
from vending.urls.object_members import ObjectMembers
from vending.urls.request import Signed

PAGE = 1000  # parts that one request can sign

type PartChecksum = Sha256 | Crc32c | Crc64nvme


class UploadRequest(Signed, ObjectMembers):
    """The body of ``POST /{door}/multipart-uploads``."""

    target: KeyTarget
    size: Annotated[int, Field(ge=1, le=LARGEST)] | None = None
    parts: Annotated[int, Field(ge=1, le=PARTS)] | None = None
    part_size: Annotated[int, Field(ge=PART_BYTES[0], le=PART_BYTES[-1])] | None = None
    checksum_algorithm: Checksum | None = None
    content_type: ContentType | None = None
    kms_key: KmsKey | None = None
    expected_bucket_owner: Account | None = None
    expires_in: int

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.size is None) == (self.parts is None):
            raise ValueError("give either 'size' or 'parts'")
        if self.part_size is not None and self.size is None:
            raise ValueError("give 'partSize' only with 'size'")
        return self

    def faults(self) -> Iterator[Fault]:
        """The part size, if it makes too many parts."""
        try:
            self.sizes()
        except ValueError as error:
            yield Fault("/partSize", str(error))

    def sizes(self) -> Sizes:
        """The number and size of the parts; raises ``ValueError`` for too many."""
        if self.size is not None:
            return plan_sizes(self.size, self.part_size)
        return Sizes(self.parts or 0)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that start the upload, by name."""
        return super().headers | self.object_headers | self.tag_header

    @property
    def wanted(self) -> Wanted:
        """The target, with WRITE."""
        return Wanted(self.target, Permission.WRITE, "/target")


class PartsRequest(Body):
    """The body of ``POST /{door}/multipart-uploads/{id}/parts``, for parts ``from`` to ``to``."""

    from_: Annotated[int, Field(ge=1, le=PARTS, alias="from")]
    to: Annotated[int, Field(ge=1, le=PARTS)]
    checksums: Annotated[Listed[PartChecksum], between(1, PAGE)] | None = None
    expires_in: int

    def faults(self) -> Iterator[Fault]:
        """A range that is not valid, or too few or too many checksums."""
        if not 0 <= self.to - self.from_ < PAGE:
            yield Fault("/to", f"must be from 'from' to 'from' + {PAGE - 1}")
        elif self.checksums is not None and len(self.checksums) != self.to - self.from_ + 1:
            yield Fault("/checksums", "must have one checksum for each part from 'from' to 'to'")


class CompletionRequest(Signed):
    """The body of ``POST /{door}/multipart-uploads/{id}/completion``."""

    if_none_match: Absent | None = None
    expires_in: int


class AbortRequest(Body):
    """The body of ``POST /{door}/multipart-uploads/{id}/abort``."""

    expires_in: int
