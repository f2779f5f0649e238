"""Lists that the service returns in pages."""

from collections.abc import Iterator
from typing import Any

from s3vend.service.connect import Service

PAGE = "1000"


def pages(service: Service, route: str, member: str, **query: str) -> Iterator[dict[str, Any]]:
    """Yield all entries of a list; ``member`` is the member of each answer that has them."""
    for answer in answers(service, route, **query):
        yield from answer[member]


def answers(service: Service, route: str, **query: str) -> Iterator[dict[str, Any]]:
    """Yield the answer for each page of a list."""
    while True:
        answer = service.read(route, limit=PAGE, **query)
        yield answer
        if not (following := answer.get("nextToken")):
            return
        query["nextToken"] = following
