"""One request, whose answer may get lost or come too soon for another."""

from pathlib import Path
from typing import Any

import pytest

import s3vend
from s3vend.errors import Unreachable
from s3vend.http.wire import Answer, Wire
from tests.client.conftest import Asked, Reply, Serve
from tests.client.multipart import Bucket, uploading_to

pytestmark = pytest.mark.usefixtures("nobody")
CODES = ["ConditionalRequestConflict", "OperationAborted"]


def once(count: int, code: str) -> "Any":
    """Conflicts, before S3 takes the request."""
    left = [count]

    def instead(asked: Asked, reply: Reply) -> Reply:
        left[0] -= asked.method == "PUT"
        if left[0] < 0 or asked.method != "PUT":
            return reply
        return 409, {}, f"<Error><Code>{code}</Code></Error>".encode()

    return instead


@pytest.mark.parametrize("code", CODES)
def test_a_conflict_is_tried_again(code: str, serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"new")
    bucket = Bucket(instead=once(2, code))
    s3vend.upload(tmp_path / "f", "s3://b/up/", service=uploading_to(bucket, serve))
    assert bucket.objects == {"/b/up/f": b"new"}
    bucket.instead = once(9, code)
    with pytest.raises(s3vend.StorageError, match=f"409 {code}"):
        s3vend.upload(tmp_path / "f", "s3://b/up/", service=uploading_to(bucket, serve))


@pytest.mark.parametrize("other", [False, True])
def test_an_object_whose_answer_was_lost_is_not_somebody_elses(
    other: bool, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f").write_bytes(b"new")
    bucket, lost, send = Bucket(), list[Answer](), Wire.send

    def losing(wire: Wire, method: str, url: str, *more: Any, **named: Any) -> Answer:
        answer = send(wire, method, url, *more, **named)
        if method == "PUT" and not lost:
            lost.append(answer)
            bucket.objects |= {"/b/f": b"another's"} if other else {}
            raise Unreachable("lost")
        return answer

    service = uploading_to(bucket, serve)
    monkeypatch.setattr(Wire, "send", losing)
    if other:
        with pytest.raises(s3vend.TransferError, match="may or may not be complete"):
            s3vend.upload(tmp_path / "f", "s3://b/f", overwrite=False, service=service)
    else:
        sent = s3vend.upload(tmp_path / "f", "s3://b/f", overwrite=False, service=service)
        assert sent.etag == lost[0].headers["etag"]
