"""The plan of a multipart upload: fixed at its start and stored in the table.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
"""

import json
from datetime import UTC, datetime
from math import ceil
from typing import Literal, NamedTuple, Self

from vending.grants.keys import Keys
from vending.times import iso

PARTS = 10_000
PART_BYTES = range(5 * 1024**2, 5 * 1024**3 + 1)  # the last part may be smaller
USUAL_PART_BYTES = 16 * 1024**2
KEPT_SECONDS = 7 * 24 * 3600

type Checksum = Literal["SHA256", "CRC32C", "CRC64NVME"]
CHECKSUM_CHARACTERS: dict[Checksum, int] = {"SHA256": 44, "CRC32C": 8, "CRC64NVME": 12}  # base64


class Sizes(NamedTuple):
    """The number of parts; the size of a part and the total in bytes, if they are known."""

    parts: int
    part: int | None = None
    total: int | None = None

    def of_part(self, number: int) -> int | None:
        """The size of one part in bytes; all parts except the last have the same size."""
        if self.part is None or self.total is None:
            return None
        return min(self.part, self.total - (number - 1) * self.part)


class Upload(NamedTuple):
    """An upload of one caller; ``s3_id`` is S3's id for it."""

    id: str
    caller: str  # as ``Identity.unique``
    target: Keys
    s3_id: str
    sizes: Sizes
    content_type: str | None
    checksum: Checksum | None
    ends: datetime

    @classmethod
    def read(cls, id_: str, document: str) -> Self:
        """The upload with this id, from the text that ``encode`` returned."""
        members = json.loads(document)
        return cls(
            id=id_,
            caller=members["caller"],
            target=Keys(members["bucket"], members["key"]),
            s3_id=members["s3Id"],
            sizes=Sizes(members["parts"], members["partSize"], members["size"]),
            content_type=members["contentType"],
            checksum=members["checksum"],
            ends=datetime.fromisoformat(members["ends"]).astimezone(UTC),
        )

    def encode(self) -> str:
        """The upload as JSON for the table."""
        members = {
            "caller": self.caller,
            "bucket": self.target.bucket,
            "key": self.target.key,
            "s3Id": self.s3_id,
            "parts": self.sizes.parts,
            "partSize": self.sizes.part,
            "size": self.sizes.total,
            "contentType": self.content_type,
            "checksum": self.checksum,
            "ends": iso(self.ends),
        }
        return json.dumps(members, separators=(",", ":"))


def plan_sizes(total: int, part: int | None) -> Sizes:
    """Split ``total`` bytes into parts of ``part`` bytes; None: a size that fits S3's limits.

    Raises:
        ValueError: there would be more than ``PARTS`` parts.
    """
    if part is None:
        mebibytes = ceil(total / PARTS / 1024**2)
        part = max(USUAL_PART_BYTES, mebibytes * 1024**2)
    parts = ceil(total / part)
    if parts > PARTS:
        raise ValueError(
            f"makes {parts} parts, and S3 allows {PARTS}; use at least {ceil(total / PARTS)} bytes"
        )
    return Sizes(parts, part, total)
