"""How often a function may call a service that fails, before `make faults` says that it is wrong."""

import pytest

from tests.faults.environments import Outcome
from tests.faults.rows import ROWS
from tests.faults.verdict import differences

[ONCE] = (
    row for row in ROWS if (row.operation, row.name) == ("BatchGetItem", "resets one connection")
)


@pytest.mark.parametrize(
    ("calls", "seconds", "right"),
    [
        (1, 0.5, False),
        (2, 0.5, True),
        (3, 0.5, False),
        (3, 1.5, True),
        (4, 1.5, False),
        (4, 2.5, True),  # read too slowly, read again, and old again after STS has answered
        (2, 2.5, True),
    ],
)
def test_denials_may_be_read_again_for_each_second_that_has_passed(
    calls: int, seconds: float, *, right: bool
) -> None:
    outcome = Outcome(200, seconds, [ONCE.operation] * calls)
    assert (list(differences(ONCE, "presigned-urls", outcome)) == []) is right
