"""A plugin of pytest (`-p tests.support.running.at_once`): stderr hears of each failure when it happens."""

import os

import pytest

# Pytest captures stderr during tests: this is what it was before.
TERMINAL = os.fdopen(os.dup(2), "w", encoding="utf-8")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test that fails, or what prepares it or cleans up after it."""
    _say(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A file that cannot be read."""
    _say(report)


def _say(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.failed:
        # The terminal shows the dots of another run, which end anywhere.
        print(f"\nFAILED {report.nodeid}", file=TERMINAL, flush=True)
