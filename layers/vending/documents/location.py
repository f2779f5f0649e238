"""Reads a location from ``vending.yaml`` or from the table."""

import json
from typing import Self

from pydantic import model_validator

from vending.bodies.body import Body
from vending.bodies.described_fields import Description, Owner
from vending.bodies.fields import (
    Account,
    BucketScope,
    ExternalId,
    KmsKey,
    Region,
    RoleArn,
    VpcEndpoint,
)
from vending.grants.location import Location
from vending.table import refuse_damaged_item


class LocationBody(Body, defer_build=False):
    """A location, as in ``vending.yaml``."""

    scope: BucketScope
    owner: Owner | None = None
    description: Description | None = None
    region: Region
    account: Account | None = None
    kms_key: KmsKey | None = None
    role: RoleArn | None = None
    external_id: ExternalId | None = None
    vpc_endpoint: VpcEndpoint | None = None

    @model_validator(mode="after")
    def _external_id_of_a_role(self) -> Self:
        if self.external_id and not self.role:
            raise ValueError("'externalId' needs 'role'")
        return self

    @model_validator(mode="after")
    def _key_in_the_region(self) -> Self:
        if self.kms_key and self.kms_key.split(":")[3] != self.region:
            raise ValueError("'kmsKey' must be in the bucket's region")
        return self

    def location(self) -> Location:
        """The location that this body describes."""
        return Location(
            scope=self.scope,
            owner=self.owner,
            description=self.description,
            region=self.region,
            account=self.account,
            kms_key=self.kms_key,
            role=self.role,
            external_id=self.external_id,
            vpc_endpoint=self.vpc_endpoint,
        )

    @classmethod
    def stored_location(cls, document: str) -> Location:
        """The location in either of its items; raises ``InternalError`` for a damaged one."""
        with refuse_damaged_item():
            return cls.model_validate(json.loads(document)).location()
