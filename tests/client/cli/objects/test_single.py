"""Which places `cp` takes."""

import pytest

from s3vend.cli.objects.single import check_places
from s3vend.cli.terminal.refusal import Refusal


@pytest.mark.parametrize(
    ("source", "destination", "reason"),
    [
        ("a.csv", "b.csv", "must be s3://bucket/key"),
        ("-", "-", "must be s3://bucket/key"),
        ("s3://b/a", "s3://b/a", "copied to itself"),
    ],
)
def test_one_of_both_is_in_s3(source: str, destination: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        check_places(source, destination)


@pytest.mark.parametrize(
    ("source", "destination"),
    [("s3://b/a", "."), ("s3://b/a", "-"), ("-", "s3://b/a"), ("s3://b/a", "s3://c/a")],
)
def test_files_objects_and_streams_are_copied(source: str, destination: str) -> None:
    check_places(source, destination)
