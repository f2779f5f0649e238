"""Parses text into a body, or names every fault in it by its JSON pointer."""

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from vending.bodies import strict_json
from vending.bodies.body import Body
from vending.bodies.strict_json import pointer
from vending.errors import FAULTS, Fault, InvalidRequest, TooLarge

BODY_BYTES = 2 * 1024 * 1024

_UNKNOWN = "extra_forbidden"
_WORDS = {  # by pydantic's type of the error, with members of its context
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    _UNKNOWN: "unknown member",
    "missing": "is required",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "tuple_type": "must be a list",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "union_tag_invalid": "must be GET, HEAD, LIST, PUT, DELETE or POST",
    "union_tag_not_found": "is required",
}


def parse[B: Body](model: type[B], text: str, most: int = BODY_BYTES) -> B:
    """Parse JSON text into a body.

    Raises:
        TooLarge: the text has more than ``most`` bytes.
        InvalidRequest: it is not JSON, or not this body; ``faults`` name the members.
    """
    check_size(text, most)
    members, json_faults = strict_json.read_strictly(text)
    return checked(model, members, json_faults)


def checked[B: Body](model: type[B], members: object, json_faults: Sequence[Fault] = ()) -> B:
    """Check members that are already read; ``json_faults`` were found when they were.

    Raises:
        InvalidRequest: there is any fault; ``faults`` name the members.
    """
    try:
        # Not model_validate_json: there, pydantic 2.13 accepts snake_case names and ignores them.
        body = model.model_validate(members)
    except ValidationError as error:
        pointers = {fault.pointer for fault in json_faults}
        more = [fault for fault in _faults(error, model) if fault.pointer not in pointers]
        raise invalid([*json_faults, *more]) from None
    if faults := [*json_faults, *body.faults()]:
        raise invalid(faults)
    return body


def check_size(text: str, most: int) -> None:
    """Refuse a body of more than ``most`` bytes; raises ``TooLarge``."""
    if len(text) > most or len(text.encode("utf-8", "replace")) > most:
        raise TooLarge(f"The body is larger than {most} bytes.")


def _faults(error: ValidationError, model: type[Body]) -> Iterator[Fault]:
    for place, found in enumerate(error.errors(include_url=False, include_input=False)):
        if template := _WORDS.get(found["type"]):
            words = template.format_map(found.get("ctx", {}))
        else:
            words = found["msg"].removeprefix("Value error, ")
        if found["type"] == _UNKNOWN and place < FAULTS:  # more are not listed, and looking is slow
            words += _meant(model, found["loc"])
        yield Fault(pointer(_path(found["loc"], found["type"])), words)


def _meant(model: type[Body], path: tuple[int | str, ...]) -> str:
    from vending.bodies.nearest import nearest_member  # noqa: PLC0415 - few requests need it

    nearest = nearest_member(model, path)
    return f"; did you mean {nearest!r}?" if nearest else ""


def _path(path: tuple[int | str, ...], kind: str) -> tuple[int | str, ...]:
    # In a union, pydantic adds to the path what chose the model: a method, or the form of a target.
    if path[:1] in (("requests",), ("targets",)) and len(path) > 1:
        path = (*path[:2], *path[3:])
    return (*path, "method") if kind.startswith("union_tag") else path


def invalid(faults: Sequence[Fault]) -> InvalidRequest:
    """Return the error for a body with these faults."""
    count = f"{len(faults)} fault{'s' * (len(faults) > 1)}"
    return InvalidRequest(f"The request has {count}.", faults=faults)
