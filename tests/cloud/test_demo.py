"""The demo, as its own process."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from local.cloud.ministack import ROOT

STEPS = set(range(1, 14))


@pytest.mark.invariant(14)
def test_the_demo_shows_every_step_as_expected_and_leaves_nothing_running(
    tmp_path: Path, left_running: Callable[..., list[str]]
) -> None:
    demo = subprocess.run(
        [sys.executable, "-m", "local", "demo"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr
    shown = {int(number) for number in re.findall(r"^\| (\d+) ", demo.stdout, re.MULTILINE)}
    assert shown == STEPS
    assert "\x1b" not in demo.stdout
    assert "Deploying the stack" in demo.stderr
    assert "Deploying the stack" not in demo.stdout
    assert left_running(str(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []
