"""The compact form of a request: one method and its members for thousands of keys."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from vending.bodies.fields import KeyPrefix, Listed, between
from vending.decision.wanted import WantedKeys, Wants
from vending.errors import Fault
from vending.grants.keys import wrong_keys
from vending.sigv4.presign import PERMISSION_FOR, Method
from vending.urls.request import Reading, Signed, Uploading

KEYS = 10_000


class Compact(Signed):
    """A request in the compact form: one method and its members, for keys below one prefix."""

    format: Literal["compact"]
    method: Method
    prefix: KeyPrefix
    keys: Annotated[Listed[str], between(1, KEYS)]
    expires_in: int

    def faults(self) -> Iterator[Fault]:
        """Each key that is not valid below the prefix."""
        for position, reason in wrong_keys(self.prefix.key, self.keys):
            yield Fault(f"/keys/{position}", reason)

    @property
    def wanted(self) -> Wants:
        """All keys, checked together."""
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
