"""Copies within S3 by the Python client: the real service lends a session, a real S3 copies."""

import os
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
from local.stack.seed import BUCKET
from s3vend.service.connect import Service
from s3vend.within.copy import copy_object, copy_within
from s3vend.within.original import Copied
from s3vend.within.session import CopySession
from tests.cloud.conftest import Apply

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MIB = 1024**2
OTHER = "copies-of-hogehoge"
type Command = Callable[..., tuple[int, str]]

HERE, THERE = f"s3://{BUCKET}/originals", f"s3://{OTHER}/copies"


@pytest.fixture(scope="module")
def token(cloud: Cloud, apply: Apply, s3: "S3Client") -> str:
    """Somebody who may read below originals/ of one bucket, and write below copies/ of another."""
    s3.create_bucket(Bucket=OTHER, CreateBucketConfiguration={"LocationConstraint": REGION})
    grantee = {"issuer": cloud.issuer.url, "subject": "copier"}
    scopes = {"reads": (f"{HERE}/*", "READ"), "writes": (f"{THERE}/*", "READWRITE")}
    scopes["limited"] = (f"s3://{BUCKET}/limited/*", "WRITE")
    grants: list[dict[str, object]] = [
        {"id": f"copier-{name}", "grantee": grantee, "scope": scope, "permission": permission}
        for name, (scope, permission) in scopes.items()
    ]
    grants[-1]["maxObjectSize"] = 1000
    tagging = {"scope": f"{HERE}/tagging/*", "permission": "READ", "tagging": True}
    grants.append({"id": "copier-reads-tags", "grantee": grantee, **tagging})
    locations = [{"scope": f"s3://{OTHER}/*", "region": REGION}]
    apply({"version": 1, "locations": locations, "grants": grants})
    return cloud.issuer.token({"sub": "copier"})


@pytest.fixture
def service(stack: Stack, token: str) -> Service:
    return s3vend.connect(url=stack.url, token=token)


@pytest.mark.parametrize("name", ["report.csv", "ä ö+%2F&=#;,@:!'().txt", "😀/x"])
def test_an_object_is_copied_to_another_bucket_with_what_s3_keeps(
    service: Service, s3: "S3Client", name: str
) -> None:
    s3.put_object(
        Bucket=BUCKET,
        Key=f"originals/{name}",
        Body=b"content",
        ContentType="text/csv",
        Metadata={"mtime": "1.5"},
    )
    copied = copy_within(f"{HERE}/{name}", f"{THERE}/{name}", service=service)
    got = s3.get_object(Bucket=OTHER, Key=f"copies/{name}")
    assert got["Body"].read() == b"content"
    assert (got["ContentType"], got["Metadata"]) == ("text/csv", {"mtime": "1.5"})
    assert (copied.size, copied.etag) == (7, got["ETag"])


@pytest.mark.parametrize("tags", ["", "class=secret"])
def test_a_large_object_is_copied_in_parts_if_it_has_no_tags(
    service: Service, s3: "S3Client", monkeypatch: pytest.MonkeyPatch, tags: str
) -> None:
    monkeypatch.setattr("s3vend.within.parts.SIZE", 5 * MIB)
    content, name = os.urandom(11 * MIB + 1), f"tagging/{tags or 'none'}"
    kept = {"Key": f"originals/{name}", "CacheControl": "no-store", "Tagging": tags}
    sent = s3.put_object(Bucket=BUCKET, Body=content, **kept)  # type: ignore[arg-type]
    original = Copied("", f"{HERE}/{name}", len(content), sent["ETag"])
    session = CopySession(f"{HERE}/tagging/*", f"{THERE}/*", service)
    if tags:
        with pytest.raises(s3vend.TransferError, match="has a tag"):
            copy_object(original, f"{THERE}/{name}", session, largest=MIB)
        return
    copied = copy_object(original, f"{THERE}/{name}", session, largest=MIB)
    got = s3.get_object(Bucket=OTHER, Key=f"copies/{name}")
    assert got["Body"].read() == content
    assert (got["ETag"], got["CacheControl"]) == (copied.etag, "no-store")
    assert copied.etag.endswith('-3"')
    assert s3.list_multipart_uploads(Bucket=OTHER).get("Uploads", []) == []


def test_tags_that_the_session_may_not_read_are_not_lost_in_parts(
    service: Service, s3: "S3Client"
) -> None:
    sent = s3.put_object(Bucket=BUCKET, Key="originals/large", Body=b"content")
    original = Copied("", f"{HERE}/large", 7, sent["ETag"])
    session = CopySession(f"{HERE}/*", f"{THERE}/*", service)
    with pytest.raises(s3vend.TransferError, match="tagging: true"):
        copy_object(original, f"{THERE}/large", session, largest=0)


