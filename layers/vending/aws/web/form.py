"""Reads what a browser posts: the fields of a form, or JSON of a page's script."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from vending.aws.api.headers import header_values
from vending.errors import InvalidRequest, TooLarge

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
BODY_BYTES = 64 * 1024
FIELDS = 10


def is_script(event: Mapping[str, Any]) -> bool:
    """Whether a script asks, which reads JSON; a ``GET`` is for a page, whatever its headers."""
    method = (event.get("requestContext") or {}).get("httpMethod")
    return bool(method == "POST" and _content_type(event) == JSON)


def read_fields(event: Mapping[str, Any], body: str) -> dict[str, str]:
    """The fields of a form by name.

    Raises:
        TooLarge: more than ``BODY_BYTES``.
        InvalidRequest: it is not a form as browsers post it, or has a field twice.
    """
    if _content_type(event) != FORM:
        raise InvalidRequest(f"The body must be {FORM}, or {JSON}.")
    if len(body) > BODY_BYTES:
        raise TooLarge(f"The body is larger than {BODY_BYTES} bytes.")
    try:
        pairs = parse_qsl(
            body, keep_blank_values=True, strict_parsing=bool(body), errors="strict",
            max_num_fields=FIELDS,
        )  # fmt: skip
    except ValueError:
        raise InvalidRequest("The body is not a form in UTF-8.") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise InvalidRequest("A field is given more than once.")
    return fields


def _content_type(event: Mapping[str, Any]) -> str:
    values = header_values(event, "Content-Type")
    return values[-1].partition(";")[0].strip().lower() if values else ""
