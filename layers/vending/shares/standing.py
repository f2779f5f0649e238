"""What one consistent read knows of a share: itself, its owner, its grant, and what ended it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from vending.decision.effects import Known
from vending.denials.denials import Denials
from vending.denials.ended import Ended, ended_parts
from vending.documents.grant import GrantBody
from vending.documents.location import LocationBody
from vending.grants.grant import Grant
from vending.shares.owner import Owner, owner_part
from vending.shares.share import Share
from vending.table import (
    BLOCK,
    HOLDERS,
    Key,
    ended_key,
    grants_key,
    location_key,
    owner_key,
    refuse_damaged_item,
    share_key,
    ticket_key,
)

type Documents = Mapping[Key, str]


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link leads: the id of its share, and the keys of all that judges a use of it."""

    id: str
    owner: str
    grantee: str
    bucket: str
    ended: tuple[str, ...]

    @classmethod
    def of(cls, share: Share) -> Self:
        """The link of a share."""
        parts = ended_parts(share.owner, share.grant)
        return cls(share.id, owner_part(share.owner), share.grantee, share.target.bucket, parts)

    def encode(self) -> str:
        """As JSON for the table."""
        members = [self.id, self.owner, self.grantee, self.bucket, self.ended]
        return json.dumps(members, separators=(",", ":"))

    @classmethod
    def decode(cls, document: str) -> Self:
        """The link in an item; raises ``InternalError`` if ``encode`` did not make it."""
        with refuse_damaged_item():
            id_, owner, grantee, bucket, ended = json.loads(document)
            return cls(str(id_), str(owner), str(grantee), str(bucket), tuple(map(str, ended)))

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys of the one read, at most 10."""
        return (
            *(share_key(self.id), owner_key(self.owner)),
            *(grants_key(self.grantee, self.bucket), location_key(self.bucket)),
            *(BLOCK, HOLDERS),
            *map(ended_key, self.ended),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """A share, and what decides on its uses now."""

    share: Share
    owner: Owner | None  # None: not seen for so long that its item is gone
    known: Known  # the share's grant, if it is still there
    ended: Ended

    @classmethod
    def read(cls, share: Share, documents: Documents) -> Self:
        """The standing of a share; raises ``InternalError`` for a damaged item."""
        link = Link.of(share)
        owner = documents.get(owner_key(link.owner))
        granted = documents.get(grants_key(link.grantee, link.bucket))
        place = documents.get(location_key(link.bucket))
        grants = GrantBody.stored_grants(granted) if granted else []
        return cls(
            share,
            Owner.decode(owner) if owner else None,
            Known(
                tuple(grant for grant in grants if grant.id == share.grant),
                (LocationBody.stored_location(place),) if place else (),
                Denials.read(documents.get(BLOCK), documents.get(HOLDERS)),
            ),
            Ended.read(one for key in map(ended_key, link.ended) if (one := documents.get(key))),
        )

    @property
    def grant(self) -> Grant | None:
        """The grant under which it was made, as it is now."""
        return next(iter(self.known.grants), None)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A proof that somebody entered the password of one share, until a time."""

    share: str
    until: datetime

    def encode(self) -> str:
        """As JSON for the table."""
        return json.dumps([self.share, self.until.isoformat()])

    def admits_to(self, share: Share, now: datetime) -> bool:
        """Whether it is for this share, and not too old."""
        return self.share == share.id and now < self.until

    @classmethod
    def read(cls, hashed: str, documents: Documents) -> Self | None:
        """The ticket with this hash, if there is one."""
        if (document := documents.get(ticket_key(hashed))) is None:
            return None
        with refuse_damaged_item():
            share, until = json.loads(document)
            return cls(str(share), datetime.fromisoformat(until).astimezone(UTC))
