"""`s3vend.sync` between a directory and a bucket."""

import errno
import os
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pytest

import s3vend
from s3vend.service.connect import Service
from s3vend.transfer.many import signing
from tests.client.conftest import Asked, Reply
from tests.client.copying.conftest import OLD, contents, write
from tests.client.shelf import Shelf, etag, listing
from tests.client.shelf import contents as contents_of

NEW = 2_000_000_000  # after `MODIFIED` of the bucket


def puts(shelf: Shelf) -> "list[str]":
    return sorted(one.path.partition("?")[0] for one in shelf.seen if one.method == "PUT")


def test_a_tree_goes_up_and_comes_down_as_it_was(
    shelf: Shelf, service: Service, tree: Path, tmp_path: Path
) -> None:
    up = s3vend.sync(tree, "s3://b/p/", service=service)
    assert (up.copied, up.size, up.failed) == (4, sum(map(len, contents(tree).values())), 0)
    assert sorted(one.name for one in up.results) == sorted(contents(tree))
    assert shelf.keys == ["p/a.csv", "p/b-c.csv", "p/b/c.csv", "p/b/d/e.csv"]
    down = s3vend.sync("s3://b/p/", tmp_path / "new", service=service)
    assert (down.copied, down.unchanged) == (4, 0)
    assert contents(tmp_path / "new") == contents(tree)


@pytest.mark.parametrize("prefix", ["s3://b/p", "s3://b/p/", "s3://b/p/*"])
def test_a_prefix_is_one_with_a_slash_or_without(
    shelf: Shelf, service: Service, tree: Path, prefix: str
) -> None:
    s3vend.sync(tree, prefix, service=service)
    assert "p/a.csv" in shelf.keys


def test_a_whole_bucket_is_a_root_too(shelf: Shelf, service: Service, tree: Path) -> None:
    assert s3vend.sync(tree, "s3://b", service=service).copied == 4
    assert "b/d/e.csv" in shelf.keys
    assert all("format" not in body for body in shelf.signed)  # which has no prefix for it


def test_a_second_run_copies_nothing_either_way(
    service: Service, tree: Path, tmp_path: Path
) -> None:
    s3vend.sync(tree, "s3://b/p/", service=service)
    again = s3vend.sync(tree, "s3://b/p/", service=service)
    assert (again.copied, again.unchanged, again.results) == (0, 4, ())
    s3vend.sync("s3://b/p/", tmp_path / "new", service=service)
    assert s3vend.sync("s3://b/p/", tmp_path / "new", service=service).unchanged == 4


def test_a_file_is_copied_if_it_is_larger_or_newer(
    shelf: Shelf, service: Service, tree: Path
) -> None:
    s3vend.sync(tree, "s3://b/p/", service=service)
    shelf.seen.clear()
    write(tree / "a.csv", "content of A.csv", NEW)  # as long as before
    write(tree / "b/c.csv", "shorter", OLD)
    write(tree / "b-c.csv", "CONTENT of b-c.csv", OLD)  # another content, as old and as long
    assert s3vend.sync(tree, "s3://b/p/", service=service).copied == 2
    assert puts(shelf) == ["/b/p/a.csv", "/b/p/b/c.csv"]


def test_an_object_is_copied_if_sizes_differ_or_the_file_is_newer(
    shelf: Shelf, service: Service, tree: Path
) -> None:
    s3vend.sync(tree, "s3://b/p/", service=service)
    shelf.objects["p/a.csv"] = b"CONTENT OF A.CSV"  # as long: as `aws s3 sync`, it is not copied
    shelf.objects["p/b/c.csv"] = b"much longer than before"
    write(tree / "b-c.csv", "CONTENT of b-c.csv", NEW)
    assert s3vend.sync("s3://b/p/", tree, service=service).copied == 2
    found = contents(tree)
    assert found["a.csv"] == "content of a.csv"
    assert found["b/c.csv"] == "much longer than before"
    assert found["b-c.csv"] == "content of b-c.csv"


def test_a_checksum_finds_what_size_and_time_do_not(
    shelf: Shelf, service: Service, tree: Path
) -> None:
    s3vend.sync(tree, "s3://b/p/", service=service)
    os.utime(tree / "a.csv", (NEW, NEW))  # newer, and still equal
    shelf.objects["p/b/c.csv"] = b"CONTENT OF B/C.CSV"
    done = s3vend.sync("s3://b/p/", tree, checksum=True, service=service)
    assert [one.name for one in done.results] == ["b/c.csv"]
    assert s3vend.sync(tree, "s3://b/p/", checksum=True, service=service).unchanged == 4


