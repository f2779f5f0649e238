"""`canary`: when a URL counts as denied."""

import itertools

import pytest

from s3vend.cli.watch import canary

pytestmark = pytest.mark.usefixtures("nobody")


@pytest.mark.parametrize(
    ("answers", "seconds"),
    [
        ([True] * 12, 0.0),
        ([False, False] + [True] * 12, 2.0),
        ([True] * 5 + [False] + [True] * 12, 6.0),
        ([False] * 99, None),
    ],
)
def test_a_url_is_denied_once_it_is_refused_ten_times_in_a_row(
    answers: "list[bool]", seconds: "float | None"
) -> None:
    clock = itertools.count(0.0)
    told = iter(answers)
    found = canary.until_denied(lambda: next(told), lambda: next(clock), 30, lambda _: None)
    assert found == seconds
