"""Requests to S3 that can be presigned: what each operation takes, and one drawn for each seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import NamedTuple

from tests.proof.signing import drawn
from tests.proof.signing.drawn import checksum, number, one_of
from vending.sigv4.presign import Method


class Member(NamedTuple):
    """One thing that a request may say: where, as S3 names it, and the values that it has."""

    where: str  # "header" or "query"
    name: str
    draw: drawn.Draw


TYPES = ("image/png", 'text/plain;  charset="utf-8"', " text/csv", "a/b;c=d \t e", "A/B")
KMS_KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SSE = "x-amz-server-side-encryption"
MEMBERS = {
    "ResponseCacheControl": Member("query", "response-cache-control", one_of("no-store", "a, b=0")),
    "ResponseContentDisposition": Member("query", "response-content-disposition", lambda chance: drawn.text(chance, 60)),
    "ResponseContentType": Member("query", "response-content-type", one_of(*TYPES)),
    "VersionId": Member("query", "versionId", lambda chance: drawn.opaque(chance, 32)),
    "UploadId": Member("query", "uploadId", lambda chance: drawn.opaque(chance, chance.randint(1, 150))),
    "PartNumber": Member("query", "partNumber", number(10_000)),
    "ContentType": Member("header", "Content-Type", one_of(*TYPES)),
    "ContentLength": Member("header", "Content-Length", number(5 * 2**30)),
    "ContentDisposition": Member("header", "Content-Disposition", one_of("inline", 'a;  b="c d"')),
    "IfNoneMatch": Member("header", "If-None-Match", one_of("*")),
    "ChecksumSHA256": Member("header", "x-amz-checksum-sha256", checksum(32)),
    "ChecksumCRC32C": Member("header", "x-amz-checksum-crc32c", checksum(4)),
    "ChecksumCRC64NVME": Member("header", "x-amz-checksum-crc64nvme", checksum(8)),
    "ChecksumAlgorithm": Member("header", "x-amz-checksum-algorithm", one_of("SHA256", "CRC32C")),
    "ChecksumType": Member("header", "x-amz-checksum-type", one_of("COMPOSITE", "FULL_OBJECT")),
    "ServerSideEncryption": Member("header", SSE, one_of("aws:kms", "AES256")),
    "SSEKMSKeyId": Member("header", f"{SSE}-aws-kms-key-id", one_of(KMS_KEY)),
    "ExpectedBucketOwner": Member("header", "x-amz-expected-bucket-owner", one_of("123456789012")),
    "MpuObjectSize": Member("header", "x-amz-mp-object-size", number(5 * 2**40)),
}  # fmt: skip


class Operation(NamedTuple):
    """A method, what is always in its query, and the members that it takes."""

    method: Method
    query: Mapping[str, str]
    always: tuple[str, ...]
    sometimes: tuple[str, ...]


_OWNER = "ExpectedBucketOwner"
_READ = ("ResponseCacheControl", "ResponseContentDisposition", "ResponseContentType", "VersionId")
_SUMS = ("ChecksumSHA256", "ChecksumCRC32C", "ChecksumCRC64NVME")
_KEPT = ("ContentType", "ContentDisposition", "ServerSideEncryption", "SSEKMSKeyId")
_PUT = (*_KEPT, *_SUMS, "ContentLength", "IfNoneMatch", _OWNER)
_START = (*_KEPT, "ChecksumAlgorithm", "ChecksumType", _OWNER)
_PART = (*_SUMS, "ContentLength", _OWNER)
_COMPLETE = (*_SUMS, "ChecksumType", "MpuObjectSize", "IfNoneMatch", _OWNER)
OPERATIONS = {
    "get_object": Operation("GET", {}, (), (*_READ, _OWNER)),
    "head_object": Operation("HEAD", {}, (), (*_READ, _OWNER)),
    "put_object": Operation("PUT", {}, (), _PUT),
    "delete_object": Operation("DELETE", {}, (), ("VersionId", _OWNER)),
    "create_multipart_upload": Operation("POST", {"uploads": ""}, (), _START),
    "upload_part": Operation("PUT", {}, ("UploadId", "PartNumber"), _PART),
    "complete_multipart_upload": Operation("POST", {}, ("UploadId",), _COMPLETE),
    "abort_multipart_upload": Operation("DELETE", {}, ("UploadId",), (_OWNER,)),
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request to sign."""

    operation: str
    key: str
    members: tuple[tuple[str, str | int], ...] = ()  # those of the query in its order
    bucket: str = "bkt"
    region: str = "us-east-1"
    override: str = ""  # another endpoint, as `http://host:port`
    token: str = ""
    secret: str = "secret"
    expires: int = 900
    now: datetime = datetime(2026, 11, 24, tzinfo=UTC)

    def at(self, where: str) -> dict[str, str]:
        """The members that go there, by S3's names."""
        members = [(MEMBERS[name], value) for name, value in self.members]
        return {one.name: str(value) for one, value in members if one.where == where}


def request(seed: str) -> Request:
    """The one that belongs to this seed."""
    chance = Random(seed)
    name = chance.choice(list(OPERATIONS))
    operation = OPERATIONS[name]
    taken = chance.sample(operation.sometimes, chance.randint(0, len(operation.sometimes)))
    members = [(one, MEMBERS[one].draw(chance)) for one in (*operation.always, *taken)]
    chance.shuffle(members)
    return Request(
        name,
        drawn.key(chance),
        tuple(members),
        drawn.bucket(chance),
        chance.choice(list(drawn.REGIONS)),
        chance.choice(["", "", "", "http://127.0.0.1:4566", "https://s3.example.com"]),
        drawn.token(chance),
        drawn.opaque(chance, chance.choice([40, 40, 1, 60, 61, 200])),
        chance.randint(1, 604_800),
        drawn.when(chance),
    )