def test_what_only_the_destination_has_is_deleted_at_the_end(
    shelf: Shelf, service: Service, tree: Path, tmp_path: Path
) -> None:
    shelf.objects |= {"p/old.csv": b"x", "p/b/old.csv": b"x", "q/other.csv": b"x", "p/dir/": b""}
    kept = s3vend.sync(tree, "s3://b/p/", service=service)
    assert (kept.copied, kept.deleted) == (4, 0)
    done = s3vend.sync(tree, "s3://b/p/", delete=True, service=service)
    assert sorted(one.name for one in done.results) == ["b/old.csv", "old.csv"]
    assert {"p/old.csv", "p/b/old.csv"}.isdisjoint(shelf.keys)
    assert {"q/other.csv", "p/dir/"} <= {*shelf.keys}
    (here := tmp_path / "here").mkdir()
    write(here / "b/old.csv", "x")
    write(here / "keep.me", "x")
    local = s3vend.sync("s3://b/p/", here, delete=True, exclude="keep*", service=service)
    assert (local.copied, local.deleted) == (4, 1)
    assert sorted(contents(here)) == ["a.csv", "b-c.csv", "b/c.csv", "b/d/e.csv", "keep.me"]


def test_nothing_is_deleted_if_something_failed(shelf: Shelf, service: Service, tree: Path) -> None:
    shelf.objects["p/old.csv"] = b"x"

    def failing(asked: Asked, reply: Reply) -> Reply:
        failed: Reply = 400, {}, b"<Error><Code>Broken</Code></Error>"
        return failed if asked.method == "PUT" and "a.csv" in asked.path else reply

    shelf.instead = failing
    remarks: list[str] = []
    done = s3vend.sync(tree, "s3://b/p/", delete=True, remark=remarks.append, service=service)
    assert (done.copied, done.failed, done.deleted) == (3, 1, 0)
    assert "p/old.csv" in shelf.keys
    assert "Nothing is deleted" in remarks[0]
    [result] = [one for one in done.results if one.action == "failed"]
    assert result.name == "a.csv"
    assert "400 Broken" in result.reason


def test_nothing_is_deleted_after_a_list_that_ends_early(
    shelf: Shelf, service: Service, tree: Path, tmp_path: Path
) -> None:
    s3vend.sync(tree, "s3://b/p/", service=service)
    (here := tmp_path / "here").mkdir()
    write(here / "mine.csv", "x")
    shelf.page = 2

    def ending(asked: Asked, reply: Reply) -> Reply:
        refused: Reply = 403, {}, b"<Error><Code>AccessDenied</Code></Error>"
        return refused if "continuation-token" in asked.path else reply

    shelf.instead = ending
    with pytest.raises(s3vend.StorageError):
        s3vend.sync("s3://b/p/", here, delete=True, service=service)
    assert "mine.csv" in contents(here)


