"""A file in a form, as a server reads it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

import s3vend
from s3vend.presigning.urls import Form
from tests.client.conftest import Asked, Reply, Serve

NOW = datetime(2099, 1, 1, tzinfo=timezone.utc)
FIELDS = {"policy": "cA==", "x-amz-signature": "s", "Content-Type": "image/png"}
KEY, PREFIX = "s3://b/in/\u00e4 photo.png", "s3://b/in/*"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    path.write_bytes(b"\r\n--bytes--\r\n" * 40_000)  # in several blocks
    return path


def form(url: str, target: str = PREFIX, **fields: str) -> Form:
    return Form(target, url, {**FIELDS, **fields}, NOW)


def posted(asked: Asked) -> Mapping[str, bytes]:
    """The fields in their order, by the standard library's reading of MIME."""
    head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
    parts: Any = message_from_bytes(head + asked.body).get_payload()
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
        for part in parts
    }


@pytest.mark.parametrize(
    ("target", "key", "posted_key"),
    [
        (KEY, None, "in/\u00e4 photo.png"),
        (KEY, "in/\u00e4 photo.png", "in/\u00e4 photo.png"),
        (PREFIX, "in/a", "in/a"),
        (PREFIX, None, "in/photo.png"),
        ("s3://b/*", None, "photo.png"),
        ("s3://b/*", "a", "a"),
        ("s3://b/20*", "2026", "2026"),
    ],
)
def test_the_fields_come_first_and_the_file_last(
    serve: Serve, photo: Path, target: str, key: "str | None", posted_key: str
) -> None:
    served = serve(lambda asked: (204, {"ETag": '"e"'}, b""))
    done: list[tuple[int, int]] = []
    made = replace(form(served.url, target), headers={"x-from-the-answer": "1"})
    result = s3vend.post_form(made, photo, key=key, progress=lambda *now: done.append(now))
    size = photo.stat().st_size
    assert result == s3vend.Uploaded(f"s3://b/{posted_key}", size, '"e"', "none")
    fields = posted(served.asked[0])
    assert list(fields) == [*FIELDS, "key", "file"]
    assert fields["key"].decode() == posted_key
    assert fields["file"] == photo.read_bytes()
    assert served.asked[0].headers["x-from-the-answer"] == "1"
    assert served.asked[0].headers["content-length"] == str(len(served.asked[0].body))
    assert done[-1] == (size, size)


@pytest.mark.parametrize(
    ("target", "key", "message"),
    [
        ("s3://b/20*", None, "is for a prefix; give a key, such as 20name"),
        (PREFIX, "out/a", "for keys that begin with in/, not for 'out/a'"),
        (PREFIX, "in/", "not for 'in/'"),
        (PREFIX, "s3://b/in/a", "not for 's3://b/in/a'"),
        (PREFIX, "in/${filename}", "not for 'in/"),
        (KEY, "in/other", "for the key in/.*, not for 'in/other'"),
    ],
)
def test_a_form_is_for_its_own_keys(
    serve: Serve, photo: Path, target: str, key: "str | None", message: str
) -> None:
    served = serve(lambda asked: (204, {}, b""))
    with pytest.raises(s3vend.SettingsError, match=message):
        s3vend.post_form(form(served.url, target), photo, key=key)
    assert served.asked == []


def test_a_temporary_error_is_retried_and_counted_once(
    serve: Serve, photo: Path, nobody: None
) -> None:
    answers = [503, 500, 204]
    served = serve(lambda asked: (answers[len(served.asked) - 1], {}, b""))
    done: list[int] = []
    s3vend.post_form(form(served.url, KEY), photo, progress=lambda now, _: done.append(now))
    assert (len(served.asked), done[-1]) == (3, photo.stat().st_size)


def test_only_a_form_with_a_redirect_is_done_with_one(serve: Serve, photo: Path) -> None:
    def reply(asked: Asked) -> Reply:
        return 303, {"Location": "https://app.example.com/done?etag=e", "ETag": '"e"'}, b""

    redirecting = form(
        serve(reply).url, KEY, success_action_redirect="https://app.example.com/done"
    )
    assert s3vend.post_form(redirecting, photo).etag == '"e"'
    with pytest.raises(s3vend.StorageError, match="303 Http303"):
        s3vend.post_form(form(serve(reply).url, KEY), photo)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 304])
def test_a_file_that_s3_moves_elsewhere_is_not_uploaded(
    serve: Serve, photo: Path, status: int
) -> None:
    """As S3 answers for a new bucket in another region, and a captive portal."""
    body = b"<Error><Code>TemporaryRedirect</Code></Error>" if status != 304 else b""
    served = serve(lambda asked: (status, {"Location": "https://s3.example.com/"}, body))
    done: list[int] = []
    redirecting = form(served.url, KEY, success_action_redirect="https://app.example.com/done")
    with pytest.raises(s3vend.StorageError):
        s3vend.post_form(redirecting, photo, progress=lambda now, _: done.append(now))
    assert done[-1] == 0


def test_a_refusal_of_s3_is_an_error_with_its_code(serve: Serve, photo: Path) -> None:
    body = b"<Error><Code>EntityTooLarge</Code><Message>too large</Message></Error>"
    served = serve(lambda asked: (400, {}, body))
    with pytest.raises(s3vend.StorageError, match=r"post s3://b/in/a: .*EntityTooLarge") as refused:
        s3vend.post_form(form(served.url), photo, key="in/a")
    assert (refused.value.status, refused.value.code) == (400, "EntityTooLarge")


@pytest.mark.parametrize("url", ["http://s3.example.com/", "file:///etc/passwd"])
def test_a_form_goes_to_a_storage_alone(photo: Path, url: str) -> None:
    with pytest.raises(s3vend.S3VendError, match="does not begin with https://"):
        s3vend.post_form(form(url, KEY), photo)
