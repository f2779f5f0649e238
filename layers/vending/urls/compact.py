"""The compact form of a request: one method and its members for thousands of keys; and parsing."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from vending.bodies import strict_json
from vending.bodies.fields import KeyPrefix, Listed, between
from vending.bodies.parse import BODY_BYTES, check_size, checked, invalid
from vending.decision.wanted import WantedKeys, Wants
from vending.errors import Fault
from vending.grants.keys import wrong_keys
from vending.sigv4.presign import PERMISSION_FOR, Method
from vending.urls.request import Reading, Signed, Uploading, UrlsRequest

KEYS = 10_000
COMPACT_BYTES = 5 * 1024 * 1024


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


def parse_urls(text: str) -> UrlsRequest | Compact:
    """The request for URLs, in the form that the body has.

    Raises:
        TooLarge: more than ``BODY_BYTES``, or in the compact form ``COMPACT_BYTES``.
        InvalidRequest: as in ``parse``.
    """
    check_size(text, COMPACT_BYTES)
    members, json_faults = strict_json.read_strictly(text)
    if not isinstance(members, dict) or "format" not in members:
        check_size(text, BODY_BYTES)
        return checked(UrlsRequest, members, json_faults)
    method = members.get("method")
    if not isinstance(method, str) or method not in COMPACT:
        raise invalid(
            [*json_faults, Fault("/method", "must be GET, HEAD, PUT or DELETE in the compact form")]
        )
    return checked(COMPACT[method], members, json_faults)
