"""An upload in parts: with a state or without, and where its parts cannot be joined."""

import os
from pathlib import Path

import pytest

import s3vend
from tests.client.conftest import Asked, Reply, Serve
from tests.client.multipart import FIVE_MIB, Bucket, uploading_to

pytestmark = pytest.mark.usefixtures("nobody")
CONTENT = os.urandom(FIVE_MIB + 7)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "large.bin"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize("gone", [False, True])
def test_parts_that_a_conflict_has_taken_are_sent_again(
    gone: bool, serve: Serve, file: Path
) -> None:
    bucket = Bucket()

    def conflicting(asked: Asked, reply: Reply) -> Reply:
        if asked.method != "POST" or "uploadId=0" not in asked.path:
            return reply
        bucket.objects.clear()
        code = "NoSuchUpload" if gone and reply[0] == 404 else "ConditionalRequestConflict"
        return (
            409 if code.startswith("C") else 404,
            {},
            f"<Error><Code>{code}</Code></Error>".encode(),
        )

    bucket.instead = conflicting
    service = uploading_to(bucket, serve)
    s3vend.upload(file, "s3://b/up/", part_size=FIVE_MIB, overwrite=False, service=service)
    assert bucket.objects == {"/b/up/large.bin": CONTENT}
    assert (len(bucket.started), bucket.running) == (2, {})


def in_the_way(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("not a directory")


def full(tmp_path: Path) -> None:
    """The lock can be made, and then nothing can be written."""
    (tmp_path / "state").mkdir()


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("disk", [in_the_way, full])
def test_where_no_state_can_be_saved_an_upload_runs_and_leaves_no_parts(
    disk: "object",
    fails: bool,
    serve: Serve,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk(tmp_path)  # type: ignore[operator]
    if disk is full:
        monkeypatch.setattr("s3vend.files.directory.Directory.write", no_room)
    bucket, remarks = Bucket(), list[str]()
    if fails:
        bucket.instead = lambda asked, reply: (
            (400, {}, b"") if asked.method == "PUT" and "partNumber=2" in asked.path else reply
        )
    service = uploading_to(bucket, serve)

    def once() -> "s3vend.Uploaded":
        return s3vend.upload(
            file, "s3://b/k", part_size=FIVE_MIB, remark=remarks.append, service=service
        )

    if fails:
        with pytest.raises(s3vend.StorageError):
            once()
    else:
        assert once().size == len(CONTENT)
        assert bucket.objects == {"/b/k": CONTENT}
    assert bucket.running == {}
    [remark] = remarks
    assert "Cannot save the state" in remark
    assert remark.endswith("This transfer cannot be resumed.")


def no_room(*given: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_state_keeps_the_parts_of_an_upload_that_failed(serve: Serve, file: Path) -> None:
    bucket = Bucket()
    bucket.instead = lambda asked, reply: (
        (400, {}, b"") if asked.method == "PUT" and "partNumber=2" in asked.path else reply
    )
    service = uploading_to(bucket, serve)
    with pytest.raises(s3vend.StorageError):
        s3vend.upload(file, "s3://b/up/", part_size=FIVE_MIB, parallel=1, service=service)
    assert len(bucket.running) == 1
    bucket.instead = lambda asked, reply: reply
    sent = s3vend.upload(file, "s3://b/up/", part_size=FIVE_MIB, service=service)
    assert (sent.resumed, bucket.running) == (FIVE_MIB, {})
    assert not s3vend.abandon(file, "s3://b/up/", service=service)


def test_an_upload_that_could_not_be_aborted_can_be_abandoned_again(
    serve: Serve, file: Path
) -> None:
    bucket = Bucket()
    bucket.instead = lambda asked, reply: (400, {}, b"") if asked.method == "PUT" else reply
    service = uploading_to(bucket, serve)
    with pytest.raises(s3vend.StorageError):
        s3vend.upload(file, "s3://b/k", part_size=FIVE_MIB, service=service)
    bucket.instead = lambda asked, reply: (403, {}, b"")
    with pytest.raises(s3vend.TransferError, match="could not be aborted"):
        s3vend.abandon(file, "s3://b/k", service=service)
    bucket.instead = lambda asked, reply: reply
    assert s3vend.abandon(file, "s3://b/k", service=service)
    assert not s3vend.abandon(file, "s3://b/k", service=service)
