"""The media types of files, above all of those that are compressed."""

import pytest

from s3vend.transfer.media_types import media_type


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", "text/csv"),
        ("a", None),
        (".gz", None),
        ("a.csv.gz", "application/gzip"),
        ("A.CSV.GZ", "application/gzip"),
        ("backup.tar.gz", "application/gzip"),
        ("backup.tgz", "application/gzip"),
        ("drawing.svgz", "application/gzip"),
        ("a.csv.zst", "application/zstd"),
        ("a.js.br", "application/x-brotli"),
        ("a.tar.bz2", "application/x-bzip2"),
        ("a.txz", "application/x-xz"),
        ("a.txt.Z", "application/x-compress"),
        ("a.zip", "application/zip"),
        ("https.csv?x=.gz", "application/gzip"),
    ],
)
def test_a_compressed_file_is_what_compressed_it(name: str, expected: "str | None") -> None:
    assert media_type(name) == expected
    assert media_type(name, "identity") == expected


@pytest.mark.parametrize(
    ("name", "encoding", "expected"),
    [
        ("a.csv", "gzip", "text/csv"),
        ("a.csv.gz", "gzip", "text/csv"),
        ("backup.tgz", "gzip", "application/x-tar"),
        ("drawing.svgz", "gzip", "image/svg+xml"),
        ("a.js.br", "br", media_type("a.js")),
        ("a.csv.gz", "br, gzip", "text/csv"),
        ("a.csv.gz", "br", "application/gzip"),
        ("a.csv.bz2", "gzip", "application/x-bzip2"),
        ("a.gz", "gzip", None),
    ],
)
def test_with_its_content_encoding_it_is_what_is_inside(
    name: str, encoding: str, expected: "str | None"
) -> None:
    assert media_type(name, encoding) == expected
