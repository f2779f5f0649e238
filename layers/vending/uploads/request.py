"""The bodies of ``{door}/multipart-uploads``."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, model_validator

from vending.bodies.body import Body
from vending.bodies.content_fields import LARGEST, Absent, ContentType, Crc32c, Crc64nvme, Sha256
from vending.bodies.fields import Account, KeyTarget, KmsKey, Listed, between
from vending.decision.wanted import Wanted, Wants
from vending.errors import Fault
from vending.grants.grant import Permission
from vending.uploads.upload import PART_BYTES, PARTS, Checksum, Sizes, planned
from vending.urls.request import Signed

PAGE = 1000  # parts that one answer signs

type PartChecksum = Sha256 | Crc32c | Crc64nvme


class UploadRequest(Signed):
    """``POST /{door}/multipart-uploads``."""

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
            raise ValueError("'partSize' goes with 'size'")
        return self

    def faults(self) -> Iterator[Fault]:
        """A part size that makes too many parts."""
        try:
            self.sizes()
        except ValueError as error:
            yield Fault("/partSize", str(error))

    def sizes(self) -> Sizes:
        """The parts; raises ``ValueError`` for too many."""
        if self.size is not None:
            return planned(self.size, self.part_size)
        return Sizes(self.parts or 0)

    @property
    def wanted(self) -> Wants:
        """The target, to write."""
        return (Wanted(self.target, Permission.WRITE, "/target"),)


class PartsRequest(Body):
    """``POST /{door}/multipart-uploads/{id}/parts``: the parts ``from`` to ``to``, both with."""

    from_: Annotated[int, Field(ge=1, le=PARTS, alias="from")]
    to: Annotated[int, Field(ge=1, le=PARTS)]
    checksums: Annotated[Listed[PartChecksum], between(1, PAGE)] | None = None
    expires_in: int

    def faults(self) -> Iterator[Fault]:
        """A range that is none."""
        if not 0 <= self.to - self.from_ < PAGE:
            yield Fault("/to", f"is from 'from' on, and at most {PAGE} parts in all")
        elif self.checksums is not None and len(self.checksums) != self.to - self.from_ + 1:
            yield Fault("/checksums", "has one for each part, from 'from' to 'to'")


class CompletionRequest(Signed):
    """``POST /{door}/multipart-uploads/{id}/completion``."""

    if_none_match: Absent | None = None
    expires_in: int


class AbortRequest(Body):
    """``POST /{door}/multipart-uploads/{id}/abort``."""

    expires_in: int
