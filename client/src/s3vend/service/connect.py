"""One s3vend service as one caller sees it: requests out, answers or errors back."""

import json
import os
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from s3vend.errors import Fault, Problem, refusal
from s3vend.http.patience import Patience, retry_after
from s3vend.http.wire import Answer, Wire
from s3vend.identity.settings import Arguments, Door, Settings, TokenOrReader, settings
from s3vend.identity.sources import Identity, identity

CLOCK = 60.0  # seconds that two clocks may differ before it is worth a word
SHOWN = 300  # characters of an answer that is no problem


class Service:
    """Where the service is, and who asks; for many threads. Made by `connect`."""

    def __init__(self, told: Settings, who: Identity, wire: Wire, patience: Patience) -> None:
        self.settings, self.identity, self.wire, self.patience = told, who, wire, patience

    def __repr__(self) -> str:
        return f"<s3vend service {self.settings.url} as {self.identity!r}>"

    def ask(self, route: str, body: Mapping[str, object]) -> dict[str, Any]:
        """The answer to a POST at this identity's door, such as `credentials`.

        Raises:
            ServiceError: the service refused, or failed several times.
            Unreachable: no answer.
            IdentityError: the identity cannot be renewed.
        """
        data = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        return self._asked("POST", route, data)

    def read(self, route: str, **query: str) -> dict[str, Any]:
        """The same for a GET, such as `grants` or `identity`."""
        joined = f"{route}?{urlencode(query)}" if query else route
        return self._asked("GET", joined, b"")

    def end(self, route: str) -> dict[str, Any]:
        """The same for a DELETE, such as of a revocation."""
        return self._asked("DELETE", route, b"")

    def _asked(self, method: str, route: str, data: bytes) -> dict[str, Any]:
        path = route if route.startswith("/") else f"/{self.identity.door}/{route}"
        url = f"{self.settings.url}{path}"

        def once() -> Answer:
            headers = {"Content-Type": "application/json", "Accept": "application/json"}
            headers |= self.identity.authorize(method, url, data)
            return self.wire.send(method, url, headers, data)

        answer = self.patience.ask(once)
        refused = answer.status in (401, 403) and _problem(answer).code == "NotAuthenticated"
        if refused and self.identity.renew():
            answer = self.patience.ask(once)
        asked = f"{method} {path.partition('?')[0]} at {self.settings.url}"
        found = _json_object(answer)
        if answer.status == 200 and found is not None:
            return found
        notes = []
        if answer.status in (401, 403):
            notes = [*self.identity.notes(), *clock_notes(answer, time.time())]
        raise refusal(asked, _problem(answer), notes)


def connect(
    *,
    url: str | None = None,
    profile: str | None = None,
    token: TokenOrReader | None = None,
    token_file: str | os.PathLike[str] | None = None,
    aws_profile: str | None = None,
    audience: str | None = None,
    door: Door | None = None,
    region: str | None = None,
) -> Service:
    """The service that arguments, a profile or the environment name, and an identity there.

    ``token`` may be a function that returns one. ``region`` is the API's, for signatures.

    Raises:
        SettingsError: no address, or what was told contradicts itself.
        IdentityError: nobody to be.
    """
    given = Arguments(url, profile, token, token_file, aws_profile, audience, door, region)
    told = settings(given, os.environ)
    wire = Wire()
    return Service(told, identity(told, os.environ, wire), wire, Patience())


def clock_notes(answer: Answer, now: float) -> list[str]:
    """A line where this machine's clock and the service's differ."""
    try:
        there = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (LookupError, TypeError, ValueError):
        return []
    off = now - there
    if abs(off) < CLOCK:
        return []
    return [f"This machine's clock is {abs(off):.0f} s {'ahead' if off > 0 else 'behind'}: set it."]


def _json_object(answer: Answer) -> dict[str, Any] | None:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _error_type(answer: Answer) -> str:
    """What API Gateway names where it answers by itself."""
    return answer.headers.get("x-amzn-errortype", "").partition(":")[0]


def _problem(answer: Answer) -> Problem:
    said = _json_object(answer) or {}
    text = answer.body[:SHOWN].decode(errors="replace")
    listed = said.get("errors")
    faults = tuple(
        Fault(str(one.get("pointer", "")), str(one.get("detail", "")))
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict)
    )
    return Problem(
        status=answer.status,
        code=str(said.get("code") or _error_type(answer) or "NoProblem"),
        detail=str(said.get("detail") or said.get("message") or said.get("Message") or text),
        request_id=str(said.get("requestId") or answer.headers.get("x-amzn-requestid") or "")
        or None,
        faults=faults,
        retry_after=retry_after(answer),
    )
