"""A row of the client's corpus: what somebody plants or answers, and what has to come of it."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.client.conftest import Serve


class Attack(NamedTuple):
    """``given`` is what ``outcome`` of the row's module makes of it; ``answer`` is its result."""

    attempt: str
    given: Any
    answer: str
    source: str


@dataclass(frozen=True)
class Stage:
    """Where an attempt takes place: nothing is set, the home directory is empty."""

    home: Path
    environment: pytest.MonkeyPatch
    serve: Serve
    output: pytest.CaptureFixture[str]


def token(audience: Any = None, **claims: Any) -> str:
    """A token that nobody has signed, for this audience; without ``aud`` if it is None."""
    named = {} if audience is None else {"aud": audience}
    return ".".join(map(_part, ({"alg": "RS256"}, {"sub": "s", **named, **claims}, "signature")))


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
