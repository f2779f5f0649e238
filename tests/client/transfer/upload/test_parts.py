"""Parts of an upload: where they begin, and what S3 is told of them."""

import pytest

from s3vend.transfer.checksums import SHA256
from s3vend.transfer.upload.parts import Sent, Upload, runs


@pytest.mark.parametrize(
    ("numbers", "ranges"),
    [
        ([], []),
        ([1], [range(1, 2)]),
        ([1, 2, 3], [range(1, 4)]),
        ([1, 3, 4, 9], [range(1, 2), range(3, 5), range(9, 10)]),
    ],
)
def test_missing_parts_are_signed_in_runs(numbers: "list[int]", ranges: "list[range]") -> None:
    assert list(runs(numbers)) == ranges


@pytest.mark.parametrize(
    ("size", "places"),
    [
        (1, [(0, 1)]),
        (10, [(0, 10)]),
        (11, [(0, 10), (10, 1)]),
        (20, [(0, 10), (10, 10)]),
    ],
)
def test_parts_cover_the_file_without_gaps(size: int, places: "list[tuple[int, int]]") -> None:
    upload = Upload("id", size, 10, SHA256, None)  # type: ignore[arg-type]
    assert [upload.span(n) for n in range(1, upload.count + 1)] == places


def test_joined_parts_are_listed_in_order_with_their_checksums() -> None:
    upload = Upload("id", 20, 10, SHA256, None)  # type: ignore[arg-type]
    text = upload.completion_body({2: Sent('"b"', "c2"), 1: Sent('"a"', "c1")}).decode()
    assert text.index("c1") < text.index("c2")
    assert '<PartNumber>1</PartNumber><ETag>"a"</ETag><ChecksumSHA256>c1</ChecksumSHA256>' in text
