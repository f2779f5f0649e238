"""What callers get while a service behind the functions is slow, down, throttling or lying."""

import pytest

from local.cloud.ministack import Cloud
from tests.cloud.conftest import Apply
from tests.faults.rows import ROWS
from tests.faults.run import Outcomes, outcomes
from tests.faults.verdict import differences

QUICK = [(n, route) for n, row in enumerate(ROWS) if not row.slow for route in row.routes]


@pytest.fixture(scope="module")
def found(cloud: Cloud, apply: Apply) -> Outcomes:
    """What the rows come to that take no longer than a second or two."""
    return outcomes(cloud, apply, slow=False)


@pytest.mark.invariant(12)
@pytest.mark.parametrize(
    ("number", "route"),
    QUICK,
    ids=[f"{ROWS[n].operation} {ROWS[n].name}, {route}" for n, route in QUICK],
)
def test_a_fault_of_a_service_is_answered_as_the_table_says(
    number: int, route: str, found: Outcomes
) -> None:
    assert list(differences(ROWS[number], route, found[number, route])) == []