def test_nothing_is_deleted_if_a_directory_that_filters_reach_cannot_be_read(
    shelf: Shelf, service: Service, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3vend.sync(tree, "s3://b/p/", service=service)
    shelf.objects["p/old.csv"] = b"x"
    scandir = os.scandir

    def failing(path: str) -> object:
        if path == str(tree / "b"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return scandir(path)

    monkeypatch.setattr("os.scandir", failing)
    done = s3vend.sync(
        tree, "s3://b/p/", delete=True, exclude="*", include="*.csv", service=service
    )
    assert (done.failed, done.deleted) == (1, 0)
    assert {"p/b/c.csv", "p/old.csv"} <= {*shelf.keys}


def test_what_is_left_out_of_the_source_is_not_deleted(
    shelf: Shelf, service: Service, tree: Path
) -> None:
    shelf.objects |= {"p/link.csv": b"x", "p/linked/x.csv": b"x", "p/z.csv": b"x"}
    (tree / "link.csv").symlink_to(tree / "a.csv")
    (tree / "linked").symlink_to(tree / "b")
    done = s3vend.sync(tree, "s3://b/p/", delete=True, service=service)
    assert (done.skipped, done.failed, done.deleted) == (2, 0, 1)
    assert {"p/link.csv", "p/linked/x.csv"} <= {*shelf.keys}
    followed = s3vend.sync(tree, "s3://b/p/", follow_symlinks=True, service=service)
    assert followed.copied == 3
    assert shelf.objects["p/linked/d/e.csv"] == b"content of b/d/e.csv"


def test_what_was_in_a_directory_that_is_empty_now_is_deleted(
    shelf: Shelf, service: Service, tree: Path
) -> None:
    s3vend.sync(tree, "s3://b/p/", service=service)
    (tree / "b/d/e.csv").unlink()
    done = s3vend.sync(tree, "s3://b/p/", delete=True, service=service)
    assert (done.skipped, done.deleted) == (1, 1)
    assert "p/b/d/e.csv" not in shelf.keys


def test_a_dry_run_says_what_a_run_would_do(
    shelf: Shelf, service: Service, tree: Path, tmp_path: Path
) -> None:
    shelf.objects["p/old.csv"] = b"x"
    done = s3vend.sync(tree, "s3://b/p/", delete=True, dry_run=True, service=service)
    assert (done.copied, done.deleted, done.dry_run) == (4, 1, True)
    assert done.results[-1] == s3vend.Result("deleted", "old.csv")
    assert shelf.keys == ["p/old.csv"]
    assert {body["requests"][0]["method"] for body in shelf.signed} == {"LIST"}
    down = s3vend.sync("s3://b/p/", tmp_path / "new", dry_run=True, service=service)
    assert (down.copied, (tmp_path / "new").exists()) == (1, False)


def test_filters_choose_names_on_both_sides(shelf: Shelf, service: Service, tree: Path) -> None:
    done = s3vend.sync(tree, "s3://b/p/", exclude="*", include=["b/*"], service=service)
    assert sorted(one.name for one in done.results) == ["b/c.csv", "b/d/e.csv"]
    assert s3vend.sync("s3://b/p/", tree, exclude="b/d/*", service=service).unchanged == 1


def test_urls_are_signed_a_thousand_at_a_time(
    shelf: Shelf, service: Service, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signing.BATCH == 1000
    monkeypatch.setattr("s3vend.transfer.many.engine.BATCH", 3)
    s3vend.sync(tree, "s3://b/p/", service=service)
    assert [len(body["keys"]) for body in shelf.signed if "keys" in body] == [3, 1]
    assert {body["prefix"] for body in shelf.signed if "keys" in body} == {"s3://b/p/"}


def test_a_file_goes_with_its_type_and_its_md5(shelf: Shelf, service: Service, tree: Path) -> None:
    s3vend.sync(tree, "s3://b/p/", cache_control="max-age=60", service=service)
    put = next(one for one in shelf.seen if one.path.startswith("/b/p/a.csv"))
    assert put.headers["content-type"] == "text/csv"
    assert put.headers["content-md5"] == "XNeAled6/gF9IsVdIWNo9w=="
    [body] = [body for body in shelf.signed if "keys" in body]
    assert body["cacheControl"] == "max-age=60"


def test_an_object_that_is_replaced_meanwhile_is_said(
    shelf: Shelf, service: Service, tmp_path: Path
) -> None:
    shelf.objects["p/a.csv"] = b"one"

    def conditional(asked: Asked, reply: Reply) -> Reply:
        if asked.headers.get("if-match", etag(b"two")) == etag(b"two"):
            return reply
        return 412, {}, b"<Error><Code>PreconditionFailed</Code></Error>"

    shelf.instead = conditional
    done = s3vend.sync("s3://b/p/", tmp_path / "new", service=service)
    [result] = done.results
    assert (result.action, "was replaced after it was listed" in result.reason) == ("failed", True)
    assert contents(tmp_path / "new") == {}


def test_a_file_that_a_link_replaces_after_it_was_found_is_not_read(
    shelf: Shelf, service: Service, tree: Path, tmp_path: Path
) -> None:
    (link := tmp_path / "link").symlink_to(write(tmp_path / "secret", "secret"))

    def replacing(body: "dict[str, object]") -> None:
        if "keys" in body:
            link.replace(tree / "a.csv")
            shelf.refuse = lambda body: None

    shelf.refuse = replacing
    done = s3vend.sync(tree, "s3://b/p/", service=service)
    [failed] = [one for one in done.results if one.action == "failed"]
    assert "was replaced after it was found" in failed.reason
    assert sorted(shelf.keys) == ["p/b-c.csv", "p/b/c.csv", "p/b/d/e.csv"]


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("p/../../out.csv", "it is .."),
        ("p//etc/passwd", "it is empty"),
        ("p/a\\b", "backslash"),
        ("p/" + "x" * 300, "300 bytes"),
    ],
)
def test_a_key_never_leads_out_of_the_directory(
    shelf: Shelf, service: Service, tmp_path: Path, key: str, reason: str
) -> None:
    shelf.objects |= {key: b"evil", "p/good.csv": b"good"}
    done = s3vend.sync("s3://b/p/", tmp_path / "deep/new", service=service)
    assert (done.copied, done.failed) == (1, 1)
    assert contents(tmp_path / "deep") == {"new/good.csv": "good"}
    [failed] = [one for one in done.results if one.action == "failed"]
    assert reason in failed.reason


def test_a_link_in_place_of_a_directory_is_not_followed(
    shelf: Shelf, service: Service, tmp_path: Path
) -> None:
    shelf.objects |= {"p/d/a.csv": b"evil", "p/good.csv": b"good"}
    (tmp_path / "new").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "new/d").symlink_to(tmp_path / "elsewhere")
    done = s3vend.sync("s3://b/p/", tmp_path / "new", service=service)
    assert (done.copied, done.failed) == (1, 1)
    assert contents(tmp_path / "elsewhere") == {}


