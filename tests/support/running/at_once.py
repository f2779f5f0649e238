"""A pytest plugin (``-p tests.support.running.at_once``) that names each failure on stderr at once."""

import os

import pytest

TERMINAL = os.dup(2)  # pytest captures stderr during tests; this is the stderr before that


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name a test that fails, or whose fixtures fail."""
    _name_failure(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Name a file that cannot be collected."""
    _name_failure(report)


def _name_failure(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.failed:
        # The terminal shows the dots of another run, which end anywhere.
        os.write(TERMINAL, f"\nFAILED {report.nodeid}\n".encode())
