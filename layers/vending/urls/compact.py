"""The compact form: what all URLs share is said once, for thousands of keys below one prefix."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from vending.bodies.fields import KeyPrefix, Listed, between
from vending.decision.wanted import WantedKeys, Wants
from vending.errors import Fault
from vending.grants.keys import wrong_keys
from vending.sigv4.presign import Method
from vending.urls.request import PERMISSION_FOR, Reading, Signed, Uploading

KEYS = 10_000


class Compact(Signed):
    """One method and one set of members for all keys."""

    format: Literal["compact"]
    method: Method
    prefix: KeyPrefix
    keys: Annotated[Listed[str], between(1, KEYS)]
    expires_in: int

    def faults(self) -> Iterator[Fault]:
        """The keys that are none, by their place."""
        for position, reason in wrong_keys(self.prefix.key, self.keys):
            yield Fault(f"/keys/{position}", reason)

    @property
    def wanted(self) -> Wants:
        """All keys together."""
        return (WantedKeys(self.prefix, self.keys, PERMISSION_FOR[self.method], "/keys"),)


class CompactReading(Compact, Reading):
    """The compact form for `GET` and `HEAD`."""

    method: Literal["GET", "HEAD"]


class CompactUpload(Compact, Uploading):
    """The compact form for `PUT`."""

    method: Literal["PUT"]


class CompactDeletion(Compact):
    """The compact form for `DELETE`."""

    method: Literal["DELETE"]


COMPACT: Mapping[str, type[Compact]] = {
    "GET": CompactReading,
    "HEAD": CompactReading,
    "PUT": CompactUpload,
    "DELETE": CompactDeletion,
}
