"""The functions' own calls to S3, against a server that answers like S3."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from vending.aws.services import s3
from vending.errors import Unavailable

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
        (403, DENIED, "AccessDenied"),
        (503, b"<Error><Code>SlowDown</Code></Error>", "SlowDown"),
        (500, b"", "Http500"),
        (502, b"<html>", "NotXml"),
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


def test_an_s3_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        s3.start_upload(s3.connection(), "http://127.0.0.1:1/", {})


def test_an_upload_is_ended_by_its_url() -> None:
    with answering(204, b"") as (url, asked):
        s3.abort_upload(s3.connection(), f"{url}/a?uploadId=x")
    assert [method for method, *_ in asked] == ["DELETE"]
