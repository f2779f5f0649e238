"""Copies of many files by the command and in Python: the real service, a real S3."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import s3vend
from local.cloud.environments import REGION
from local.cloud.ministack import Cloud
from local.stack.deploy import Stack
from s3vend.service.connect import Service
from tests.cloud.conftest import Apply

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "many-files"
TREE = f"s3://{BUCKET}/tree"
NAMES = ("a.csv", "b/c d.csv", "b/é+%.csv", "b-c.csv", "b/deep/er/e.csv")
LARGE = 17 * 1024 * 1024 + 5  # in parts

type Type = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def token(cloud: Cloud, apply: Apply, s3: "S3Client") -> str:
    """Somebody who may read and write below tree/, times too, and only write below drop/."""
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    grantee = {"issuer": cloud.issuer.url, "subject": "copies"}
    grants: list[dict[str, object]] = [
        {"scope": f"{TREE}/*", "permission": "READWRITE"},
        {"scope": f"s3://{BUCKET}/drop/*", "permission": "WRITE"},
        {"scope": f"s3://{BUCKET}/timed/*", "permission": "READWRITE", "objectHeaders": ["metadata"]},
        {"scope": f"s3://{BUCKET}/small/*", "permission": "READWRITE", "maxObjectSize": 20},
        {"scope": f"s3://{BUCKET}/typed/*", "permission": "WRITE", "contentTypes": ["text/csv"]},
    ]  # fmt: skip
    numbered = [{"id": f"copies-{at}", "grantee": grantee, **one} for at, one in enumerate(grants)]
    locations = [{"scope": f"s3://{BUCKET}/*", "region": REGION}]
    apply({"version": 1, "locations": locations, "grants": numbered})
    return cloud.issuer.token({"sub": "copies"})


@pytest.fixture
def service(stack: Stack, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return s3vend.connect(url=stack.url, token=token)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    for name in NAMES:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}")
        os.utime(path, (1_600_000_000, 1_600_000_000))
    return root


@pytest.fixture
def command(stack: Stack, token: str, tmp_path: Path) -> "list[str]":
    settings = {"S3VEND_URL": stack.url, "S3VEND_TOKEN": token, "PATH": os.defpath}
    settings |= {"HOME": str(tmp_path), "NO_PROXY": "127.0.0.1"}
    words = [f"{name}={value}" for name, value in settings.items()]
    return ["env", "-i", *words, sys.executable, "-m", "s3vend"]


@pytest.fixture
def typed(command: "list[str]") -> Type:
    """`s3vend WORDS` in a process of its own."""

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([*command, *words], capture_output=True, text=True, check=False)  # noqa: S603 - ours

    return run


def contents(root: Path) -> "dict[str, bytes]":
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def keys(s3: "S3Client", prefix: str) -> "list[str]":
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    return [one["Key"].removeprefix(prefix) for one in found]


def test_a_tree_goes_up_and_down_and_again_nothing(
    s3: "S3Client", service: Service, tree: Path, tmp_path: Path
) -> None:
    (tree / "large.bin").write_bytes(os.urandom(LARGE))
    up = s3vend.sync(tree, f"{TREE}/whole/", service=service)
    assert (up.copied, up.failed, up.remarks) == (6, 0, ())
    assert sorted(keys(s3, "tree/whole/")) == sorted(contents(tree))
    assert s3vend.sync(tree, f"{TREE}/whole/", service=service).unchanged == 6
    down = s3vend.sync(f"{TREE}/whole/", tmp_path / "new", service=service)
    assert (down.copied, down.failed) == (6, 0)
    assert contents(tmp_path / "new") == contents(tree)
    assert s3vend.sync(f"{TREE}/whole/", tmp_path / "new", service=service).unchanged == 6
    assert s3vend.sync(f"{TREE}/whole/", tree, checksum=True, service=service).unchanged == 6
    stored = s3.head_object(Bucket=BUCKET, Key="tree/whole/a.csv")
    assert stored["ContentType"] == "text/csv"


def test_deletions_come_last_and_stay_below_the_destination(
    s3: "S3Client", service: Service, tree: Path
) -> None:
    for key in ("tree/less/old.csv", "tree/less/keep.txt", "tree/less-other.csv"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    done = s3vend.sync(tree, f"{TREE}/less/", delete=True, exclude="*.txt", service=service)
    assert (done.copied, done.deleted, done.failed) == (5, 1, 0)
    assert sorted(keys(s3, "tree/less/")) == sorted([*NAMES, "keep.txt"])
    assert keys(s3, "tree/less-other") == [".csv"]


def test_a_prefix_to_write_alone_takes_cp(s3: "S3Client", typed: Type, tree: Path) -> None:
    refused = typed("sync", str(tree), f"s3://{BUCKET}/drop/a/")
    assert refused.returncode == 1
    assert f"s3vend cp -r {tree} s3://{BUCKET}/drop/a/" in refused.stderr
    done = typed("cp", "-r", str(tree), f"s3://{BUCKET}/drop/a/")
    assert (done.returncode, done.stderr) == (0, "s3vend: copied 5 files (101 B)\n")
    assert sorted(keys(s3, "drop/a/")) == sorted(NAMES)


def test_a_grant_that_limits_uploads_is_obeyed_file_by_file(
    s3: "S3Client", service: Service, tree: Path
) -> None:
    done = s3vend.sync(tree, f"s3://{BUCKET}/small/", service=service)
    small = sorted(name for name, data in contents(tree).items() if len(data) <= 20)
    assert sorted(keys(s3, "small/")) == small
    assert (done.copied, done.failed) == (len(small), 5 - len(small))
    assert all("allows at most 20" in one.reason for one in done.results if one.reason)


def test_types_that_a_grant_allows_are_signed(s3: "S3Client", typed: Type, tree: Path) -> None:
    assert typed("cp", "-r", str(tree), f"s3://{BUCKET}/typed/").returncode == 0
    assert sorted(keys(s3, "typed/")) == sorted(NAMES)


def test_times_are_kept_where_the_grant_allows_metadata(
    s3: "S3Client", service: Service, tree: Path, tmp_path: Path
) -> None:
    s3vend.sync(tree, f"s3://{BUCKET}/timed/", service=service)
    stored = s3.head_object(Bucket=BUCKET, Key="timed/a.csv")
    assert stored["Metadata"] == {"mtime": "1600000000.000000000"}
    s3vend.sync(f"s3://{BUCKET}/timed/", tmp_path / "new", service=service)
    assert (tmp_path / "new/a.csv").stat().st_mtime == 1_600_000_000


def test_objects_are_copied_within_s3(
    s3: "S3Client", service: Service, tree: Path, tmp_path: Path
) -> None:
    s3vend.sync(tree, f"{TREE}/one/", service=service)
    s3.put_object(Bucket=BUCKET, Key="tree/two/old.csv", Body=b"x")
    done = s3vend.sync(f"{TREE}/one/", f"{TREE}/two/", delete=True, service=service)
    assert (done.copied, done.deleted, done.failed) == (5, 1, 0)
    assert sorted(keys(s3, "tree/two/")) == sorted(NAMES)
    assert s3vend.sync(f"{TREE}/one/", f"{TREE}/two/", service=service).unchanged == 5


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_copy_that_is_ended_goes_on(
    s3: "S3Client", command: "list[str]", typed: Type, tmp_path: Path, number: int
) -> None:
    source, place = tmp_path / "source", f"{TREE}/ended-{number}/"
    source.mkdir()
    for at in range(400):
        (source / f"{at:03}.csv").write_text(str(at))
    words = ["sync", str(source), place, "--parallel", "2"]
    with subprocess.Popen([*command, *words], stderr=subprocess.PIPE, text=True) as running:  # noqa: S603 - ours
        while running.poll() is None and not keys(s3, f"tree/ended-{number}/"):
            pass
        running.send_signal(number)
        _, err = running.communicate(timeout=60)
    assert running.returncode == (130 if number == signal.SIGINT else -number)
    assert ("run the same command again to resume" in err) == (number == signal.SIGINT)
    there = len(keys(s3, f"tree/ended-{number}/"))
    again = typed(*words)
    assert again.returncode == 0
    assert f"copied {400 - there} files" in again.stderr
    assert len(keys(s3, f"tree/ended-{number}/")) == 400
    down = typed("sync", place, str(tmp_path / "down"))
    assert down.returncode == 0
    assert contents(tmp_path / "down") == contents(source)


def test_what_another_may_not_read_ends_at_once(
    stack: Stack, cloud: Cloud, typed: Type, tmp_path: Path
) -> None:
    del stack, cloud
    ended = typed("cp", "-r", "s3://not-granted/x/", str(tmp_path / "new"))
    assert ended.returncode == 1
    assert "None of your grants allows READ" in ended.stderr
