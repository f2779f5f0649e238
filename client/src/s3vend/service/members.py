"""The objects in an answer of the service: what is missing there is no fault of the program."""

import json
from typing import Any

from s3vend.problem import Problem
from s3vend.service.refusals import refusal

CODE = "UnexpectedAnswer"


class Members(dict[str, Any]):
    """The members of an object. ``asked`` is the request, for messages."""

    def __init__(self, members: dict[str, Any], asked: str) -> None:
        super().__init__(members)
        self._asked = asked

    def __missing__(self, name: str) -> Any:
        detail = f"The answer has no member {name}."
        raise refusal(self._asked, Problem(200, CODE, detail, None, ()))


def members_of(body: bytes, asked: str = "") -> Members | None:
    """Return the object in a body of JSON, and the objects in it, as `Members`; else None."""
    try:
        value = json.loads(body, object_hook=lambda members: Members(members, asked))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, Members) else None
