"""What lies on the disk, in the order of S3; and what is left out, with the reason."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import s3vend
from s3vend.files.part_names import new_part_name
from s3vend.transfer.upload.source import source_of
from s3vend.tree.filters import Filter, Filters
from s3vend.tree.found import LocalFile, Skipped
from s3vend.tree.walk import likely_names, walk

NAME = st.text("ab-.0é\U0001f600\uffee", min_size=1, max_size=2).filter(
    lambda name: name not in (".", "..")
)


def make(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)


def files(root: Path, **options: object) -> "list[str]":
    return [one.relative for one in walk(root, **options) if isinstance(one, LocalFile)]  # type: ignore[arg-type]


def skipped(root: Path, **options: object) -> "dict[str, Skipped]":
    found = walk(root, **options)  # type: ignore[arg-type]
    return {one.relative: one for one in found if isinstance(one, Skipped)}


def test_files_come_in_the_order_in_which_s3_lists_their_keys(tmp_path: Path) -> None:
    names = ("a-b", "a.txt", "a/-", "a/b", "a/b.c", "a/c/d", "a0", "é", "\uff5a", "😀")
    make(tmp_path, *reversed(names))
    assert files(tmp_path) == list(names)


@given(names=st.sets(st.lists(NAME, min_size=1, max_size=3).map("/".join), max_size=12))
def test_any_tree_comes_in_the_order_of_utf_8(
    tmp_path_factory: pytest.TempPathFactory, names: "set[str]"
) -> None:
    root = tmp_path_factory.mktemp("tree")
    kept = {one for one in names if not any(other.startswith(f"{one}/") for other in names)}
    make(root, *kept)
    assert files(root) == sorted(kept, key=str.encode) == list(likely_names(root))


def test_a_file_is_described_as_an_upload_sees_it(tmp_path: Path) -> None:
    make(tmp_path, "dir/report.csv")
    [found] = walk(tmp_path)
    assert isinstance(found, LocalFile)
    assert found.path == tmp_path / "dir/report.csv"
    assert (found.relative, found.size) == ("dir/report.csv", 14)
    assert found.mtime_ns == found.path.stat().st_mtime_ns
    assert found.stamp == source_of(found.path).stamp


def test_links_are_said_and_left_out_unless_they_are_followed(tmp_path: Path) -> None:
    make(tmp_path, "root/a", "outside/b")
    root = tmp_path / "root"
    (root / "file").symlink_to(tmp_path / "outside/b")
    (root / "directory").symlink_to(tmp_path / "outside")
    (root / "lost").symlink_to("nowhere")
    (root / "self").symlink_to("self")
    assert files(root) == ["a"]
    assert {name: one.is_fault for name, one in skipped(root).items()} == dict.fromkeys(
        ("file", "directory", "lost", "self"), False
    )
    assert "--follow-symlinks" in skipped(root)["file"].reason
    assert files(root, follow_symlinks=True) == ["a", "directory/b", "file"]
    left = skipped(root, follow_symlinks=True)
    assert left.keys() == {"lost", "self"}
    assert "leads nowhere" in left["lost"].reason
    assert all(one.is_fault for one in left.values())


def test_a_followed_link_is_as_large_as_the_file_it_leads_to(tmp_path: Path) -> None:
    make(tmp_path, "root/a", "outside/long name")
    (tmp_path / "root/link").symlink_to(tmp_path / "outside/long name")
    found = {one.relative: one for one in walk(tmp_path / "root", follow_symlinks=True)}
    link = found["link"]
    assert isinstance(link, LocalFile)
    assert link.stamp == source_of(tmp_path / "outside/long name").stamp


def test_links_that_lead_back_end_there(tmp_path: Path) -> None:
    make(tmp_path, "a/b/c", "d/e")
    (tmp_path / "a/b/up").symlink_to(tmp_path / "a")
    (tmp_path / "a/here").symlink_to(".")
    (tmp_path / "d/across").symlink_to(tmp_path / "a/b")  # not a circle yet
    found = list(islice(walk(tmp_path, follow_symlinks=True), 100))
    left = [one for one in found if isinstance(one, Skipped)]
    assert all("that it is in" in one.reason for one in left)
    assert [one.relative for one in left] == [
        *("a/b/up/", "a/here/", "d/across/up/b/", "d/across/up/here/")
    ]
    assert [one.relative for one in found if isinstance(one, LocalFile)] == [
        *("a/b/c", "d/across/c", "d/e")
    ]


def test_the_root_may_be_a_link(tmp_path: Path) -> None:
    make(tmp_path, "real/a")
    (tmp_path / "link").symlink_to("real")
    assert files(tmp_path / "link") == ["a"]


def test_an_empty_directory_is_said_since_s3_has_none(tmp_path: Path) -> None:
    make(tmp_path, "a/b")
    (tmp_path / "empty/in").mkdir(parents=True)
    [left] = skipped(tmp_path).values()
    assert (left.relative, left.is_fault) == ("empty/in/", False)
    assert (
        left.reason
        == f"{tmp_path}/empty/in is left out: it is an empty directory, and S3 has none."
    )
    assert list(walk(tmp_path / "empty/in")) == []


def test_what_is_no_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        left = skipped(tmp_path)
    assert {name: left[name].reason.rpartition("it is ")[2] for name in left} == {
        "pipe": "a named pipe.",
        "socket": "a socket.",
    }
    assert "a device" in skipped(Path("/dev"))["null"].reason


NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    """As a user to whom permissions apply."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_cannot_be_read_is_said_and_the_rest_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "a", "dir/b", "secret/c", "z")
    (tmp_path / "a").chmod(0)
    (tmp_path / "secret").chmod(0)
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)  # the way there is root's alone
    with as_nobody():
        found = list(walk("."))
    (tmp_path / "secret").chmod(0o700)
    left = {one.relative: one for one in found if isinstance(one, Skipped)}
    assert left.keys() == {"a", "secret/"}
    assert all(one.is_fault and "Permission denied" in one.reason for one in left.values())
    assert [one.relative for one in found if isinstance(one, LocalFile)] == ["dir/b", "z"]


