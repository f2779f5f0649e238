"""Names that come from keys: what a file cannot be called, here and on Windows."""

from pathlib import Path

import pytest

import s3vend
from s3vend.transfer.destination import download_path, upload_target
from tests.client.tree.names import EVERYWHERE, FINE, ON_WINDOWS


@pytest.mark.parametrize("name", FINE)
def test_any_other_name_is_taken(name: str, tmp_path: Path) -> None:
    for windows in (True, False):
        path = download_path(f"s3://b/a/{name}", tmp_path, windows=windows)
        assert path == tmp_path / name


@pytest.mark.parametrize("name", [*EVERYWHERE, *ON_WINDOWS])
def test_such_a_key_is_refused_and_can_be_given_another_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(s3vend.SettingsError, match="Name the file") as refused:
        download_path(f"s3://b/a/{name}", tmp_path, windows=True)
    assert str(refused.value).isprintable()
    path = download_path(f"s3://b/a/{name}", tmp_path / "mine.csv", windows=True)
    assert path == tmp_path / "mine.csv"


@pytest.mark.parametrize("name", ["NUL", "COM1.txt", "a:b", "a."])
def test_on_windows_nobody_writes_to_a_device_or_stream(name: str, tmp_path: Path) -> None:
    with pytest.raises(s3vend.SettingsError, match="Choose another name"):
        download_path("s3://b/k", tmp_path / name, windows=True)
    assert download_path("s3://b/k", tmp_path / name, windows=False) == tmp_path / name


def test_only_a_file_or_a_link_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    assert download_path("s3://b/link", tmp_path) == tmp_path / "link"
    (tmp_path / "down/k").mkdir(parents=True)
    with pytest.raises(s3vend.SettingsError, match="k is a directory"):
        download_path("s3://b/k", tmp_path / "down")


def test_no_device_is_replaced(tmp_path: Path) -> None:
    """As root, a file in place of /dev/stdout would be there for every program."""
    for path in (Path("/dev/stdout"), Path("/dev/s3vend-new"), tmp_path / "to/stdout"):
        (tmp_path / "to").symlink_to("/dev") if not (tmp_path / "to").exists() else None
        with pytest.raises(s3vend.SettingsError, match="devices"):
            download_path("s3://b/k", path)
    assert download_path("s3://b/k", Path("/dev/shm/k")) == Path("/dev/shm/k")  # noqa: S108


def test_a_path_that_cannot_be_looked_at_is_refused(tmp_path: Path) -> None:
    with pytest.raises(s3vend.SettingsError, match="too long"):
        download_path("s3://b/k", tmp_path / ("a" * 300))


@pytest.mark.parametrize("path", ["", "/", "/.", "/new", "/new/", "/new/deep/.", "/new/../new/"])
def test_a_slash_at_the_end_is_a_directory_that_may_be_missing(tmp_path: Path, path: str) -> None:
    path = f"{tmp_path}{path}" if path.endswith(("/", ".")) else f"{tmp_path}{path}/"
    assert download_path("s3://b/in/k", path) == Path(path) / "k"
    assert list(tmp_path.iterdir()) == []  # the download creates it


def test_a_path_without_a_slash_is_a_file_unless_it_is_a_directory(tmp_path: Path) -> None:
    assert download_path("s3://b/in/k", tmp_path) == tmp_path / "k"
    assert download_path("s3://b/in/k", tmp_path / "new") == tmp_path / "new"
    with pytest.raises(s3vend.SettingsError, match="Create it first, or end the path"):
        download_path("s3://b/in/k", tmp_path / "new/k")
    with pytest.raises(s3vend.SettingsError, match="path is empty"):
        download_path("s3://b/in/k", "")


@pytest.mark.parametrize("place", ["file/", "file/deep/", "link/", "link/."])
def test_what_is_no_directory_does_not_become_one(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(s3vend.SettingsError, match="is not a directory, as the slash"):
        download_path("s3://b/k", f"{tmp_path}/{place}")


def test_no_directory_is_created_among_the_devices() -> None:
    with pytest.raises(s3vend.SettingsError, match="devices"):
        download_path("s3://b/k", "/dev/s3vend-new/deep/")


def test_no_directory_gets_a_name_that_is_something_else_on_windows(tmp_path: Path) -> None:
    with pytest.raises(s3vend.SettingsError, match="reserves it"):
        download_path("s3://b/k", f"{tmp_path}/NUL/", windows=True)


@pytest.mark.parametrize(
    ("path", "target", "key"),
    [
        ("in/a.csv", "s3://b/up/", "s3://b/up/a.csv"),
        ("in/a.csv", "s3://b/up", "s3://b/up"),
        ("a.csv", "s3://b/", "s3://b/a.csv"),
        ("a.csv", "s3://b", "s3://b/a.csv"),
        (Path("in/ a "), "s3://b/up/", "s3://b/up/ a "),
    ],
)
def test_below_a_prefix_the_name_of_the_file_ends_the_key(
    path: "str | Path", target: str, key: str
) -> None:
    assert upload_target(path, target) == key


@pytest.mark.parametrize("path", ["", ".", "..", "/", "a\\b", "a\nb"])
def test_a_file_without_a_name_for_a_key_needs_one(path: str) -> None:
    with pytest.raises(s3vend.SettingsError, match="name the key, such as s3://b/up/name"):
        upload_target(path, "s3://b/up/")
    assert upload_target(path, "s3://b/up/mine") == "s3://b/up/mine"


@pytest.mark.parametrize("target", ["report.csv", Path("report.csv"), "bucket/key", ""])
def test_a_target_in_the_place_of_the_file_is_noticed(target: str) -> None:
    with pytest.raises(s3vend.SettingsError, match="is not a target; use s3://bucket/key"):
        s3vend.upload("s3://b/up/", target)
    with pytest.raises(s3vend.SettingsError, match="download takes a target and a file"):
        s3vend.download(target, "s3://b/up/")
