"""Lists that the service returns in pages."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from s3vend.service.connect import Service

PAGE = "1000"


def pages(service: Service, route: str, member: str, **query: str) -> Iterator[dict[str, Any]]:
    """Yield all entries of a list; ``member`` is the member of each answer that has them."""
    for answer in answers(service, route, **query):
        yield from answer[member]


def answers(
    service: Service, route: str, asked: Mapping[str, object] | None = None, /, **query: str
) -> Iterator[dict[str, Any]]:
    """Yield the answer for each page of a list, or of what answers the body ``asked``."""
    query = {"limit": PAGE, **query}
    while True:
        if asked is None:
            answer = service.read(route, **query)
        else:
            answer = service.ask(f"{route}?{urlencode(query)}", asked)
        yield answer
        if not (following := answer.get("nextToken")):
            return
        query["nextToken"] = following
