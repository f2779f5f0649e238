"""The body of a request for presigned URLs: each method has its own members, all signed."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from vending.bodies.body import Body
from vending.bodies.content_fields import (
    Absent,
    ChecksumMode,
    ContentType,
    Crc32c,
    Crc64nvme,
    Disposition,
    Length,
    Lengths,
    PartNumber,
    RedirectUrl,
    Sha256,
    VersionId,
)
from vending.bodies.fields import Account, KeyTarget, KmsKey, Listed, Target, between
from vending.decision.wanted import Wanted, Wants
from vending.sigv4.presign import NEEDED
from vending.urls.listing import ListingUrl
from vending.urls.object_members import ObjectMembers

REQUESTS = 1000

KMS_KEY = "x-amz-server-side-encryption-aws-kms-key-id"
_HEADERS = {
    "content_type": "Content-Type",
    "content_length": "Content-Length",
    "if_none_match": "If-None-Match",
    "checksum_mode": "x-amz-checksum-mode",
    "checksum_sha256": "x-amz-checksum-sha256",
    "checksum_crc32c": "x-amz-checksum-crc32c",
    "checksum_crc64nvme": "x-amz-checksum-crc64nvme",
    "expected_bucket_owner": "x-amz-expected-bucket-owner",
    "kms_key": KMS_KEY,
}
_QUERY = {
    "response_content_disposition": "response-content-disposition",
    "response_content_type": "response-content-type",
    "version_id": "versionId",
    "part_number": "partNumber",
}


def encryption(kms_key: str) -> dict[str, str]:
    """The headers or form fields that make S3 encrypt with this key."""
    return {"x-amz-server-side-encryption": "aws:kms", KMS_KEY: kms_key}


class Signed(Body):
    """Base of the bodies whose members become signed headers and query parameters."""

    @property
    def headers(self) -> dict[str, str]:
        """The headers that the client must send, by name."""
        headers = self._named(_HEADERS)
        kms_key = headers.pop(KMS_KEY, None)
        return headers | ({} if kms_key is None else encryption(kms_key))

    @property
    def query(self) -> dict[str, str]:
        """The query parameters, by S3's names."""
        return self._named(_QUERY)

    def _named(self, names: Mapping[str, str]) -> dict[str, str]:
        if self.model_fields_set.isdisjoint(names):
            return {}
        present = sorted(names.keys() & self.model_fields_set, key=names.__getitem__)
        return {names[member]: str(getattr(self, member)) for member in present}


class Reading(Signed):
    """The members that `GET` and `HEAD` allow."""

    response_content_disposition: Disposition | None = None
    response_content_type: ContentType | None = None
    checksum_mode: ChecksumMode | None = None


class Uploading(Signed, ObjectMembers):
    """The members that `PUT` allows."""

    content_type: ContentType | None = None
    content_length: Length | None = None
    if_none_match: Absent | None = None
    kms_key: KmsKey | None = None
    expected_bucket_owner: Account | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The headers that the client must send, by name."""
        return super().headers | self.object_headers | self.tag_header


class ReadingUrl(Reading):
    """A URL that reads one object."""

    method: Literal["GET", "HEAD"]
    target: KeyTarget
    version_id: VersionId | None = None
    part_number: PartNumber | None = None


class UploadUrl(Uploading):
    """A URL that uploads one object."""

    method: Literal["PUT"]
    target: KeyTarget
    checksum_sha256: Sha256 | None = None
    checksum_crc32c: Crc32c | None = None
    checksum_crc64nvme: Crc64nvme | None = None

    @model_validator(mode="after")
    def _one_checksum(self) -> Self:
        if sum(member.startswith("checksum") for member in self.model_fields_set) > 1:
            raise ValueError("give at most one checksum")
        return self


class DeletionUrl(Signed):
    """A URL that deletes one object."""

    method: Literal["DELETE"]
    target: KeyTarget


class FormUrl(ObjectMembers):
    """A form that uploads one object to a key, or to any key below a prefix."""

    method: Literal["POST"]
    target: Target
    content_type: ContentType | None = None
    content_length_range: Lengths | None = (
        None  # bytes; None: the widest range that the grant allows
    )
    kms_key: KmsKey | None = None
    success_action_status: Literal[200, 201, 204] | None = None
    success_action_redirect: RedirectUrl | None = None

    @model_validator(mode="after")
    def _one_success(self) -> Self:
        if self.success_action_status is not None and self.success_action_redirect is not None:
            raise ValueError("give 'successActionStatus' or 'successActionRedirect', not both")
        return self

    @property
    def fields(self) -> dict[str, str]:
        """The form fields of these members, by name."""
        named = {
            "Content-Type": self.content_type,
            "success_action_status": self.success_action_status,
            "success_action_redirect": self.success_action_redirect,
        }
        fields = {name: str(value) for name, value in named.items() if value is not None}
        encrypted = {} if self.kms_key is None else encryption(self.kms_key)
        return fields | encrypted | self.object_headers | self.tag_field


type UrlRequest = Annotated[
    ReadingUrl | UploadUrl | DeletionUrl | FormUrl | ListingUrl, Field(discriminator="method")
]


_NEVER_PLAIN = (FormUrl, ListingUrl)


def is_plain(request: UrlRequest | Signed) -> bool:
    """Whether it has only a method and a target, so it can be signed in a batch."""
    return len(request.model_fields_set) == 2 and not isinstance(request, _NEVER_PLAIN)


class UrlsRequest(Body):
    """The body of ``POST /{door}/presigned-urls``."""

    expires_in: int
    requests: Annotated[Listed[UrlRequest], between(1, REQUESTS)]

    @property
    def wanted(self) -> Wants:
        """Each target with the permission that its method needs."""
        return tuple(
            Wanted(one.target, NEEDED[one.method], f"/requests/{position}/target")
            for position, one in enumerate(self.requests)
        )
