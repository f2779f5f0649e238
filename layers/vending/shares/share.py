"""A share as the table has it: its terms, which never change, and how much of it is used."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Self

from vending.callers.identity import Identity
from vending.grants.grant import Permission
from vending.grants.keys import Keys
from vending.shares.owner import identity_members, identity_of
from vending.shares.password import StoredPassword
from vending.table import refuse_damaged_item

KEPT = timedelta(days=30)  # after its end, for its owner to look at

type Kind = Literal["download", "upload"]
PERMISSIONS: dict[Kind, Permission] = {"download": Permission.READ, "upload": Permission.WRITE}


@dataclass(frozen=True, slots=True)
class Used:
    """How much of a share is used, and when it was taken back."""

    uses: int = 0
    bytes: int = 0  # reserved for uploads
    taken: datetime | None = None


UNUSED = Used()


@dataclass(frozen=True, slots=True)
class Share:
    """A link of one owner to some keys, under one grant."""

    id: str
    kind: Kind
    target: Keys
    owner: Identity  # when it was made
    grant: str  # its id
    grantee: str  # the grantee key under which the table has the grant
    created: datetime
    expires: datetime
    max_uses: int | None = None
    password: StoredPassword | None = None
    sender: str | None = None
    label: str | None = None
    file_name: str | None = None
    max_size: int | None = None  # bytes of all uploads together
    content_types: tuple[str, ...] = ()  # of uploads; none: those of the grant
    used: Used = UNUSED

    @property
    def permission(self) -> Permission:
        """What the owner's grant must allow."""
        return PERMISSIONS[self.kind]

    @property
    def left(self) -> int | None:
        """How many uses are left; None: any number."""
        return None if self.max_uses is None else max(0, self.max_uses - self.used.uses)

    @property
    def bytes_left(self) -> int | None:
        """How many bytes may still be reserved; None: any number."""
        return None if self.max_size is None else max(0, self.max_size - self.used.bytes)

    @property
    def kept_until(self) -> datetime:
        """When DynamoDB may delete it."""
        return self.expires + KEPT

    def encode(self) -> str:
        """The terms as JSON for the table."""
        secret = self.password and [self.password.salt.hex(), self.password.hash.hex()]
        members = {
            "kind": self.kind,
            "bucket": self.target.bucket,
            "key": self.target.key,
            "prefix": self.target.is_prefix,
            "owner": identity_members(self.owner),
            "grant": self.grant,
            "grantee": self.grantee,
            "created": self.created.isoformat(),
            "expires": self.expires.isoformat(),
            "maxUses": self.max_uses,
            "password": secret,
            "from": self.sender,
            "label": self.label,
            "fileName": self.file_name,
            "maxSize": self.max_size,
            "contentTypes": self.content_types,
        }
        return json.dumps(members, separators=(",", ":"))

    @classmethod
    def decode(cls, id_: str, document: str, used: Used) -> Self:
        """The share in an item; raises ``InternalError`` if ``encode`` did not make it."""
        with refuse_damaged_item():
            members = json.loads(document)
            if members["kind"] not in PERMISSIONS:
                raise ValueError("not a share of this service")
            secret = members["password"]
            return cls(
                id=id_,
                kind=members["kind"],
                target=Keys(members["bucket"], members["key"], bool(members["prefix"])),
                owner=identity_of(members["owner"]),
                grant=members["grant"],
                grantee=members["grantee"],
                created=_time(members["created"]),
                expires=_time(members["expires"]),
                max_uses=members["maxUses"],
                password=secret and StoredPassword(*map(bytes.fromhex, secret)),
                sender=members["from"],
                label=members["label"],
                file_name=members["fileName"],
                max_size=members["maxSize"],
                content_types=tuple(members["contentTypes"]),
                used=used,
            )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