def test_an_archived_object_is_said_and_left(
    shelf: Shelf, service: Service, tmp_path: Path
) -> None:
    shelf.objects |= {"p/cold.csv": b"x", "p/warm.csv": b"x"}
    shelf.classes["p/cold.csv"] = "GLACIER"
    done = s3vend.sync("s3://b/p/", tmp_path / "new", service=service)
    assert (done.copied, done.failed) == (1, 1)
    assert "is archived (GLACIER)" in done.results[0].reason


def test_a_downloaded_file_is_as_old_as_its_object(
    shelf: Shelf, service: Service, tmp_path: Path
) -> None:
    shelf.objects |= {"p/a.csv": b"x", "p/b.csv": b"x", "p/c.csv": b"x"}
    kept = {"b.csv": "1600000000.5", "c.csv": "9999999999"}  # c's cannot be true

    def with_times(asked: Asked, reply: Reply) -> Reply:
        status, headers, body = reply
        name = asked.path.partition("?")[0].rpartition("/")[2]
        more = {"x-amz-meta-mtime": kept[name]} if name in kept else {}
        return status, {**headers, **more}, body

    shelf.instead = with_times
    s3vend.sync("s3://b/p/", tmp_path / "new", service=service)
    times = {path.name: path.stat().st_mtime for path in (tmp_path / "new").iterdir()}
    assert times == {"a.csv": 1_795_861_230.0, "b.csv": 1_600_000_000.5, "c.csv": 1_795_861_230.0}
    assert s3vend.sync("s3://b/p/", tmp_path / "new", service=service).unchanged == 3


def test_a_time_is_kept_where_the_grant_lets_uploads_choose_metadata(
    shelf: Shelf, service: Service, tree: Path
) -> None:
    shelf.grants = [
        {"permission": "READ", "scope": "s3://b/*"},
        {"permission": "WRITE", "scope": "s3://b/p/*", "objectHeaders": ["metadata"]},
    ]
    s3vend.sync(tree, "s3://b/p/", service=service)
    [body] = [body for body in shelf.signed if body["requests"][0]["method"] == "PUT"]
    assert body["requests"][0] == {
        "method": "PUT",
        "target": "s3://b/p/a.csv",
        "contentLength": 16,
        "contentType": "text/csv",
        "metadata": {"mtime": f"{OLD}.000000000"},
    }
    shelf.grants.append({"permission": "READWRITE", "scope": "s3://b/p/*"})
    shelf.signed.clear()
    shelf.objects.clear()
    s3vend.sync(tree, "s3://b/p/", service=service)
    assert any("keys" in body for body in shelf.signed)


def test_an_object_that_reads_like_an_error_of_s3_is_downloaded(
    shelf: Shelf, service: Service, tmp_path: Path
) -> None:
    text = "<Error><Code>SlowDown</Code></Error>"
    shelf.objects["p/a.xml"] = text.encode()
    assert s3vend.sync("s3://b/p/", tmp_path / "here", service=service).copied == 1
    assert contents(tmp_path / "here") == {"a.xml": text}


def test_damaged_bytes_are_not_kept(shelf: Shelf, service: Service, tmp_path: Path) -> None:
    shelf.objects["p/a.csv"] = b"right"
    shelf.instead = lambda asked, reply: (
        (*reply[:2], b"wrong") if asked.path.startswith("/b/p/a") else reply
    )
    done = s3vend.sync("s3://b/p/", tmp_path / "new", service=service)
    assert "do not have the MD5" in done.results[0].reason
    assert list((tmp_path / "new").iterdir()) == []


