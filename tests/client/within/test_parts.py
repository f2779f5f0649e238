"""Copies in parts: with metadata, without tags that would be lost, and aborted when they fail."""

import pytest

import s3vend
from s3vend.within.copy import copy_object
from s3vend.within.original import Copied
from s3vend.within.parts import part_size
from s3vend.within.session import CopySession
from tests.client.conftest import Asked, Reply, Serve
from tests.client.within.storage import Storage, Thing, copying, error

pytestmark = pytest.mark.usefixtures("alone")
MIB = 1024 * 1024
SIZE = 6 * 1024 * MIB + 5
ORIGINAL = Copied("", "s3://a/in/large", SIZE, '"e"')
TARGET = "s3://b/out/large"


@pytest.fixture
def storage() -> Storage:
    meta = {"Content-Type": "text/csv", "Cache-Control": "no-store", "x-amz-meta-mtime": "1.5"}
    unsent = {"x-amz-server-side-encryption": "aws:kms", "Last-Modified": "today"}
    return Storage({"a/in/large": Thing(SIZE, meta=meta | unsent)}, reads_tags=True)


def copy(storage: Storage, serve: Serve, **more: object) -> Copied:
    session = CopySession("s3://a/in/*", "s3://b/out/*", copying(storage, serve))
    return copy_object(ORIGINAL, TARGET, session, **more)  # type: ignore[arg-type]


def test_a_large_object_is_copied_in_parts_of_the_same_version(
    storage: Storage, serve: Serve
) -> None:
    counts: list[int] = []
    assert copy(storage, serve, on_bytes=counts.append).etag == '"joined"'
    assert storage.things["b/out/large"].size == SIZE == sum(counts)
    assert len(storage.made("PUT")) == 25
    assert {one.headers["x-amz-copy-source-if-match"] for one in storage.made("PUT")} == {'"e"'}
    assert storage.running == {}
    assert storage.wrong == []


def test_the_metadata_is_copied_and_nothing_else(storage: Storage, serve: Serve) -> None:
    copy(storage, serve)
    [start] = storage.made("POST", "uploads")
    named = {
        name: start.headers[name] for name in start.headers if name.startswith(("x-amz-meta", "c"))
    }
    assert {name: text for name, text in named.items() if name != "content-length"} == {
        "content-type": "text/csv",
        "cache-control": "no-store",
        "x-amz-meta-mtime": "1.5",
    }
    assert "x-amz-server-side-encryption" not in start.headers


def test_five_gib_are_one_request_and_a_byte_more_is_not(storage: Storage, serve: Serve) -> None:
    session = CopySession("s3://a/in/*", "s3://b/out/*", copying(storage, serve))
    for size, starts in ((5 * 1024**3, 0), (5 * 1024**3 + 1, 1)):
        copy_object(Copied("", ORIGINAL.target, size, '"e"'), TARGET, session)
        assert len(storage.made("POST", "uploads")) == starts


@pytest.mark.parametrize("size", [SIZE, 5 * 1024**4, 50 * 1024**4])
def test_no_object_has_more_than_10_000_parts(size: int) -> None:
    each = part_size(size)
    assert -(-size // each) <= 10_000
    assert each % MIB == 0
    assert MIB * 256 <= each <= 6 * 1024**3


def test_tags_that_would_be_lost_are_said(storage: Storage, serve: Serve) -> None:
    storage.things["a/in/large"] = Thing(SIZE, tags={"class": "secret"})
    with pytest.raises(s3vend.TransferError, match=r"s3://a/in/large has a tag\."):
        copy(storage, serve)
    assert storage.made("POST") == []


def test_tags_that_may_not_be_read_are_said_too(storage: Storage, serve: Serve) -> None:
    storage.reads_tags = False
    with pytest.raises(s3vend.TransferError, match="tagging: true"):
        copy(storage, serve)
    assert storage.made("POST") == []


@pytest.mark.parametrize("where", ["HEAD", "PUT"])
def test_a_source_that_is_replaced_ends_the_copy_and_no_part_stays(
    storage: Storage, serve: Serve, where: str
) -> None:
    def replaced(asked: Asked, reply: Reply) -> Reply:
        if asked.method == where and len(storage.made(where)) == 1:
            storage.things["a/in/large"] = Thing(SIZE, etag='"other"')
            return error(412, "PreconditionFailed")
        return reply

    storage.instead = replaced
    with pytest.raises(s3vend.ObjectChanged, match="s3://a/in/large was replaced"):
        copy(storage, serve)
    assert storage.running == {}
    assert "b/out/large" not in storage.things


@pytest.mark.parametrize(
    "body", [error(0, "NoSuchKey")[2], error(0, "InternalError")[2], b"", b"<a><ETag>"]
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_an_error_inside_an_answer_of_200_aborts_the_copy(
    storage: Storage, serve: Serve, method: str, body: bytes
) -> None:
    def broken(asked: Asked, reply: Reply) -> Reply:
        return (200, {}, body) if asked.method == method and "uploadId" in asked.path else reply

    def undone(asked: Asked, reply: Reply) -> Reply:
        if asked.method == "POST" and "uploadId" in asked.path:
            storage.running["id/0"] = {}  # S3 failed
            storage.things.pop("b/out/large", None)
        return broken(asked, reply)

    storage.instead = undone
    with pytest.raises(s3vend.S3VendError):
        copy(storage, serve, parallel=2)
    assert storage.running == {}
    assert len(storage.made("DELETE", "uploadId=id%2F0")) == 1


def test_a_copy_that_cannot_be_aborted_is_said(storage: Storage, serve: Serve) -> None:
    remarks: list[str] = []
    storage.instead = lambda asked, reply: (
        error(403, "AccessDenied") if asked.method in ("PUT", "DELETE") else reply
    )
    with pytest.raises(s3vend.StorageError, match="copy part"):
        copy(storage, serve, remark=remarks.append)
    [remark] = remarks
    assert "s3://b/out/large could not be aborted" in remark
    assert "cost money" in remark


def test_ctrl_c_aborts_the_copy(storage: Storage, serve: Serve) -> None:
    def interrupt(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy(storage, serve, on_bytes=interrupt)
    assert storage.running == {}
    assert "b/out/large" not in storage.things


def test_without_overwrite_the_last_request_is_conditional(storage: Storage, serve: Serve) -> None:
    storage.things["b/out/large"] = Thing(99)
    with pytest.raises(s3vend.StorageError, match="The target already exists"):
        copy(storage, serve, overwrite=False)
    assert storage.things["b/out/large"].size == 99
    assert storage.running == {}
    copy(storage, serve)
    assert storage.things["b/out/large"].size == SIZE


def test_a_lost_answer_is_said_and_nothing_is_aborted(storage: Storage, serve: Serve) -> None:
    storage.instead = lambda asked, reply: (
        (200, {}, b"")
        if asked.method == "POST" and reply[0] == 200 and "uploadId" in asked.path
        else reply
    )
    with pytest.raises(s3vend.TransferError, match="may or may not be a copy"):
        copy(storage, serve)
    assert storage.made("DELETE") == []


def test_an_answer_without_an_id_is_no_upload(storage: Storage, serve: Serve) -> None:
    storage.instead = lambda asked, reply: (
        (200, {}, b"<R></R>") if asked.method == "POST" else reply
    )
    with pytest.raises(s3vend.TransferError, match="no UploadId"):
        copy(storage, serve)
