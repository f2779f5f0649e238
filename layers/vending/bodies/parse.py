"""From text to a body: every fault named by its JSON pointer."""

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from vending.bodies import strict_json
from vending.bodies.body import Body
from vending.bodies.strict_json import pointer
from vending.errors import Fault, InvalidRequest, TooLarge

BODY_BYTES = 2 * 1024 * 1024

_WORDS = {
    "extra_forbidden": "no such member",
    "missing": "is required",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "tuple_type": "must be a list",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "union_tag_invalid": "is GET, HEAD, PUT, DELETE or POST",
    "union_tag_not_found": "is required",
}


def parse[B: Body](model: type[B], text: str) -> B:
    """The body, or every fault in it.

    Raises:
        TooLarge: over ``BODY_BYTES``.
        InvalidRequest: not JSON, or not this body; ``faults`` point to the members.
    """
    check_size(text, BODY_BYTES)
    members, odd = strict_json.read_strictly(text)
    return checked(model, members, odd)


def checked[B: Body](model: type[B], members: object, odd: Sequence[Fault] = ()) -> B:
    """The body that these members make; ``odd`` are faults that are known already.

    Raises:
        InvalidRequest: there are any faults.
    """
    try:
        # Not model_validate_json: pydantic 2.13 lets a field's own name pass there, unread.
        body = model.model_validate(members)
    except ValidationError as error:
        places = {fault.pointer for fault in odd}
        more = [fault for fault in _faults(error) if fault.pointer not in places]
        raise invalid([*odd, *more]) from None
    if wrong := [*odd, *body.faults()]:
        raise invalid(wrong)
    return body


def check_size(text: str, most: int) -> None:
    """Refuse a body of more than ``most`` bytes; raises ``TooLarge``."""
    if len(text) > most or len(text.encode("utf-8", "replace")) > most:
        raise TooLarge(f"A body has at most {most} bytes.")


def _faults(error: ValidationError) -> Iterator[Fault]:
    for one in error.errors(include_url=False, include_input=False, include_context=False):
        words = _WORDS.get(one["type"], one["msg"].removeprefix("Value error, "))
        yield Fault(pointer(_place(one["loc"], one["type"])), words)


def _place(path: tuple[int | str, ...], kind: str) -> tuple[int | str, ...]:
    """The member's place: pydantic puts the method, which chose the model, into it."""
    if path[:1] == ("requests",) and len(path) > 1:
        path = (*path[:2], *path[3:])
    return (*path, "method") if kind.startswith("union_tag") else path


def invalid(faults: Sequence[Fault]) -> InvalidRequest:
    """What a body with these faults is answered with."""
    count = f"{len(faults)} fault{'s' * (len(faults) > 1)}"
    return InvalidRequest(f"The request has {count}.", faults=faults)
