"""The functions' own calls to S3, against a server that answers like S3."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from vending.aws.services import s3
from vending.errors import StorageRefused, Unavailable

STARTED = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<InitiateMultipartUploadResult '
    b'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Bucket>bkt</Bucket><Key>a</Key>'
    b"<UploadId>an.id_</UploadId></InitiateMultipartUploadResult>"
)
DENIED = b"<Error><Code>AccessDenied</Code><Message>secret</Message></Error>"


@contextmanager
def answering(status: int, body: bytes) -> Iterator[tuple[str, list[Any]]]:
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append((self.command, self.path, dict(self.headers)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_DELETE = do_POST  # noqa: N815 - http.server's name

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_an_upload_is_started_with_the_headers_that_are_signed() -> None:
    with answering(200, STARTED) as (url, asked):
        path = "/bkt//a%20b%2F?uploads=&X-Amz-Signature=0"
        assert s3.start_upload(s3.connection(), url + path, {"Content-Type": "a/b"}) == "an.id_"
    [(method, came, headers)] = asked
    assert (method, came, headers["Content-Type"]) == ("POST", path, "a/b")


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (503, b"<Error><Code>SlowDown</Code></Error>", "SlowDown"),
        (409, b"<Error><Code>OperationAborted</Code></Error>", "OperationAborted"),
        (403, b"<Error><Code>RequestTimeTooSkewed</Code></Error>", "RequestTimeTooSkewed"),
        (429, b"", "Http429"),
        (500, b"", "Http500"),
        (502, b"<html>", "Http502"),
        (200, b"<html>", "NotXml"),
        (500, b"<Error><Code>arn:aws:iam::1:role/x y</Code></Error>", "NoCode"),
        (200, b"<Empty/>", "NoUploadId"),
    ],
)
def test_what_s3_does_not_start_is_unavailable_by_its_code_alone(
    status: int, body: bytes, reason: str
) -> None:
    with answering(status, body) as (url, _), pytest.raises(Unavailable) as error:
        s3.start_upload(s3.connection(), url, {})
    assert error.value.reason == reason
    assert "secret" not in error.value.detail


def error(code: str) -> bytes:
    named = "<Endpoint>secret.example</Endpoint><Region>eu-west-1</Region>"
    return f"<Error><Code>{code}</Code><Message>secret</Message>{named}</Error>".encode()


@pytest.mark.invariant(12)
@pytest.mark.parametrize(
    ("status", "body", "code", "look_at"),
    [
        (403, DENIED, "AccessDenied", "bucket's policy"),
        (403, b"", "Http403", "bucket's policy"),
        (403, b"<html>blocked", "Http403", "bucket's policy"),
        (403, error("AllAccessDisabled"), "AllAccessDisabled", "closed"),
        (404, error("NoSuchBucket"), "NoSuchBucket", "scope"),
        (301, error("PermanentRedirect"), "PermanentRedirect", "location's region"),
        (307, error("TemporaryRedirect"), "TemporaryRedirect", "location's region"),
        (301, b"", "Http301", "location's region"),
        (400, error("AuthorizationHeaderMalformed"), "AuthorizationHeaderMalformed", "region"),
        (400, error("KMS.DisabledException"), "KMS.DisabledException", "KMS key"),
        (400, error("KMS.NotFoundException"), "KMS.NotFoundException", "KMS key"),
        (403, error("arn:aws:iam::1:role/x y"), "NoCode", "bucket's policy"),
    ],
)
def test_a_no_of_s3_is_not_an_s3_that_fails_and_says_what_to_look_at(
    status: int, body: bytes, code: str, look_at: str
) -> None:
    with answering(status, body) as (url, asked), pytest.raises(StorageRefused) as refused:
        s3.start_upload(s3.connection(), f"{url}/?X-Amz-Signature=secret", {})
    assert len(asked) == 1
    assert refused.value.reason == f"StorageRefused: {code}"
    assert (refused.value.status, refused.value.retry_after) == (424, None)
    assert f"({code})" in refused.value.detail
    assert look_at in refused.value.detail
    assert "secret" not in refused.value.detail


def test_an_s3_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        s3.start_upload(s3.connection(), "http://127.0.0.1:1/", {})


def test_an_upload_is_ended_by_its_url() -> None:
    with answering(204, b"") as (url, asked):
        s3.abort_upload(s3.connection(), f"{url}/a?uploadId=x")
    assert [method for method, *_ in asked] == ["DELETE"]