def test_the_mode_says_which_files_an_owner_may_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = {"all": 0o444, "none": 0, "others": 0o044, "owner": 0o400}
    make(tmp_path, *modes, "root")
    for name, mode in modes.items():
        (tmp_path / name).chmod(mode)
        if not os.geteuid():
            os.chown(tmp_path / name, NOBODY, -1)
    (tmp_path / "root").chmod(0o400)
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    with as_nobody():
        found = list(walk("."))
    is_anothers = not os.geteuid()
    expected = ["all", "owner", *([] if is_anothers else ["root"])]
    assert [one.relative for one in found if isinstance(one, LocalFile)] == expected


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (b"not utf-8 \xff", "its name is not UTF-8"),
        (b"a\nb", "control characters"),
        ("\x9b31m".encode(), "control characters"),
        (b"a\\b", "a backslash"),
    ],
)
@pytest.mark.parametrize("is_directory", [False, True])
def test_a_name_that_no_key_has_is_said(
    tmp_path: Path, name: bytes, reason: str, is_directory: bool
) -> None:
    make(tmp_path, "a", "z")
    path = os.path.join(os.fsencode(tmp_path), name)  # noqa: PTH118 - bytes
    if is_directory:
        os.mkdir(path)  # noqa: PTH102 - bytes
        path = os.path.join(path, b"in")  # noqa: PTH118 - bytes
    with open(path, "wb"):  # noqa: PTH123 - bytes
        pass
    [left] = skipped(tmp_path).values()
    assert reason in left.reason
    assert left.is_fault
    assert files(tmp_path) == ["a", "z"]


@pytest.mark.parametrize("name", ["日" * 80, f"{'日' * 77}/filename", f"{'日' * 40}/{'日' * 39}xy"])
def test_a_key_with_more_than_1024_bytes_is_said(tmp_path: Path, name: str) -> None:
    make(tmp_path, name)
    assert files(tmp_path, prefix="p" * 784) == [name]
    [left] = skipped(tmp_path, prefix="p" * 785).values()
    assert "1,025 bytes, and S3 takes 1,024" in left.reason


def test_unfinished_downloads_are_never_copied(tmp_path: Path) -> None:
    make(tmp_path, new_part_name(), "a/b", f"a/{new_part_name()}", ".s3vend-notes")
    assert files(tmp_path) == [".s3vend-notes", "a/b"]
    assert not any(one.is_fault for one in skipped(tmp_path).values())


def test_what_vanishes_meanwhile_is_said(tmp_path: Path) -> None:
    make(tmp_path, "a", "b", "c/d", "e")
    found = walk(tmp_path)
    assert next(found).relative == "a"
    (tmp_path / "b").unlink()
    (tmp_path / "c/d").unlink()
    (tmp_path / "c").rmdir()
    left, directory, last = found
    assert isinstance(left, Skipped)
    assert isinstance(directory, Skipped)
    assert [left.relative, directory.relative, last.relative] == ["b", "c/", "e"]
    assert "vanished" in left.reason
    assert not left.is_fault


