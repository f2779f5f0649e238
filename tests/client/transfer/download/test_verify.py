"""Downloads that are compared with the checksum that S3 has of the object, or say that none was."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest

import s3vend
from s3vend.cli.objects.stream import stream
from tests.client.conftest import Asked, Reply, Serve
from tests.client.storing import TARGET, Stored, md5, names, serving_object, sha256

pytestmark = pytest.mark.usefixtures("nobody")
EVEN = [bytes([number]) * 10_000 for number in range(4)] + [b"the rest"]
UNEVEN = [b"a" * 10_000, b"b" * 7, b"c" * 12_000]
GROWING = [b"a" * 7, b"b" * 10_000]
ONE = [b"all of it"]


def flipping(asked: Asked, reply: Reply) -> Reply:
    """The last byte of each range is another."""
    status, headers, body = reply
    if asked.method != "GET" or not isinstance(body, bytes) or not body:
        return reply
    return status, headers, body[:-1] + bytes([body[-1] ^ 1])


def silent(asked: Asked, reply: Reply) -> Reply:
    """S3 ignores the number of a part, as some others than AWS do."""
    status, headers, body = reply
    kept = {name: value for name, value in headers.items() if name != "x-amz-mp-parts-count"}
    return status, kept, body


@pytest.mark.parametrize(
    ("parts", "checksums", "etag", "verified"),
    [
        (ONE, sha256(*ONE), '"e"', "SHA256"),
        (ONE, {}, md5(*ONE), "MD5"),
        (EVEN, sha256(*EVEN), '"e-5"', "SHA256"),
        (UNEVEN, sha256(*UNEVEN), '"e-3"', "SHA256"),
        (GROWING, sha256(*GROWING), '"e-2"', "SHA256"),
        (EVEN, sha256(b"".join(EVEN)), '"e-5"', "SHA256"),
        ([b""], sha256(b""), '"e"', "SHA256"),
    ],
)
def test_the_bytes_are_compared_with_the_checksum(
    parts: Sequence[bytes],
    checksums: "dict[str, str]",
    etag: str,
    verified: str,
    serve: Serve,
    tmp_path: Path,
) -> None:
    stored = Stored(parts, checksums, etag)
    service, remarks = serving_object(stored, serve), list[str]()
    path, part_size = tmp_path / "got/file", 6_000
    path.parent.mkdir()
    got = s3vend.download(TARGET, path, part_size=part_size, remark=remarks.append, service=service)
    assert (got.verified, remarks, path.read_bytes()) == (verified, [], stored.data)
    if stored.data:
        stored.instead = flipping
        with pytest.raises(s3vend.ChecksumMismatch, match=f"the {verified} of {TARGET}"):
            s3vend.download(TARGET, path, part_size=part_size, service=service)
    assert path.read_bytes() == stored.data
    assert names(path.parent) == ["file"]
    assert names(tmp_path / "state/s3vend") == []


@pytest.mark.invariant(19)
@pytest.mark.parametrize(
    ("stored", "why"),
    [
        (Stored(EVEN, etag='"e-5"'), "no checksum"),
        (Stored(EVEN, {"x-amz-checksum-xxhash3": "AAAAAAAAAAA="}), "no checksum"),
        (Stored(EVEN, sha256(*EVEN), instead=silent), "how large its parts are"),
        (Stored(EVEN, sha256(*EVEN[:4])), "how large its parts are"),
    ],
)
def test_what_cannot_be_compared_is_not_called_verified(
    stored: Stored, why: str, serve: Serve, tmp_path: Path
) -> None:
    service = serving_object(stored, serve)
    out, remarks = io.BytesIO(), list[str]()
    got = s3vend.download(TARGET, tmp_path / "f", remark=remarks.append, service=service)
    assert got.verified == "not verified"
    assert stream(service, TARGET, out, remarks.append) == "not verified"
    assert (tmp_path / "f").read_bytes() == out.getvalue() == stored.data
    assert len(remarks) == 2
    assert all("is not verified: " in said and why in said for said in remarks)


@pytest.mark.parametrize(
    ("parts", "verified"), [(ONE, "SHA256"), (EVEN, "SHA256"), (GROWING, "SHA256")]
)
def test_a_stream_is_compared_too(parts: Sequence[bytes], verified: str, serve: Serve) -> None:
    stored, out = Stored(parts, sha256(*parts)), io.BytesIO()
    service = serving_object(stored, serve)
    assert stream(service, TARGET, out) == verified
    assert out.getvalue() == stored.data
    stored.instead = flipping
    with pytest.raises(s3vend.ChecksumMismatch, match="Discard them"):
        stream(service, TARGET, io.BytesIO())


def test_a_stream_of_uneven_parts_is_not_verified(serve: Serve) -> None:
    stored, remarks = Stored(UNEVEN, sha256(*UNEVEN)), list[str]()
    service = serving_object(stored, serve)
    assert stream(service, TARGET, io.BytesIO(), remarks.append) == "not verified"
    assert "different sizes" in remarks[0]
