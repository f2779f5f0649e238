"""The types of members about an object's content: sizes, content types, checksums, versions."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainValidator

from vending.bodies.fields import matching, text
from vending.bodies.header_values import TYPE, content_type, disposition

LARGEST_PUT = 5 * 1024**3  # bytes, of one PUT, form or part
PARTS = 10_000  # of an object that is uploaded in parts
LARGEST = PARTS * LARGEST_PUT  # bytes, of such an object
TYPES = 50

_PATTERN = rf"{TYPE}|[A-Za-z]{{1,20}}/\*"
_SIZE = r"([1-9][0-9]{0,15})(B|KiB|MiB|GiB|TiB)"
_UNITS = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4}


def size(value: object) -> object:
    """Convert text such as ``100MiB`` to bytes; the next validator checks any other value."""
    if isinstance(value, str):
        if not (match := re.fullmatch(_SIZE, value)):
            raise ValueError("must be a number of bytes, or text such as 100MiB")
        return int(match[1]) * _UNITS[match[2]]
    return value


def _patterns(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= TYPES:
        raise ValueError(f"must be a list of 1 to {TYPES} content types")
    if not all(re.fullmatch(_PATTERN, text(pattern)) for pattern in value):
        raise ValueError("each must be a content type such as text/csv, or a kind such as image/*")
    return tuple(dict.fromkeys(pattern.lower() for pattern in value))


def _lengths(value: object) -> tuple[int, int]:
    match value:
        case [int(least), int(most)] if not isinstance(least, bool) and not isinstance(most, bool):
            if 0 <= least <= most <= LARGEST_PUT:
                return least, most
    raise ValueError(f"must be [least, most] in bytes, from 0 to {LARGEST_PUT}")


Size = Annotated[int, BeforeValidator(size), Field(ge=1, le=LARGEST)]
ContentTypes = Annotated[tuple[str, ...], PlainValidator(_patterns)]
ContentType = Annotated[str, PlainValidator(content_type)]
Disposition = Annotated[str, PlainValidator(disposition)]
ORIGIN = "https://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[1-9][0-9]{0,4})?"
Origin = Annotated[
    str,
    matching(ORIGIN, "an origin in lower case without a path: https://app.example.com"),
]
RedirectUrl = Annotated[
    str,
    matching(
        rf"{ORIGIN}/[!#-;=?-\[\]_a-z~]{{0,1000}}",
        "an https URL with a host in lower case and a path, such as https://app.example.com/done",
    ),
]
VersionId = Annotated[
    str, matching("[A-Za-z0-9._-]{1,1024}", "the id of a version, as S3 returned it")
]
Length = Annotated[int, Field(ge=0, le=LARGEST_PUT)]
Lengths = Annotated[tuple[int, int], PlainValidator(_lengths)]
Sha256 = Annotated[str, matching("[A-Za-z0-9+/]{43}=", "the 32 bytes of a SHA-256 in base64")]
Crc32c = Annotated[str, matching("[A-Za-z0-9+/]{6}==", "the 4 bytes of a CRC-32C in base64")]
Crc64nvme = Annotated[str, matching("[A-Za-z0-9+/]{11}=", "the 8 bytes of a CRC-64/NVME in base64")]
ChecksumMode = Literal["ENABLED"]  # S3 answers with the object's checksum
PartNumber = Annotated[int, Field(ge=1, le=PARTS)]
Absent = Literal["*"]  # If-None-Match: only if the key does not exist
