"""Parses a request for presigned URLs, in the full or the compact form."""

from vending.bodies import strict_json
from vending.bodies.parse import BODY_BYTES, check_size, checked, invalid
from vending.errors import Fault
from vending.urls.compact import COMPACT, Compact
from vending.urls.request import UrlsRequest

COMPACT_BYTES = 5 * 1024 * 1024


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
