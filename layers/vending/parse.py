"""From text to a body: JSON read once, every fault named by its JSON pointer."""

import json
from typing import Any

from pydantic import ValidationError

from vending.bodies import Body
from vending.errors import FAULTS, Fault, InvalidRequest, TooLarge

BODY_BYTES = 2 * 1024 * 1024
MEMBERS = 100  # of one JSON object; no body has as many, and each would be a fault to report

_WORDS = {
    "extra_forbidden": "no such member",
    "missing": "is required",
    "model_type": "must be an object",
    "tuple_type": "must be a list",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
}


def parse[B: Body](model: type[B], text: str) -> B:
    """The body, or every fault in it.

    Raises:
        TooLarge: over ``BODY_BYTES``.
        InvalidRequest: not JSON, or not this body; ``faults`` point to the members.
    """
    if len(text.encode("utf-8", "replace")) > BODY_BYTES:
        raise TooLarge(f"A body has at most {BODY_BYTES} bytes.")
    members = read_json(text)
    try:
        # Not model_validate_json: pydantic 2.13 lets a field's own name pass there, unread.
        return model.model_validate(members)
    except ValidationError as error:
        raise _invalid(error) from None


def read_json(text: str) -> Any:
    """JSON (RFC 8259) without duplicate members and without ``NaN``; raises InvalidRequest."""
    try:
        return json.loads(text, object_pairs_hook=_members, parse_constant=_constant)
    except json.JSONDecodeError as error:
        detail = f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise InvalidRequest(detail) from None
    except (RecursionError, ValueError):
        raise InvalidRequest("The body is nested too deeply, or has too long a number.") from None


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(pairs) > MEMBERS:
        raise InvalidRequest(f"An object has {len(pairs)} members; none here has over {MEMBERS}.")
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidRequest(f"The member {twice!r} is there twice.")
    if empty := next((name for name, value in pairs if value is None), None):
        raise InvalidRequest(f"The member {empty!r} is null; leave it out instead.")
    return members


def _constant(name: str) -> object:
    raise InvalidRequest(f"{name} is not JSON.")


def _invalid(error: ValidationError) -> InvalidRequest:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    faults = [
        Fault(
            pointer(one["loc"]),
            _WORDS.get(one["type"], one["msg"].removeprefix("Value error, ")),
        )
        for one in found[:FAULTS]
    ]
    count = f"{len(found)} fault{'s' * (len(found) > 1)}"
    return InvalidRequest(f"The body has {count}.", faults=faults)


def pointer(path: tuple[int | str, ...]) -> str:
    """The JSON pointer (RFC 6901) of a member."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
