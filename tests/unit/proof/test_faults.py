"""The faults are met only where every function answers without one."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from tests.faults.environments import Environment, Outcome
from tests.faults.proxy import Fault, Proxy
from tests.faults.rows import ROWS
from tests.faults.run import Issuers, Lane, meet

ROW = next(row for row in ROWS if row.operation == "BatchGetItem" and row.status == 503)
ISSUERS = Issuers("http://127.0.0.1:1", Path("nowhere"))


@dataclass
class Between:
    """A proxy that spoils nothing, and says what it was told to spoil."""

    faults: dict[str, Fault] = field(default_factory=dict)

    def taken(self) -> list[str]:
        return []


@dataclass
class Answering:
    """An environment that answers 503 where there is a fault, and `status` where there is none."""

    status: int
    proxy: Between
    log: list[str]

    def ask(self, event: dict[str, Any]) -> Outcome:
        self.log.append("fault" if self.proxy.faults else "control")
        return Outcome(503 if self.proxy.faults else self.status, 0.0, [])


def lane(log: list[str], status: int = 200) -> Lane:
    environment = Answering(status, Between(), log)
    proxy = cast("Proxy", Between())
    return Lane("credentials", [(7, ROW)], cast("Environment", environment), ISSUERS, proxy)


def test_every_function_is_asked_without_a_fault_before_any_meets_one() -> None:
    log: list[str] = []
    found = meet([lane(log), lane(log), lane(log)])
    assert log == ["control"] * 3 + ["fault"] * 3
    assert {number: one.status for (number, _), one in found.items()} == {7: 503}


@pytest.mark.parametrize("status", [503, 403])
def test_where_one_fails_without_a_fault_none_is_met(status: int) -> None:
    log: list[str] = []
    with pytest.raises(RuntimeError, match="credentials without a fault"):
        meet([lane(log), lane(log, status), lane(log)])
    assert "fault" not in log
