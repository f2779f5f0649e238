"""A stream of unknown size goes up in parts, or in one request if it is short."""

import io
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

import s3vend
from s3vend.service.connect import Service
from s3vend.transfer.upload import streamed
from s3vend.transfer.upload.pieces import Space
from s3vend.transfer.upload.streamed import upload_stream
from tests.client.conftest import Asked, Reply, Serve
from tests.client.multipart import Bucket, uploading_to

pytestmark = pytest.mark.usefixtures("nobody")
SIZE = 1000


def send(content: bytes, service: Service, **more: Any) -> "s3vend.Uploaded":
    options: dict[str, Any] = {
        "overwrite": True,
        "part_size": SIZE,
        "parallel": 3,
        "progress": None,
    }
    options |= {"content_type": None, "remark": bool, **more}
    return upload_stream(io.BytesIO(content), "s3://b/k.sql.gz", service=service, **options)


@pytest.fixture
def no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*words: object, **named: object) -> None:
        raise AssertionError("nothing is written to the disk")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", refuse)


@pytest.fixture
def little_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamed, "Space", lambda: Space(2 * SIZE))


@pytest.mark.usefixtures("no_disk", "little_space")
@pytest.mark.parametrize("size", [0, 1, SIZE, SIZE + 1, 20 * SIZE, 20 * SIZE + 7])
def test_all_bytes_arrive_and_a_short_stream_is_one_request(size: int, serve: Serve) -> None:
    bucket, content, done = Bucket(), os.urandom(size), list[Any]()
    sent = send(
        content,
        uploading_to(bucket, serve),
        progress=lambda *now: done.append(now),
        metadata={"a": "b"},
    )
    assert bucket.objects == {"/b/k.sql.gz": content}
    assert (sent.size, sent.resumed) == (size, 0)
    assert not size or done[-1] == (size, None)
    [asked] = bucket.signed if size <= SIZE else bucket.started
    assert (asked["contentType"], asked["metadata"]) == ("application/gzip", {"a": "b"})
    if size > SIZE:
        assert asked["parts"] == 10_000
        assert all("content-length" in one.headers for one in bucket.seen if one.method == "PUT")
    assert bucket.running == {}


@pytest.mark.parametrize("overwrite", [True, False])
@pytest.mark.parametrize("size", [1, 5 * SIZE])
def test_what_exists_is_replaced_unless_it_must_not_be(
    size: int, overwrite: bool, serve: Serve
) -> None:
    bucket = Bucket(objects={"/b/k.sql.gz": b"before"})
    service = uploading_to(bucket, serve)
    if overwrite:
        send(b"x" * size, service)
    else:
        with pytest.raises(s3vend.StorageError, match=r"k\.sql\.gz.*already exists"):
            send(b"x" * size, service, overwrite=False)
    assert bucket.objects == {"/b/k.sql.gz": b"x" * size if overwrite else b"before"}
    assert bucket.running == {}


def interrupting(asked: Asked, reply: Reply) -> Reply:
    return (400, {}, b"<Error><Code>Broken</Code></Error>") if asked.method == "PUT" else reply


@pytest.mark.parametrize("where", ["S3", "stdin"])
def test_an_upload_that_fails_leaves_no_parts(where: str, serve: Serve) -> None:
    class Ends(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            if self.tell() > 3 * SIZE:
                raise KeyboardInterrupt
            return super().readinto(buffer)

    bucket = Bucket(instead=interrupting if where == "S3" else lambda asked, reply: reply)
    service = uploading_to(bucket, serve)
    stream = Ends(b"x" * 9 * SIZE) if where == "stdin" else io.BytesIO(b"x" * 9 * SIZE)
    with pytest.raises(KeyboardInterrupt if where == "stdin" else s3vend.StorageError):
        upload_stream(
            stream,
            "s3://b/k",
            content_type=None,
            overwrite=True,
            part_size=SIZE,
            parallel=2,
            progress=None,
            remark=bool,
            service=service,
        )
    assert (bucket.objects, bucket.running, len(bucket.started)) == ({}, {}, 1)


@pytest.mark.parametrize("status", [403, 404])
def test_parts_that_may_be_left_are_said(status: int, serve: Serve) -> None:
    bucket, remarks = Bucket(), list[str]()

    def refusing(asked: Asked, reply: Reply) -> Reply:
        if asked.method == "DELETE":
            return status, {}, b"<Error><Code>NoSuchUpload</Code></Error>" if status == 404 else b""
        return interrupting(asked, reply)

    bucket.instead = refusing
    with pytest.raises(s3vend.StorageError, match="Broken"):
        send(b"x" * 9 * SIZE, uploading_to(bucket, serve), remark=remarks.append)
    assert ["could not be aborted" in remark for remark in remarks] == [True] * (status == 403)


@pytest.mark.parametrize("fails", [False, True])
def test_a_grant_that_limits_uploads_gets_the_size_from_a_temporary_file(
    fails: bool, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    bucket, remarks = Bucket(refuse_unknown_size=True), list[str]()
    bucket.instead = interrupting if fails else bucket.instead
    service, content = uploading_to(bucket, serve), os.urandom(6 * 1024 * 1024)

    def once() -> "s3vend.Uploaded":
        return send(content, service, part_size=5 * 1024 * 1024, remark=remarks.append)

    if fails:
        with pytest.raises(s3vend.StorageError):
            once()
    else:
        assert once().size == len(content)
        assert bucket.objects == {"/b/k.sql.gz": content}
    assert bucket.started[0]["size"] == len(content)
    assert "temporary file" in remarks[0]
    assert bucket.running == {}
    assert list(tmp_path.iterdir()) == []
