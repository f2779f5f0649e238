"""The known name that a mistyped one is told."""

import pytest

from vending.nearly import LONGEST, MOST, did_you_mean

KNOWN = ("hogehoge-bucket", "payroll-bucket")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hogehoge-buckett", "; did you mean 'hogehoge-bucket'?"),
        ("hogehoge_bucket", "; did you mean 'hogehoge-bucket'?"),
        ("payrol-bucket", "; did you mean 'payroll-bucket'?"),
        ("something-else", ""),
        ("", ""),
    ],
)
def test_the_nearest_name_is_said_if_it_is_near(name: str, said: str) -> None:
    assert did_you_mean(name, KNOWN) == said


def test_the_order_of_the_names_makes_no_difference() -> None:
    near = ["bucket-b", "bucket-a"]
    assert did_you_mean("bucket-c", near) == did_you_mean("bucket-c", reversed(near))


def test_long_names_and_endless_lists_are_not_compared() -> None:
    longest = "a" * LONGEST
    assert did_you_mean(longest, [f"{longest[1:]}b"]) != ""
    assert did_you_mean(f"{longest}b", [longest]) == ""
    assert did_you_mean(longest, [f"{longest}b"]) == ""
    others = [f"{number:05}" for number in range(MOST)]
    assert did_you_mean("bucketx", [*others, "bucket"]) == ""
    assert did_you_mean("bucketx", [*others[1:], "bucket"]) != ""
