"""Names that come from keys: what a file cannot be called, here and on Windows."""

from pathlib import Path

import pytest

import s3vend
from s3vend.transfer.download.names import final_path, key_fault

EVERYWHERE = [
    *("", ".", "..", "..\\evil", "\\\\server\\share", "D:\\evil", "a\\b", "C:\\NUL"),
    *("a\nb", "a\x00b", "\x1b[2Jx", "a\x7f", "a\x9b31m", "tab\t"),
]
ON_WINDOWS = [
    *("CON", "con", "NUL.txt", "nul.tar.gz", "NUL .txt", "AUX ", "Prn.", "COM1", "com0.log"),
    *("COM¹", "LPT³.txt", "LPT9", "CONIN$", "conout$.txt"),
    *("D:", "D:evil", "report.csv:stream", "report.csv::$DATA", "a<b", "a>b", 'a"b', "a|b", "a?"),
    *("a*", "trailing.", "trailing ", "trailing. .", "..."),
]
FINE = ["report.csv", "CONSOLE", "NULL.txt", "COM", "COM10", "COM⁴", ".hidden", "a.b.c", "日本.csv"]


@pytest.mark.parametrize("name", EVERYWHERE)
def test_a_name_that_is_a_path_somewhere_is_refused_everywhere(name: str) -> None:
    assert key_fault(name, windows=False)
    assert key_fault(name, windows=True)


@pytest.mark.parametrize("name", ON_WINDOWS)
def test_a_name_that_is_something_else_on_windows_is_refused_there(name: str) -> None:
    assert key_fault(name, windows=True)
    assert key_fault(name, windows=False) is None


@pytest.mark.parametrize("name", FINE)
def test_any_other_name_is_taken(name: str, tmp_path: Path) -> None:
    for windows in (True, False):
        assert key_fault(name, windows=windows) is None
        path = final_path(f"s3://b/a/{name}", tmp_path, windows=windows)
        assert path == tmp_path / name


@pytest.mark.parametrize("name", [*EVERYWHERE, *ON_WINDOWS])
def test_such_a_key_is_refused_and_can_be_given_another_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(s3vend.SettingsError, match="Name the file") as refused:
        final_path(f"s3://b/a/{name}", tmp_path, windows=True)
    assert str(refused.value).isprintable()
    path = final_path(f"s3://b/a/{name}", tmp_path / "mine.csv", windows=True)
    assert path == tmp_path / "mine.csv"


@pytest.mark.parametrize("name", ["NUL", "COM1.txt", "a:b", "a."])
def test_on_windows_nobody_writes_to_a_device_or_stream(name: str, tmp_path: Path) -> None:
    with pytest.raises(s3vend.SettingsError, match="Choose another name"):
        final_path("s3://b/k", tmp_path / name, windows=True)
    assert final_path("s3://b/k", tmp_path / name, windows=False) == tmp_path / name


def test_only_a_file_or_a_link_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    assert final_path("s3://b/link", tmp_path) == tmp_path / "link"
    (tmp_path / "down/k").mkdir(parents=True)
    with pytest.raises(s3vend.SettingsError, match="k is a directory"):
        final_path("s3://b/k", tmp_path / "down")


def test_no_device_is_replaced(tmp_path: Path) -> None:
    """As root, a file in place of /dev/stdout would be there for every program."""
    for path in (Path("/dev/stdout"), Path("/dev/s3vend-new"), tmp_path / "to/stdout"):
        (tmp_path / "to").symlink_to("/dev") if not (tmp_path / "to").exists() else None
        with pytest.raises(s3vend.SettingsError, match="devices"):
            final_path("s3://b/k", path)
    assert final_path("s3://b/k", Path("/dev/shm/k")) == Path("/dev/shm/k")  # noqa: S108


def test_a_path_that_cannot_be_looked_at_is_refused(tmp_path: Path) -> None:
    with pytest.raises(s3vend.SettingsError, match="too long"):
        final_path("s3://b/k", tmp_path / ("a" * 300))


def test_a_path_that_ends_with_a_slash_is_a_directory(tmp_path: Path) -> None:
    assert final_path("s3://b/k", f"{tmp_path}/") == tmp_path / "k"
    (tmp_path / "file").write_text("x")
    for name in ("none", "file"):
        with pytest.raises(s3vend.SettingsError, match="does not exist"):
            final_path("s3://b/k", f"{tmp_path}/{name}/")
