"""A grant: who may do what with which keys, and under which conditions."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from vending.callers.caller import Caller
from vending.described import Described
from vending.grants.grantee import Grantee
from vending.grants.keys import Keys
from vending.grants.rate_limit import RateLimit
from vending.grants.scope import Scope
from vending.grants.sharing import Sharing
from vending.times import iso

SEEN = (
    *("id", "owner", "description", "scope", "permission", "maxDuration", "expires"),
    *("maxObjectSize", "contentTypes", "activeContent", "versions", "rateLimit"),
    *("objectHeaders", "storageClasses", "redirects", "tagging"),
    *("sharing", "maxShare", "ownerSeen"),
)

type ObjectHeader = Literal[
    "cacheControl", "contentDisposition", "contentEncoding", "metadata", "serverSideEncryption"
]
type StorageClass = Literal[
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
    "REDUCED_REDUNDANCY",
]
USUAL_HEADERS: tuple[ObjectHeader, ...] = (
    "contentDisposition",
    "contentEncoding",
    "serverSideEncryption",
)


class Permission(StrEnum):
    """What a grant allows with its keys."""

    READ = "READ"
    WRITE = "WRITE"
    READWRITE = "READWRITE"

    @property
    def parts(self) -> tuple["Permission", ...]:
        """READ and WRITE apart, as far as it has them."""
        both = (Permission.READ, Permission.WRITE)
        return tuple(part for part in both if self.includes(part))

    def includes(self, other: "Permission") -> bool:
        return self in (Permission.READWRITE, other)


@dataclass(frozen=True, slots=True)
class Grant(Described):
    """One entry of ``grants`` in ``vending.yaml``."""

    id: str
    grantee: Grantee
    scope: Scope
    permission: Permission
    max_duration: int | None = None  # seconds; None: as long as STS and the route allow
    expires: datetime | None = None
    source_ip: Literal["caller"] | tuple[str, ...] | None = None  # CIDR blocks
    vpc_endpoint: str | None = None
    max_object_size: int | None = None  # bytes of an uploaded object
    content_types: tuple[str, ...] = ()  # of uploaded objects; empty: any
    active_content: bool = False  # whether answers may have a content type that browsers run
    versions: bool = False  # whether versions other than the current one may be read
    rate_limit: RateLimit | None = None  # for each caller
    object_headers: tuple[ObjectHeader, ...] = USUAL_HEADERS  # that an upload may choose
    storage_classes: tuple[StorageClass, ...] = ()  # that an upload may choose; empty: none
    tagging: bool = False  # whether URLs and forms may set tags, and credentials read them
    redirects: tuple[str, ...] = ()  # origins to which a form may lead after the upload
    sharing: Sharing | None = None  # whether its keys may be shared by links

    @property
    def limits_uploads(self) -> bool:
        """Whether uploads have a limit that signed URLs enforce and credentials cannot."""
        return self.max_object_size is not None or bool(self.content_types)

    @property
    def upload_limits(self) -> dict[str, object]:
        """The limits of uploads, as JSON; empty if there are none."""
        limits = {
            "maxObjectSize": self.max_object_size,
            "contentTypes": list(self.content_types) or None,
        }
        return {name: value for name, value in limits.items() if value is not None}

    @property
    def _own_headers(self) -> list[ObjectHeader] | None:
        """The members that uploads may choose, unless they are the usual ones."""
        usual = set(self.object_headers) == set(USUAL_HEADERS)
        return None if usual else list(self.object_headers)

    def as_json(self) -> dict[str, object]:
        """Return the grant as in ``vending.yaml``, with durations in seconds."""
        ip = self.source_ip
        members = {
            "maxDuration": self.max_duration,
            "expires": iso(self.expires) if self.expires else None,
            "sourceIp": list(ip) if isinstance(ip, tuple) else ip,
            "vpcEndpoint": self.vpc_endpoint,
            **self.upload_limits,
            "activeContent": self.active_content or None,
            "versions": self.versions or None,
            "objectHeaders": self._own_headers,
            "storageClasses": list(self.storage_classes) or None,
            "tagging": self.tagging or None,
            "redirects": list(self.redirects) or None,
            "rateLimit": self.rate_limit and self.rate_limit.as_json(),
            **(self.sharing.as_json() if self.sharing else {}),
        }
        return {
            "id": self.id,
            **self.described,
            "grantee": self.grantee.as_json(),
            "scope": str(self.scope),
            "permission": self.permission.value,
        } | {name: value for name, value in members.items() if value is not None}

    def unnamed(self) -> "Grant":
        """Return what the grant allows and to whom, the same for grants that differ in names."""
        return replace(self.undescribed(), id="")

    def as_seen(self, scope: Keys) -> dict[str, object]:
        """Return what a caller sees of its grant; ``scope`` has the caller's variables filled in.

        The grantee, ``sourceIp`` and ``vpcEndpoint`` are left out.
        """
        members = self.as_json() | {"scope": scope.as_json()}
        return {name: members[name] for name in SEEN if name in members}

    def scope_for(self, caller: Caller, now: datetime) -> Keys | None:
        """Return the keys that this grant opens for ``caller`` at ``now``, or None."""
        if not self.grantee.is_caller(caller.identity) or (self.expires and self.expires <= now):
            return None
        if self.scope.is_fixed:
            return self.scope.unfilled
        try:
            return self.scope.fill(caller.identity.variables)
        except ValueError:
            return None
