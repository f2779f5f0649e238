"""A URL that lists the keys below a prefix: a signed ListObjectsV2.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
"""

from typing import Annotated, Literal

from pydantic import Field, PlainValidator

from vending.bodies.body import Body
from vending.bodies.fields import matching, target, text
from vending.grants.keys import Keys, check_key

_NAMES = {
    "delimiter": "delimiter",
    "start_after": "start-after",
    "continuation_token": "continuation-token",
    "max_keys": "max-keys",
}


def _prefix(value: object) -> Keys:
    keys = target(value)
    if not keys.is_prefix:
        raise ValueError("must be a prefix, such as s3://bucket/reports/*")
    return keys


def _start(value: object) -> str:
    key = text(value)
    check_key(key)
    if not key:
        raise ValueError("must be a key; leave it out to start at the first one")
    return key


PrefixTarget = Annotated[Keys, PlainValidator(_prefix)]
StartAfter = Annotated[str, PlainValidator(_start)]
Delimiter = Annotated[str, matching(r"[ -~]{1,64}", "1 to 64 printable ASCII characters")]
ContinuationToken = Annotated[
    str, matching(r"[!-~]{1,2048}", "the NextContinuationToken of S3's previous answer")
]


class ListingUrl(Body):
    """A URL that lists the keys below a prefix."""

    method: Literal["LIST"]
    target: PrefixTarget
    delimiter: Delimiter | None = None
    start_after: StartAfter | None = None
    continuation_token: ContinuationToken | None = None
    max_keys: Annotated[int, Field(ge=1, le=1000)] | None = None

    @property
    def headers(self) -> dict[str, str]:
        """No headers need to be sent."""
        return {}

    @property
    def query(self) -> dict[str, str]:
        """The query parameters, by S3's names."""
        given = sorted(_NAMES.keys() & self.model_fields_set, key=_NAMES.__getitem__)
        return {
            "list-type": "2",
            "encoding-type": "url",
            "prefix": self.target.key,
            **{_NAMES[member]: str(getattr(self, member)) for member in given},
        }
