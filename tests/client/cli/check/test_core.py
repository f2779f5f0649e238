"""Without the core, the command says what to install, and where it runs."""

import sys
from importlib import metadata
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import s3vend
from s3vend.cli.check import core
from s3vend.cli.terminal.refusal import USAGE, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable


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


def released(version: "str | None") -> "Callable[[str], str]":
    """What asks for the release of an installed distribution; None: it is not installed."""

    def found(name: str) -> str:
        if version is None:
            raise PackageNotFoundError(name)
        return version

    return found


@pytest.mark.parametrize("version", [s3vend.__version__, None])
def test_a_core_of_the_same_release_or_beside_the_client_is_used(
    monkeypatch: pytest.MonkeyPatch, version: "str | None"
) -> None:
    face = SimpleNamespace(check_files=dict)
    monkeypatch.setattr(core, "import_module", lambda _: face)
    monkeypatch.setattr(metadata, "version", released(version))
    assert core.core_check() is face.check_files


@pytest.mark.parametrize("version", ["9.9.9", f"{s3vend.__version__}.dev1", ""])
def test_a_core_of_another_release_is_not_used(
    monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setattr(core, "import_module", lambda _: SimpleNamespace(check_files=dict))
    monkeypatch.setattr(metadata, "version", released(version))
    with pytest.raises(Refusal, match="install both of one release") as raised:
        core.core_check()
    assert f"s3vend {s3vend.__version__}, and its core is of the release {version};" in str(
        raised.value
    )
    assert raised.value.code == USAGE


def test_a_fault_of_the_core_itself_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "FACE", "no_such_module_at_all")
    with pytest.raises(ModuleNotFoundError):
        core.core_check()
