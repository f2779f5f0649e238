"""What a list takes as its target."""

from typing import Any

import pytest

from s3vend.errors import SettingsError
from s3vend.listing.target import Below, below


@pytest.mark.parametrize(
    ("target", "bucket", "prefix"),
    [
        ("s3://b/p/*", "b", "p/"),
        ("s3://b/p/", "b", "p/"),
        ("s3://b/p/q/*", "b", "p/q/"),
        ("s3://b/*", "b", ""),
        ("s3://b/", "b", ""),
        ("s3://b", "b", ""),
        ("s3://b//", "b", "/"),
        ("s3://b/a*[1]?/", "b", "a*[1]?/"),
        ("s3://b/a%20b+c/*", "b", "a%20b+c/"),
    ],
)
def test_a_slash_at_the_end_is_enough(target: str, bucket: str, prefix: str) -> None:
    found = below(target)
    assert found == Below(bucket, prefix)
    assert (found.address, found.target) == (f"s3://{bucket}/{prefix}", f"s3://{bucket}/{prefix}*")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (
            "s3://b/p",
            r"^'s3://b/p' is not a prefix; use s3://bucket/prefix/\* or s3://bucket/prefix/",
        ),
        ("s3://b/p*", "is not a prefix"),
        ("b/p/", r"^'b/p/' is not a target; use s3://bucket/prefix/\* or"),
        ("", "is not a target"),
        ("s3:///p/", "^'s3:///p/' has no bucket"),
        ("s3://b*/p/", "^'s3://b.*has a pattern in the bucket's name; name one bucket"),
        ("s3://?/p/*", "in the bucket's name"),
        (None, r"^A target is a text such as s3://bucket/prefix/\*, not None"),
        (b"s3://b/p/", "not b's3"),
    ],
)
def test_what_is_not_a_prefix_is_refused_with_what_would_be_right(target: Any, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        below(target)