def test_a_prefix_that_may_only_be_written_is_named_with_the_way_out(
    shelf: Shelf, service: Service, tree: Path
) -> None:
    def only_writing(body: "dict[str, object]") -> "Reply | None":
        denied = {"code": "AccessDenied", "detail": "None of your grants allows READ."}
        return (403, {}, denied) if "requests" in body else None

    shelf.refuse = only_writing
    with pytest.raises(s3vend.AccessDenied) as refused:
        s3vend.sync(tree, "s3://b/p/", service=service)
    assert f"s3vend cp -r {tree} s3://b/p/" in str(refused.value)
    assert shelf.keys == []


@pytest.mark.parametrize("status", [403, 401])
def test_a_refusal_of_the_whole_ends_at_once(
    shelf: Shelf, service: Service, tree: Path, status: int
) -> None:
    def refusing(body: "dict[str, object]") -> "Reply | None":
        codes = {403: "AccessDenied", 401: "NotAuthenticated"}
        return (status, {}, {"code": codes[status], "detail": "no"}) if "keys" in body else None

    shelf.refuse = refusing
    with pytest.raises((s3vend.AccessDenied, s3vend.NotAuthenticated)):
        s3vend.sync(tree, "s3://b/p/", service=service)


def test_names_that_arrive_out_of_order_are_compared_in_memory(
    shelf: Shelf, service: Service, tree: Path
) -> None:
    """As on SeaweedFS, which lists `b/c` before `b-c`."""
    s3vend.sync(tree, "s3://b/p/", service=service)
    shelf.objects["p/b/old.csv"] = b"x"

    def by_folders(asked: Asked, reply: Reply) -> Reply:
        if "list-type" not in asked.path:
            return reply
        query = parse_qs(urlsplit(asked.path).query)
        at = int(b64decode(query.get("continuation-token", ["MA=="])[0]))
        keys = sorted(shelf.objects, key=lambda key: key.replace("/", " "))
        token = b64encode(str(at + 1).encode()).decode()
        token = f"<NextContinuationToken>{token}</NextContinuationToken>"
        data, more = shelf.objects[keys[at]], at + 1 < len(keys)
        node = contents_of(keys[at], len(data), tag=escape(etag(data)))
        return 200, {}, listing(node, is_truncated=more, more=token if more else "")

    shelf.instead = by_folders
    remarks: list[str] = []
    done = s3vend.sync(tree, "s3://b/p/", delete=True, remark=remarks.append, service=service)
    assert (done.deleted, done.unchanged) == (1, 4)
    assert shelf.keys == ["p/a.csv", "p/b-c.csv", "p/b/c.csv", "p/b/d/e.csv"]
    assert "order of S3" in remarks[0]


@pytest.mark.parametrize(
    ("source", "destination"),
    [("s3://b/p/", "s3://b/p/"), ("s3://b/p/", "s3://b/p/q"), ("s3://b/p/q", "s3://b"), ("s3://b", "s3://b/p/")],
)  # fmt: skip
def test_prefixes_that_overlap_are_refused(
    source: str, destination: str, shelf: Shelf, service: Service
) -> None:
    with pytest.raises(s3vend.SettingsError, match="overlap"):
        s3vend.sync(source, destination, service=service)
    assert (shelf.signed, shelf.seen) == ([], [])


def test_both_sides_here_are_refused(service: Service, tree: Path, tmp_path: Path) -> None:
    with pytest.raises(s3vend.SettingsError, match="both here"):
        s3vend.sync(tree, tmp_path / "new", service=service)


@pytest.mark.parametrize(("name", "near"), [("dryrun", "dry_run"), ("excludes", "exclude")])
def test_a_misspelt_argument_names_the_nearest_one(
    name: str, near: str, service: Service, tree: Path
) -> None:
    given: dict[str, Any] = {name: True}
    with pytest.raises(s3vend.SettingsError, match=f"did you mean {near}"):
        s3vend.sync(tree, "s3://b/p/", service=service, **given)


def test_a_pattern_does_not_go_with_delete(service: Service, tmp_path: Path) -> None:
    with pytest.raises(s3vend.SettingsError, match="pattern"):
        s3vend.sync("s3://b/p/*.csv", tmp_path, delete=True, service=service)


def test_progress_ends_with_everything(service: Service, tree: Path) -> None:
    seen: list[s3vend.Total] = []
    s3vend.sync(tree, "s3://b/p/", progress=seen.append, service=service)
    size = sum(map(len, contents(tree).values()))
    assert seen[-1] == s3vend.Total(4, 4, size, size, is_planned=True)


def test_results_are_passed_on_in_place_of_being_kept(service: Service, tree: Path) -> None:
    seen: list[s3vend.Result] = []
    done = s3vend.sync(tree, "s3://b/p/", on_result=seen.append, service=service)
    assert (done.copied, done.results, len(seen)) == (4, (), 4)
