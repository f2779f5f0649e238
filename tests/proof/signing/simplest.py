"""What is left of a request that fails when all is taken away that it fails without."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from itertools import chain

from tests.proof.signing.s3_requests import OPERATIONS, Request

_NAMES = [one.name for one in fields(Request)]


def simplest(request: Request, fails: Callable[[Request], bool]) -> Request:
    """The first step that still fails, then the next, until none does."""
    while found := next((one for one in _simpler(request) if fails(one)), None):
        request = found
    return request


def row(request: Request) -> str:
    """As it is written in `test_presign.py`: without what is as always."""
    plain = Request(request.operation, request.key)
    said = [
        f"{name}={getattr(request, name)!r}"
        for name in _NAMES
        if getattr(request, name) != getattr(plain, name)
    ]
    return f"Request({', '.join([repr(request.operation), repr(request.key), *said])})"


def _simpler(request: Request) -> Iterator[Request]:
    plain = Request(request.operation, request.key, request.members)
    yield from (
        replace(request, **{name: getattr(plain, name)})
        for name in _NAMES
        if getattr(request, name) != getattr(plain, name)
    )
    always = OPERATIONS[request.operation].always
    for one in request.members:
        if one[0] not in always:
            yield replace(request, members=tuple(kept for kept in request.members if kept != one))
    for place, (name, value) in enumerate(request.members):
        for cut in _shorter(value) if isinstance(value, str) else ():
            before, after = request.members[:place], request.members[place + 1 :]
            yield replace(request, members=(*before, (name, cut), *after))
    yield from chain(
        (replace(request, key=cut) for cut in _shorter(request.key)),
        (replace(request, token=cut) for cut in _shorter(request.token)),
    )


def _shorter(text: str) -> Iterator[str]:
    half = len(text) // 2
    for cut in (text[:half], text[half:], text[1:], text[:-1]):
        if "" != cut != text:
            yield cut
