"""Reads a grant from ``vending.yaml`` or from the table."""

import json
from typing import Annotated, Self

from pydantic import model_validator

from vending.bodies.body import Body
from vending.bodies.content_fields import ContentTypes, Origin, Size
from vending.bodies.described_fields import Description, Owner
from vending.bodies.fields import (
    GrantScope,
    Identifier,
    Listed,
    PermissionName,
    Seconds,
    SourceIp,
    Time,
    VpcEndpoint,
    between,
)
from vending.documents.acknowledgement import Acknowledged
from vending.documents.grantee import GranteeBody, RateLimitBody
from vending.documents.sharing_fields import SeenSeconds, ShareSeconds
from vending.grants.grant import USUAL_HEADERS, Grant, ObjectHeader, Permission, StorageClass
from vending.grants.scope import CLAIM
from vending.grants.sharing import SEEN_BY_CLAIMS, USUAL, Sharing
from vending.table import refuse_damaged_item

REDIRECTS = 10  # origins of one grant


class GrantBody(Body, defer_build=False):
    """A grant, as in ``vending.yaml``."""

    id: Identifier
    owner: Owner | None = None
    description: Description | None = None
    grantee: GranteeBody
    scope: GrantScope
    permission: PermissionName
    max_duration: Seconds | None = None
    expires: Time | None = None
    source_ip: SourceIp | None = None
    vpc_endpoint: VpcEndpoint | None = None
    max_object_size: Size | None = None
    content_types: ContentTypes = ()
    active_content: bool = False
    versions: bool = False
    rate_limit: RateLimitBody | None = None
    object_headers: Annotated[Listed[ObjectHeader], between(0, 5)] = USUAL_HEADERS
    storage_classes: Annotated[Listed[StorageClass], between(1, 8)] = ()
    tagging: bool = False
    redirects: Annotated[Listed[Origin], between(1, REDIRECTS)] = ()
    sharing: bool = False
    max_share: ShareSeconds | None = None
    owner_seen: SeenSeconds | None = None
    acknowledge: Acknowledged = ()

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.source_ip is not None and self.vpc_endpoint is not None:
            raise ValueError(
                "give 'sourceIp' or 'vpcEndpoint', not both: requests through a VPC endpoint have "
                "no public address"
            )
        return self

    @model_validator(mode="after")
    def _members_of_its_permission(self) -> Self:
        only = {
            "maxObjectSize": (self.max_object_size, Permission.WRITE),
            "contentTypes": (self.content_types, Permission.WRITE),
            "activeContent": (self.active_content, Permission.READ),
            "versions": (self.versions, Permission.READ),
            "objectHeaders": ("object_headers" in self.model_fields_set, Permission.WRITE),
            "storageClasses": (self.storage_classes, Permission.WRITE),
            "redirects": (self.redirects, Permission.WRITE),
        }
        for member, (value, needed) in only.items():
            if value and not self.permission.includes(needed):
                raise ValueError(
                    f"'{member}' needs the permission {needed}, which this grant does not give"
                )
        return self

    @model_validator(mode="after")
    def _shared_by_links(self) -> Self:
        if not self.sharing and (self.max_share or self.owner_seen):
            raise ValueError("'maxShare' and 'ownerSeen' need 'sharing: true'")
        if self.sharing and self.vpc_endpoint is not None:
            raise ValueError(
                "'sharing' and 'vpcEndpoint' do not go together: whoever opens a link comes from "
                "anywhere"
            )
        by_claims = self.grantee.claims or self._claims_of_scope
        if by_claims and (self.owner_seen or 0) > SEEN_BY_CLAIMS:
            raise ValueError("'ownerSeen' is at most 30d where the grantee or the scope has claims")
        return self

    @model_validator(mode="after")
    def _name_with_its_kind(self) -> Self:
        """A role and a user can have the same name; neither may reach the other's keys."""
        variables = self.scope.variables
        to_account = isinstance(self.grantee.iam, str)
        if to_account and "caller.name" in variables and "caller.kind" not in variables:
            raise ValueError(
                "in a grant to an account, ${caller.name} also needs ${caller.kind} in the scope: "
                "a role and a user can have the same name"
            )
        return self

    @model_validator(mode="after")
    def _variables_of_its_grantee(self) -> Self:
        of_claims = self._claims_of_scope
        if self.grantee.iam is not None and of_claims:
            raise ValueError("${claim.…} is only filled for a grantee outside AWS")
        if self.grantee.iam is None and len(of_claims) < len(self.scope.variables):
            raise ValueError("${caller.…} is only filled for a grantee in IAM")
        return self

    @property
    def _claims_of_scope(self) -> list[str]:
        return [name for name in self.scope.variables if name.startswith(CLAIM)]

    def grant(self) -> Grant:
        """The grant that this body describes."""
        return Grant(
            id=self.id,
            owner=self.owner,
            description=self.description,
            grantee=self.grantee.grantee(),
            scope=self.scope,
            permission=self.permission,
            max_duration=self.max_duration,
            expires=self.expires,
            source_ip=self.source_ip,
            vpc_endpoint=self.vpc_endpoint,
            max_object_size=self.max_object_size,
            content_types=self.content_types,
            active_content=self.active_content,
            versions=self.versions,
            object_headers=tuple(sorted(set(self.object_headers))),
            storage_classes=tuple(dict.fromkeys(self.storage_classes)),
            tagging=self.tagging,
            redirects=tuple(dict.fromkeys(self.redirects)),
            rate_limit=self.rate_limit.rate_limit() if self.rate_limit else None,
            sharing=Sharing(self.max_share or USUAL, self.owner_seen or USUAL)
            if self.sharing
            else None,
        )

    @classmethod
    def stored_grant(cls, document: str) -> Grant:
        """The grant in a catalogue item; raises ``InternalError`` for a damaged one."""
        with refuse_damaged_item():
            return cls.model_validate(json.loads(document)).grant()

    @classmethod
    def stored_grants(cls, document: str) -> list[Grant]:
        """The grants in a decision item; raises ``InternalError`` for a damaged one."""
        with refuse_damaged_item():
            return [cls.model_validate(one).grant() for one in json.loads(document)]
