"""One service and one caller: requests to the service, and an error for each answer but 200."""

import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from s3vend.errors import SettingsError
from s3vend.http.limits import limits
from s3vend.http.patience import Patience, retry_after
from s3vend.http.wire import Answer, Wire
from s3vend.identity.search import search
from s3vend.identity.settings import Arguments, Door, Settings, TokenOrReader, settings
from s3vend.identity.sources import Identity
from s3vend.printable import without_secrets
from s3vend.problem import Fault, Problem
from s3vend.service.elsewhere import error_type, excerpt, not_of_the_service
from s3vend.service.members import members_of
from s3vend.service.refusals import refusal

CLOCK = 60.0  # seconds that the clocks may differ before an error mentions it


class Service:
    """A service and the caller's identity. Thread-safe. `connect` makes it."""

    def __init__(
        self,
        settings: Settings,
        identity: Identity,
        wire: Wire,
        patience: Patience,
        notes: Sequence[str] = (),
    ) -> None:
        self.settings, self.identity, self.wire, self.patience = settings, identity, wire, patience
        self._notes = notes  # how the identity was found, for the message of a refusal
        self._renewing, self._renewals = threading.Lock(), 0

    def __repr__(self) -> str:
        return f"<s3vend service {self.settings.url} as {self.identity!r}>"

    def ask(self, route: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Send a POST and return the answer. ``route`` is such as `credentials`.

        A route without a leading slash is at the door of the identity.

        Raises:
            ServiceError: the service refused the request, or still failed after several tries.
            Unreachable: no answer.
            IdentityError: the identity cannot be renewed.
            SettingsError: the body has a text that is not valid UTF-8, or what JSON does not have.
        """
        try:
            data = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        except UnicodeEncodeError:
            raise SettingsError(
                "The target, or another text of the request, is not valid UTF-8, so it cannot be "
                "part of a key. Name a key that is."
            ) from None
        except (TypeError, ValueError) as error:
            raise SettingsError(
                f"The request cannot be sent as JSON: {error}. Use texts, whole numbers, lists and "
                "mappings of texts."
            ) from None
        return self._request("POST", route, data)

    def read(self, route: str, **query: str) -> dict[str, Any]:
        """Send a GET and return the answer, as `ask` does; such as `grants` or `identity`."""
        full = f"{route}?{urlencode(query)}" if query else route
        return self._request("GET", full, b"")

    def put(self, route: str, body: str) -> dict[str, Any]:
        """Send a PUT with this JSON and return the answer, as `ask` does."""
        return self._request("PUT", route, body.encode())

    def end(self, route: str) -> dict[str, Any]:
        """Send a DELETE and return the answer, as `ask` does; such as to lift a revocation."""
        return self._request("DELETE", route, b"")

    def _request(self, method: str, route: str, data: bytes) -> dict[str, Any]:
        path = route if route.startswith("/") else f"/{self.identity.door}/{route}"
        url = f"{self.settings.url}{path}"

        def send() -> Answer:
            headers = {"Content-Type": "application/json", "Accept": "application/json"}
            headers |= self.identity.authorize(method, url, data)
            return self.wire.send(method, url, headers, data)

        before = self._renewals
        answer = self.patience.retry(send)
        refused = answer.status in (401, 403) and _problem(answer).code == "NotAuthenticated"
        if refused and self._has_renewed(before):
            answer = self.patience.retry(send)
        asked = f"{method} {path.partition('?')[0]} at {self.settings.url}"
        members = members_of(answer.body, asked)
        if answer.status == 200 and members is not None:
            return members
        if (elsewhere := not_of_the_service(answer)) is not None:
            raise refusal(asked, elsewhere)
        notes = []
        if answer.status in (401, 403):
            notes = [*self.identity.notes(), *clock_notes(answer, time.time()), *self._notes]
        raise refusal(asked, _problem(answer), notes)

    def _has_renewed(self, before: int) -> bool:
        """Whether the identity has changed since it was renewed ``before`` times, or does now.

        Of threads that are refused with the same token, the first one reads the new token.
        """
        with self._renewing:
            if self._renewals == before and self.identity.renew():
                self._renewals += 1
            return self._renewals > before


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
    retries: int | None = None,
    timeout: float | str | None = None,
) -> Service:
    """Connect to the service that arguments, a profile or the environment name.

    ``token`` is a token, or a function that returns one. ``region`` is the region of the
    service's API, for Signature Version 4. ``retries`` is how often a request is sent again after
    a temporary error, 4 by default. ``timeout`` (seconds, or a text such as "2m") is how long to
    wait for a connection, and then for each part of an answer; 5 and 60 seconds by default.

    Raises:
        SettingsError: no address, or settings that contradict each other.
        IdentityError: no identity found.
    """
    arguments = Arguments(url, profile, token, token_file, aws_profile, audience, door, region)
    chosen = settings(arguments, os.environ)
    limited = limits(retries, timeout, os.environ)
    wire = limited.wire()
    found = search(chosen, os.environ, wire)
    return Service(chosen, found.identity, wire, limited.patience(), found.notes())


def clock_notes(answer: Answer, now: float) -> list[str]:
    """Return a line for an error's message if the clock differs from the answer's `Date`."""
    try:
        service_time = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (LookupError, TypeError, ValueError):
        return []
    ahead = now - service_time
    if abs(ahead) < CLOCK:
        return []
    direction = "ahead" if ahead > 0 else "behind"
    return [f"This machine's clock is {abs(ahead):.0f} s {direction}. Set the clock."]


def _problem(answer: Answer) -> Problem:
    members: dict[str, Any] = members_of(answer.body) or {}
    detail = members.get("detail") or members.get("message") or members.get("Message")
    errors = members.get("errors")
    faults = tuple(
        Fault(str(error.get("pointer", "")), without_secrets(str(error.get("detail", ""))))
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, dict)
    )
    return Problem(
        status=answer.status,
        code=str(members.get("code") or error_type(answer) or "NoProblem"),
        detail=without_secrets(str(detail)) if detail else excerpt(answer),
        request_id=str(members.get("requestId") or answer.headers.get("x-amz-apigw-id") or "")
        or None,
        faults=faults,
        retry_after=retry_after(answer),
    )
