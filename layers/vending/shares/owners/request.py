"""The body of ``POST /{door}/shares``."""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator

from vending.bodies.body import Body
from vending.bodies.content_fields import ContentTypes, Size
from vending.bodies.fields import Target
from vending.decision.wanted import Wanted
from vending.documents.sharing_fields import (
    FileName,
    Label,
    Password,
    Sender,
    ShareSeconds,
    Uses,
)
from vending.errors import Fault
from vending.shares.share import PERMISSIONS


class ShareRequest(Body):
    """What to share, how, and for how long."""

    target: Target
    kind: Literal["download", "upload"]
    expires_in: ShareSeconds
    max_uses: Uses | None = None
    password: Password | None = Field(default=None, repr=False)
    from_: Sender | None = Field(default=None, alias="from")
    label: Label | None = None
    file_name: FileName | None = None
    max_size: Size | None = None
    content_types: ContentTypes = ()

    @model_validator(mode="after")
    def _members_of_its_kind(self) -> Self:
        uploading = {"maxSize": self.max_size, "contentTypes": self.content_types}
        for member, value in uploading.items():
            if value and self.kind != "upload":
                raise ValueError(f"'{member}' goes with the kind 'upload'")
        if self.file_name and self.kind != "download":
            raise ValueError("'fileName' goes with the kind 'download'")
        return self

    def faults(self) -> Iterator[Fault]:
        """What does not go with the target."""
        if self.kind == "upload" and not self.target.is_prefix:
            detail = "must be a prefix, such as s3://bucket/inbox/*: each file gets its own key"
            yield Fault("/target", detail)
        elif not self.target.is_prefix and self.target.key.endswith("/"):
            detail = "must be a file, or a folder such as s3://bucket/plans/*, with its star"
            yield Fault("/target", detail)
        if self.file_name and self.target.is_prefix:
            yield Fault("/fileName", "goes with a target of one key")

    @property
    def wanted(self) -> Wanted:
        """The target, with what its kind needs."""
        return Wanted(self.target, PERMISSIONS[self.kind], "/target")
