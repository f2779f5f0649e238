"""The demo, as its own process."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from local.cloud.ministack import ROOT
from tests.support.pictures import at_a_terminal, is_current

STEPS = set(range(1, 14))
COLUMNS = 120


@pytest.mark.invariant(14)
def test_the_demo_shows_every_step_as_expected_and_leaves_nothing_running(
    tmp_path: Path, left_running: Callable[..., list[str]]
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    errors = tmp_path / "errors"
    with errors.open("w") as stderr:
        demo, shown = at_a_terminal(
            [sys.executable, "-m", "local", "demo"],
            ROOT,
            {**os.environ, "TMPDIR": str(temporary)},
            columns=COLUMNS,
            stderr=stderr.fileno(),
        )
    said = errors.read_text()
    assert demo.returncode == 0, shown + said
    assert {int(number) for number in re.findall(r"^(\d+) ", said, re.MULTILINE)} == STEPS
    assert "Deploying the stack" in said
    assert "Deploying the stack" not in shown
    is_current("demo", [("make demo", shown)], COLUMNS)
    assert left_running(str(temporary)) == []
    assert list(temporary.iterdir()) == []
