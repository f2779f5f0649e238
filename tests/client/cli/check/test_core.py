"""Without the core, the command says what to install, and where it runs."""

import sys

import pytest

from s3vend.cli.check import core
from s3vend.cli.terminal.refusal import USAGE, Refusal


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ((3, 10), "check needs Python 3.13 or newer, and this is Python 3.10; install s3vend"),
        ((3, 13), "check needs the service's core: install the directory core/"),
        ((4, 0), "check needs the service's core"),
    ],
)
def test_what_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, version: "tuple[int, int]", said: str
) -> None:
    monkeypatch.setattr(core, "FACE", "s3vend_core.nowhere")
    monkeypatch.setitem(sys.modules, "s3vend_core", None)
    monkeypatch.setattr(sys, "version_info", (*version, 0))
    with pytest.raises(Refusal, match="check needs") as raised:
        core.core_check()
    assert said in str(raised.value)
    assert raised.value.code == USAGE


def test_a_fault_of_the_core_itself_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "FACE", "no_such_module_at_all")
    with pytest.raises(ModuleNotFoundError):
        core.core_check()
