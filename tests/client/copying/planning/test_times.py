"""Size and time, as `aws s3 sync` compares them."""

from datetime import datetime, timezone
from pathlib import Path

import pytest

from s3vend.copying.planning.times import differs
from s3vend.listing.entries import Listed
from s3vend.tree.found import LocalFile

SECOND = 10**9
THEN = 1_795_861_230 * SECOND
LISTED = Listed(
    "s3://b/k", "k", 5, datetime(2026, 11, 28, 10, 20, 30, tzinfo=timezone.utc), "", "STANDARD"
)


@pytest.mark.parametrize(
    ("size", "mtime_ns", "expected"),
    [
        (5, THEN, False),
        (5, THEN - 1, False),
        (5, 0, False),
        (5, THEN + 1, True),
        (6, THEN, True),
        (0, 0, True),
    ],
)
def test_another_size_or_a_newer_file_differs(size: int, mtime_ns: int, expected: bool) -> None:
    assert differs(LocalFile("k", Path("k"), size, mtime_ns, ()), LISTED) is expected
