"""What a file cannot be called, here and on Windows."""

import pytest

from s3vend.tree.rules import LINUX, MACOS, WINDOWS, Rules, key_fault, length_fault
from tests.client.tree.names import EVERYWHERE, FINE, ON_WINDOWS


@pytest.mark.parametrize("name", EVERYWHERE)
def test_a_name_that_is_a_path_somewhere_is_refused_everywhere(name: str) -> None:
    assert key_fault(name, windows=False)
    assert key_fault(name, windows=True)


@pytest.mark.parametrize("name", ON_WINDOWS)
def test_a_name_that_is_something_else_on_windows_is_refused_there(name: str) -> None:
    assert key_fault(name, windows=True)
    assert key_fault(name, windows=False) is None


@pytest.mark.parametrize("name", FINE)
def test_any_other_name_is_taken(name: str) -> None:
    for windows in (True, False):
        assert key_fault(name, windows=windows) is None


@pytest.mark.parametrize(
    ("name", "rules", "length"),
    [
        ("a" * 256, LINUX, "256 bytes"),
        ("日" * 86, LINUX, "258 bytes"),
        ("a" * 256, WINDOWS, "256 characters"),
        ("\N{GRINNING FACE}" * 128, MACOS, "256 characters"),  # two of UTF-16 each
    ],
)
def test_a_name_is_as_long_as_the_file_system_counts(name: str, rules: Rules, length: str) -> None:
    assert length_fault(name, rules) == f"it has {length}, and the file system takes 255"
    assert length_fault(name[1:], rules) is None
