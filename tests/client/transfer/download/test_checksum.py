"""Checksums as S3 answers with them, and bytes compared with them."""

import hashlib
import zlib
from base64 import b64encode

import pytest

from s3vend.transfer.download.checksum import Checksum, Comparison, checksum_of, even_sizes

DATA = b"month,total\n2026-01,42\n"
MD5 = f'"{hashlib.md5(DATA).hexdigest()}"'  # noqa: S324 - as S3 does


def text(value: bytes) -> str:
    return b64encode(value).decode()


SHA256 = text(hashlib.sha256(DATA).digest())
CRC32 = text(zlib.crc32(DATA).to_bytes(4, "big"))


@pytest.mark.parametrize(
    ("headers", "name", "parts"),
    [
        ({"x-amz-checksum-sha256": SHA256, "etag": MD5}, "SHA256", None),
        ({"x-amz-checksum-sha256": SHA256, "x-amz-checksum-type": "FULL_OBJECT"}, "SHA256", None),
        ({"x-amz-checksum-crc32": CRC32, "etag": MD5}, "CRC32", None),
        ({"x-amz-checksum-sha512": text(hashlib.sha512(DATA).digest())}, "SHA512", None),
        ({"x-amz-checksum-sha1": f"{text(hashlib.sha1(DATA).digest())}-3"}, "SHA1", 3),  # noqa: S324
        ({"etag": MD5}, "MD5", None),
        ({"etag": MD5, "x-amz-server-side-encryption": "AES256"}, "MD5", None),
        ({"x-amz-checksum-xxhash3": "AAAA", "etag": MD5}, "MD5", None),
        ({"x-amz-checksum-crc32": "no base64!", "etag": MD5}, "MD5", None),
        ({"x-amz-checksum-crc32": f"{CRC32}-0", "etag": MD5}, "MD5", None),
    ],
)
def test_the_strongest_checksum_is_taken(
    headers: "dict[str, str]", name: str, parts: "int | None"
) -> None:
    checksum = checksum_of(headers)
    assert isinstance(checksum, Checksum)
    assert (checksum.algorithm.name, checksum.parts) == (name, parts)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "has no checksum"),
        ({"etag": f'{MD5[:-1]}-2"'}, "has no checksum"),
        ({"etag": MD5, "x-amz-server-side-encryption": "aws:kms"}, "has no checksum"),
        ({"etag": MD5, "x-amz-server-side-encryption": "aws:kms:dsse"}, "has no checksum"),
        ({"x-amz-checksum-xxhash3": "AAAA"}, "has no checksum"),
        (
            {"x-amz-checksum-sha256": SHA256, "x-amz-checksum-type": "COMPOSITE"},
            "of how many parts",
        ),
    ],
)
def test_no_checksum_is_said(headers: "dict[str, str]", reason: str) -> None:
    said = checksum_of(headers)
    assert isinstance(said, str)
    assert reason in said


def test_a_checksum_that_needs_an_extra_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "awscrt.checksums", None)
    said = checksum_of({"x-amz-checksum-crc64nvme": "rosUhgp5mIg="})
    assert isinstance(said, str)
    assert "s3vend[crc]" in said


def composite(*parts: bytes) -> Checksum:
    digests = b"".join(hashlib.sha256(part).digest() for part in parts)
    value = text(hashlib.sha256(digests).digest())
    checksum = checksum_of({"x-amz-checksum-sha256": f"{value}-{len(parts)}"})
    assert isinstance(checksum, Checksum)
    return checksum


@pytest.mark.parametrize("step", [1, 3, 4, 5, 8, 100])
@pytest.mark.parametrize("sizes", [[23], [4, 4, 4, 4, 4, 3], [1, 20, 2], [22, 1]])
def test_parts_are_compared_wherever_blocks_end(step: int, sizes: "list[int]") -> None:
    starts = [sum(sizes[:number]) for number in range(len(sizes))]
    parts = [DATA[start : start + size] for start, size in zip(starts, sizes, strict=True)]
    for data, matches in ((DATA, True), (DATA[:-1] + b"x", False), (DATA[:-1], False)):
        comparison = Comparison(composite(*parts), sizes)
        for at in range(0, len(data), step):
            comparison.update(data[at : at + step])
        assert comparison.matches() is matches


def test_parts_in_another_order_or_of_other_sizes_do_not_match() -> None:
    checksum = composite(DATA[:10], DATA[10:])
    for sizes, data in (([10, 13], DATA[10:] + DATA[:10]), ([13, 10], DATA), ([11, 12], DATA)):
        comparison = Comparison(checksum, sizes)
        comparison.update(data)
        assert not comparison.matches()


@pytest.mark.parametrize(
    ("size", "parts", "first", "sizes"),
    [
        (23, 3, 10, [10, 10, 3]),
        (20, 2, 10, [10, 10]),
        (7, 1, 7, [7]),
        (23, 3, 12, None),
        (23, 2, 10, None),
        (20, 3, 10, None),
    ],
)
def test_parts_are_even_where_they_fit(
    size: int, parts: int, first: int, sizes: "list[int] | None"
) -> None:
    assert even_sizes(size, parts, first) == sizes
