"""The members of an upload that S3 keeps with the object: on PUT, in forms and in parts alike.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
"""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import PlainValidator

from vending.bodies.body import Body
from vending.bodies.content_fields import Disposition
from vending.bodies.fields import matching, text
from vending.grants.grant import StorageClass
from vending.sigv4.presign import encode_path

METADATA, METADATA_BYTES = 20, 2048  # entries, and bytes of all names and values, as S3 counts
TAGS = 10  # of one object
TAG_NAME = "(?![Aa][Ww][Ss]:)[A-Za-z0-9 +=._:/@-]{1,128}"
TAG_VALUE = "[A-Za-z0-9 +=._:/@-]{0,256}"
META_NAME, META_VALUE = "[a-z0-9][a-z0-9-]{0,62}", "[!-~]([ -~]{0,2046}[!-~])?"

_TOKEN = "[A-Za-z0-9-]{1,64}"  # noqa: S105 - a token, not a secret
_DIRECTIVE = rf'{_TOKEN}(=({_TOKEN}|"[ !#-\[\]-~]{{0,64}}"))?'
_CODING = "(br|compress|deflate|gzip|identity|zstd)"  # not aws-chunked, which S3 would decode
_HEADERS = {
    "cache_control": "Cache-Control",
    "content_disposition": "Content-Disposition",
    "content_encoding": "Content-Encoding",
    "server_side_encryption": "x-amz-server-side-encryption",
    "storage_class": "x-amz-storage-class",
}


def _encode(tag: str) -> str:
    return encode_path(tag).replace("/", "%2F")


def _metadata(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not 1 <= len(value) <= METADATA:
        raise ValueError(f"must be an object with 1 to {METADATA} members of text")
    for name, given in value.items():
        if not re.fullmatch(META_NAME, name) or not re.fullmatch(META_VALUE, text(given)):
            raise ValueError(
                "must have names of lower-case letters, digits and '-', and values of printable "
                "ASCII without spaces around them"
            )
    if sum(len(name) + len(given) for name, given in value.items()) > METADATA_BYTES:
        raise ValueError(f"must have at most {METADATA_BYTES} bytes in all names and values")
    return value


def _tags(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not 1 <= len(value) <= TAGS:
        raise ValueError(f"must be an object with 1 to {TAGS} members of text")
    for name, given in value.items():
        if not re.fullmatch(TAG_NAME, name) or not re.fullmatch(TAG_VALUE, text(given)):
            raise ValueError(
                "must have names of 1 to 128 and values of at most 256 characters: ASCII letters, "
                "digits, space and + - = . _ : / @; names do not begin with aws:"
            )
    return value


CacheControl = Annotated[
    str,
    matching(f"{_DIRECTIVE}(, ?{_DIRECTIVE}){{0,9}}", "directives such as private, max-age=3600"),
]
ContentEncoding = Annotated[
    str, matching(f"{_CODING}(, ?{_CODING}){{0,3}}", "codings such as gzip, br or zstd")
]
Tags = Annotated[Mapping[str, str], PlainValidator(_tags)]
Metadata = Annotated[Mapping[str, str], PlainValidator(_metadata)]


class ObjectMembers(Body):
    """The members that S3 keeps with an object, or stores and encrypts it by."""

    server_side_encryption: Literal["AES256"] | None = None
    cache_control: CacheControl | None = None
    content_disposition: Disposition | None = None
    content_encoding: ContentEncoding | None = None
    metadata: Metadata | None = None
    storage_class: StorageClass | None = None
    tags: Tags | None = None

    @property
    def tag_header(self) -> dict[str, str]:
        """The tags as the header of a PUT, or of the start of an upload in parts."""
        pairs = (f"{_encode(name)}={_encode(value)}" for name, value in (self.tags or {}).items())
        return {"x-amz-tagging": "&".join(pairs)} if self.tags else {}

    @property
    def tag_field(self) -> dict[str, str]:
        """The tags as the field of a form: XML whose texts need no escape."""
        listed = (
            f"<Tag><Key>{name}</Key><Value>{value}</Value></Tag>"
            for name, value in (self.tags or {}).items()
        )
        whole = f"<Tagging><TagSet>{''.join(listed)}</TagSet></Tagging>"
        return {"tagging": whole} if self.tags else {}

    @property
    def object_headers(self) -> dict[str, str]:
        """The headers, or form fields, of these members."""
        given = {member: getattr(self, member) for member in _HEADERS}
        headers = {_HEADERS[member]: str(value) for member, value in given.items() if value}
        metadata = (self.metadata or {}).items()
        return headers | {f"x-amz-meta-{name}": value for name, value in metadata}
