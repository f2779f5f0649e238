"""What is asked of a host."""

from collections.abc import Mapping
from typing import NamedTuple


class Request(NamedTuple):
    """A request whose body is in memory. The URL and the headers may contain secrets."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Request({self.method!r})"
