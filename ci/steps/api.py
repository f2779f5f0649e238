"""One request to the API of GitHub or GitLab, with the token that the job was given for it."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.parse import urlsplit

SECONDS = 30.0
_LOOPBACK = ("127.0.0.1", "localhost")


class NoAnswer(Exception):
    """The API refuses, or does not answer; ``status`` is 0 for the latter."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{reason} ({status})" if status else reason)
        self.status = status


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would take the token to another host."""

    def redirect_request(self, *_: object) -> None:
        return None


class Api(NamedTuple):
    """An API and the headers that prove who asks."""

    url: str
    headers: Mapping[str, str]

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Send a request and return the answer's JSON. Raises NoAnswer."""
        parts = urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise NoAnswer(0, "the address of the API must begin with https://")
        request = urllib.request.Request(  # noqa: S310 - looked at above
            f"{self.url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={**self.headers, "Content-Type": "application/json", "User-Agent": "s3vend"},
        )
        try:
            with urllib.request.build_opener(_NoRedirects).open(request, timeout=SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise NoAnswer(error.code, f"{method} {path}: {error.reason}") from None
        except (OSError, ValueError, HTTPException) as error:
            raise NoAnswer(0, f"{method} {path}: {type(error).__name__}") from None
