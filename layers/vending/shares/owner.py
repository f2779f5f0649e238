"""The owner of shares: its identity as of its last request, and when that was."""

import json
from collections.abc import Mapping
from copy import replace
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from vending.callers.identity import IamIdentity, Identity, WebIdentity
from vending.callers.principal import Principal
from vending.grants.sharing import Sharing
from vending.ids import short_hash
from vending.table import refuse_damaged_item

KEPT = timedelta(days=100)  # after the last request; longer than any share
OFTEN = 3600.0  # seconds in which one environment notes a caller once

type Members = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Owner:
    """A caller who has shares."""

    identity: Identity
    seen: datetime

    def rests(self, sharing: Sharing, now: datetime) -> bool:
        """Whether the owner was away for longer than the grant allows."""
        return now >= self.seen + timedelta(seconds=sharing.owner_seen)

    @property
    def kept_until(self) -> datetime:
        """When DynamoDB may delete it."""
        return self.seen + KEPT

    def encode(self) -> str:
        """As JSON for the table."""
        members = {"identity": identity_members(self.identity), "seen": self.seen.isoformat()}
        return json.dumps(members, separators=(",", ":"))

    @classmethod
    def decode(cls, document: str) -> Self:
        """The owner in an item; raises ``InternalError`` if ``encode`` did not make it."""
        with refuse_damaged_item():
            members = json.loads(document)
            seen = datetime.fromisoformat(members["seen"]).astimezone(UTC)
            return cls(identity_of(members["identity"]), seen)


def owner_part(identity: Identity) -> str:
    """The part of the table's keys that all shares of one caller have."""
    return short_hash(identity.canonical, 16)


def identity_members(identity: Identity) -> Members:
    """An identity as JSON for the table, without what is of one request alone."""
    if isinstance(identity, IamIdentity):
        return {"iam": identity.principal.arn, "uniqueId": identity.unique_id}
    return {"web": replace(identity, token_hash="").encode()}


def identity_of(members: Members) -> Identity:
    """The identity that ``identity_members`` has written; raises ``ValueError`` or ``KeyError``."""
    if "web" in members:
        return WebIdentity.read(members["web"])
    return IamIdentity(Principal.parse(members["iam"]), members["uniqueId"], None)
