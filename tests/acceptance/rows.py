"""The rows of the acceptance run: rows.yaml, and the function that observes each.

A row of a real stack is a promise (what was expected is observed) or a doubt: something that only
AWS can show, with the page where the doubt stands. docs/acceptance.md is made from both.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final, Literal, NamedTuple

import yaml

from tests.acceptance.scene import Scene

PLACE: Final = Path(__file__).parent
ACTS: Final = sorted(path.stem for path in (PLACE / "acts").glob("*.py"))

type Stage = Literal["first", "second"]  # the stack as it is deployed, and after its update


class Measured(NamedTuple):
    """What was observed, and a measurement that is not compared, such as a time."""

    observed: str
    measured: str


type Observe = Callable[[Scene], str | Measured]

OBSERVERS: Final[dict[str, Observe]] = {}


def shows(name: str) -> Callable[[Observe], Observe]:
    """Mark the function that observes a row; ``name`` is the row's id."""

    def mark(observe: Observe) -> Observe:
        if name in OBSERVERS:
            raise ValueError(f"two functions observe {name}")
        OBSERVERS[name] = observe
        return observe

    return mark


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its ``id``, the number of its step, a sentence, and what is expected.

    ``page`` is for what only AWS can show: the page where the doubt stands. ``by_hand`` says why
    the run does not try it.
    """

    id: str
    step: int
    says: str
    expected: str
    stage: Stage = "first"
    page: str | None = None
    by_hand: str | None = None

    @property
    def title(self) -> str:
        """The row's name in the table."""
        return f"{self.step} {self.says}"

    @property
    def is_for_aws_alone(self) -> bool:
        return self.page is not None


@cache
def rows() -> tuple[Row, ...]:
    """Return all rows in their order. Raises ValueError for an unknown or a missing member."""
    written = yaml.safe_load((PLACE / "rows.yaml").read_text(encoding="utf-8"))
    return tuple(_read(written))


def _read(written: Mapping[str, list[dict[str, str]]]) -> Iterator[Row]:
    for step, members in enumerate(written.values(), 1):
        for one in members:
            try:
                yield Row(step=step, **one)  # type: ignore[arg-type]  # text, as Row says
            except TypeError as error:
                raise ValueError(f"rows.yaml, {one.get('id')}: {error}") from error


def steps() -> tuple[str, ...]:
    """Return the headings of the steps; the first is step 1."""
    return tuple(yaml.safe_load((PLACE / "rows.yaml").read_text(encoding="utf-8")))


def observers() -> Mapping[str, Observe]:
    """Return the function of each row that is observed."""
    for name in ACTS:
        import_module(f"tests.acceptance.acts.{name}")
    return OBSERVERS
