"""A row of the client's corpus: what somebody plants or answers, and what has to come of it."""

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