def test_a_source_that_was_replaced_is_not_copied(service: Service, s3: "S3Client") -> None:
    s3.put_object(Bucket=BUCKET, Key="originals/changes", Body=b"new")
    session = CopySession(f"{HERE}/*", f"{THERE}/*", service)
    for largest in (MIB, 0):
        original = Copied("", f"{HERE}/changes", 3, f'"{"0" * 32}"')
        with pytest.raises(s3vend.ObjectChanged):
            copy_object(original, f"{THERE}/changes", session, largest=largest)
    assert s3.list_objects_v2(Bucket=OTHER, Prefix="copies/changes")["KeyCount"] == 0


@pytest.mark.parametrize(
    ("source", "destination"),
    [
        (f"s3://{BUCKET}/reports/2026.csv", f"{THERE}/x"),
        (f"{HERE}/report.csv", f"s3://{OTHER}/elsewhere"),
    ],
)
def test_the_session_opens_nothing_else(
    service: Service, s3: "S3Client", source: str, destination: str
) -> None:
    s3.put_object(Bucket=BUCKET, Key="originals/report.csv", Body=b"content")
    session = CopySession(f"{HERE}/*", f"{THERE}/*", service)
    key = source.partition(f"{BUCKET}/")[2]
    etag = s3.head_object(Bucket=BUCKET, Key=key)["ETag"]
    copy_object(Copied("", f"{HERE}/report.csv", 7, ""), f"{THERE}/fine", session)
    with pytest.raises(s3vend.StorageError) as refused:
        copy_object(Copied("", source, 7, etag), destination, session)
    assert refused.value.status == 403
    with pytest.raises(s3vend.AccessDenied):
        copy_within(source, destination, service=service)


def test_where_no_session_can_write_the_refusal_says_what_works(
    service: Service, s3: "S3Client"
) -> None:
    s3.put_object(Bucket=BUCKET, Key="originals/report.csv", Body=b"content")
    with pytest.raises(s3vend.ServiceError) as refused:
        copy_within(f"{HERE}/report.csv", f"s3://{BUCKET}/limited/x", service=service)
    assert refused.value.code == "PresignOnly"
    assert "Download the objects and upload them instead." in str(refused.value)


@pytest.fixture
def command(stack: Stack, token: str, tmp_path: Path) -> Command:
    """`command("cp", …)`: the command with this caller's token; its exit code and what it said."""
    settings = {"S3VEND_URL": stack.url, "S3VEND_TOKEN": token, "HOME": str(tmp_path)}
    settings["XDG_STATE_HOME"] = str(tmp_path / "state")

    def run(*words: str) -> tuple[int, str]:
        done = subprocess.run(  # noqa: S603 - this very interpreter
            [sys.executable, "-m", "s3vend", *words],
            env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path), **settings},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


def keys(s3: "S3Client", prefix: str) -> dict[str, str]:
    """The names below a prefix of the other bucket, and their contents."""
    listed = s3.list_objects_v2(Bucket=OTHER, Prefix=prefix).get("Contents", [])
    return {
        one["Key"].removeprefix(prefix): s3.get_object(Bucket=OTHER, Key=one["Key"])["Body"]
        .read()
        .decode()
        for one in listed
    }


def test_the_command_copies_one_object_within_s3(command: Command, s3: "S3Client") -> None:
    s3.put_object(Bucket=BUCKET, Key="originals/report.csv", Body=b"content")
    code, said = command("cp", f"{HERE}/report.csv", f"{THERE}/by-hand/")
    assert (code, keys(s3, "copies/by-hand/")) == (0, {"report.csv": "content"}), said
    assert said.endswith(f"to {THERE}/by-hand/report.csv (within S3)\n")


def test_the_command_copies_and_syncs_prefixes_within_s3(command: Command, s3: "S3Client") -> None:
    names = ("a", "a b/ä", "sub/x", "sub/y")
    for name in names:
        s3.put_object(Bucket=BUCKET, Key=f"originals/tree/{name}", Body=name.encode())
    code, said = command("cp", "-r", f"{HERE}/tree/", f"{THERE}/tree/")
    assert (code, keys(s3, "copies/tree/")) == (0, {name: name for name in names}), said

    s3.put_object(Bucket=BUCKET, Key="originals/tree/a", Body=b"longer")
    s3.put_object(Bucket=OTHER, Key="copies/tree/extra", Body=b"extra")
    code, said = command("sync", "--delete", "--dry-run", f"{HERE}/tree/", f"{THERE}/tree/")
    assert code == 0, said
    assert "extra" in keys(s3, "copies/tree/")
    code, said = command("sync", "--delete", f"{HERE}/tree/", f"{THERE}/tree/")
    expected = {name: name for name in names} | {"a": "longer"}
    assert (code, keys(s3, "copies/tree/")) == (0, expected), said
    assert "copied 1 file" in said
    code, said = command("sync", "--delete", f"{HERE}/tree/", f"{THERE}/tree/")
    assert code == 0, said
    assert "copied 0 files" in said


@pytest.mark.parametrize("name", ["tree/inner/", "", "tree/"])
def test_what_is_copied_never_becomes_a_source(command: Command, name: str) -> None:
    code, said = command("sync", f"{THERE}/tree/", f"{THERE}/{name}")
    assert code == 2, said