def test_what_becomes_something_else_meanwhile_is_said(tmp_path: Path) -> None:
    make(tmp_path, "a", "b", "c/d")
    found = walk(tmp_path)
    next(found)
    (tmp_path / "b").unlink()
    make(tmp_path, "b/in")
    (tmp_path / "c/d").unlink()
    (tmp_path / "c").rmdir()
    make(tmp_path, "c")
    assert ["replaced meanwhile" in one.reason for one in found if isinstance(one, Skipped)] == [
        True,
        True,
    ]


def test_what_the_filters_exclude_is_not_mentioned(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "b.csv", "dir/c.txt", "dir/d.csv")
    (tmp_path / "link.csv").symlink_to("a.txt")
    (tmp_path / "dir/empty").mkdir()
    chosen = Filters((Filter("*", includes=False), Filter("*.txt", includes=True)))
    assert [one.relative for one in walk(tmp_path, filters=chosen)] == ["a.txt", "dir/c.txt"]


def test_a_directory_that_may_have_what_is_asked_for_is_mentioned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "a.txt", "other/b.txt", "secret/c.txt", "cold/d.txt")
    (tmp_path / "link").symlink_to("other")
    for name in ("secret", "cold"):
        (tmp_path / name).chmod(0)
    tmp_path.chmod(0o755)
    words = [("*", False), ("*.txt", True), ("cold/*", False)]
    chosen = Filters(tuple(Filter(*one) for one in words))
    monkeypatch.chdir(tmp_path)  # the way there is root's alone
    with as_nobody():
        found = [one.relative for one in walk(".", filters=chosen)]
    for name in ("secret", "cold"):
        (tmp_path / name).chmod(0o700)
    assert found == ["a.txt", "link", "other/b.txt", "secret/"]


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_root_that_is_no_directory_is_refused_at_once(tmp_path: Path, name: str) -> None:
    make(tmp_path, "file")
    with pytest.raises(s3vend.TransferError, match=f"{name} cannot be read"):
        walk(tmp_path / name)


@pytest.mark.parametrize(
    ("relative", "hidden", "others"),
    [("a", ("a", "a/b"), ("a-b", "a.txt", "ab/c", "b")), ("a/b/", ("a/b/c", "a/b"), ("a/c", "a"))],
)
def test_what_is_left_out_hides_what_may_be_there(
    tmp_path: Path, relative: str, hidden: "tuple[str, ...]", others: "tuple[str, ...]"
) -> None:
    left = Skipped(relative, tmp_path / relative, "", is_fault=True)
    assert [one for one in (*hidden, *others) if left.hides(one)] == list(hidden)


def test_a_deep_and_wide_tree_is_walked_without_recursion(tmp_path: Path) -> None:
    deep = "/".join("d" * 400)
    make(tmp_path, *(f"f{number:04}" for number in range(300)), f"{deep}/x")
    assert files(tmp_path)[:2] == [f"{deep}/x", "f0000"]
    assert len(files(tmp_path)) == 301


def test_likely_names_are_those_of_a_walk_and_of_what_only_a_look_tells(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "b/c.csv", "b/d.txt", "e/f/g.txt")
    (tmp_path / "e/up").symlink_to(tmp_path)
    (tmp_path / "link.txt").symlink_to("a.txt")
    (tmp_path / "lost.txt").symlink_to("nowhere")
    texts = Filters((Filter("*.csv", includes=False),))
    there = ["a.txt", "b/d.txt", "e/f/g.txt"]
    assert list(likely_names(tmp_path, filters=texts)) == [*there, "e/up", "link.txt", "lost.txt"]
    followed = list(likely_names(tmp_path, follow_symlinks=True, filters=texts))
    assert followed == [*there, "link.txt", "lost.txt"]  # and no circle
    assert list(likely_names(tmp_path / "missing")) == []


def test_a_name_that_no_key_has_is_not_likely(tmp_path: Path) -> None:
    make(tmp_path, "a", "b\nc", "d\\e/f", new_part_name(), "long" * 20)
    for name in (b"\xff", b"z\xff/in"):
        path = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name)))  # noqa: PTH118 - bytes
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    assert list(likely_names(tmp_path)) == files(tmp_path) == ["a", "long" * 20]
    assert list(likely_names(tmp_path, prefix="p" * 1000)) == files(tmp_path, prefix="p" * 1000)
