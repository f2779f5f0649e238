"""Where an upload goes, and the members that it has, whole and in parts."""

from pathlib import Path
from typing import Any

import pytest

import s3vend
from tests.client.conftest import Serve
from tests.client.multipart import Bucket, uploading_to

pytestmark = pytest.mark.usefixtures("nobody")
SIZE = 5 * 1024 * 1024
DISPOSITION = {"contentDisposition": 'attachment; filename="a.csv"'}


@pytest.fixture(params=[1, SIZE + 1], ids=["whole", "in parts"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "f.csv"
    path.write_bytes(b"x" * int(request.param))
    return path


def asked(bucket: Bucket) -> "dict[str, Any]":
    """The request for the upload."""
    [one] = bucket.started or bucket.signed
    return one


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({}, {"contentType": "text/csv"}),
        ({"content_type": "a/b"}, {"contentType": "a/b"}),
        ({"contentType": "a/b"}, {"contentType": "a/b"}),  # not replaced by what is guessed
        ({"kms_key": "k", "metadata": {"a_b": "c"}}, {"kmsKey": "k", "metadata": {"a_b": "c"}}),
        ({"cache_control": None}, {"contentType": "text/csv"}),
        ({"save_as": "a.csv"}, DISPOSITION),
        ({"saveAs": "a.csv"}, DISPOSITION),
    ],
)
def test_members_have_either_spelling(
    serve: Serve, file: Path, members: "dict[str, Any]", found: "dict[str, Any]"
) -> None:
    bucket = Bucket()
    service = uploading_to(bucket, serve)
    s3vend.upload(file, "s3://b/k", service=service, part_size=SIZE, **members)
    request = asked(bucket)
    assert {name: request.get(name) for name in found} == found
    assert not {"content_type", "kms_key", "cache_control", "cacheControl", "saveAs"} & {*request}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"content_typ": "a/b"}, "did you mean content_type"),
        ({"ContentType": "a/b"}, "did you mean content_type"),
        ({"over_write": False}, "did you mean overwrite"),
        ({"partSize": SIZE}, "did you mean part_size"),
        ({"content_length": 1}, "not a member of an upload, but of a URL for PUT"),
        ({"content_type": "a/b", "contentType": "a/b"}, "the same member"),
    ],
)
def test_other_members_are_refused_before_anything_is_sent(
    serve: Serve, file: Path, members: "dict[str, Any]", message: str
) -> None:
    bucket = Bucket()
    with pytest.raises(s3vend.SettingsError, match=message):
        s3vend.upload(file, "s3://b/k", service=uploading_to(bucket, serve), **members)
    assert (bucket.started, bucket.signed) == ([], [])


@pytest.mark.parametrize("target", ["s3://b/dir/", "s3://b", "s3://b/dir/f.csv"])
def test_a_slash_at_the_end_means_below_it_as_with_cp(
    serve: Serve, file: Path, target: str
) -> None:
    bucket = Bucket()
    sent = s3vend.upload(file, target, service=uploading_to(bucket, serve), part_size=SIZE)
    [key] = bucket.objects
    assert sent.target == f"s3:/{key}"
    assert key == ("/b/f.csv" if target == "s3://b" else "/b/dir/f.csv")
