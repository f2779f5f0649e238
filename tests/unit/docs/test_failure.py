"""docs/failure.md says of each fault what the tests see."""

import pytest

from local.stack.template import read
from tests.faults.page import BEGIN, END, PAGE, SERVICES, row_of
from tests.faults.rows import ROWS, Row
from tests.support.stack.policies import ROOT
from vending.aws.services import deadline, s3


def table() -> str:
    return PAGE.read_text().partition(BEGIN)[2].partition(END)[0]


def test_the_table_of_faults_is_what_the_tests_see_and_how_long_it_took() -> None:
    lines = [line for line in table().splitlines() if line.startswith("| ")]
    written = [line for line in lines if not line.startswith("| fault ")]
    ordered = [row for operation in SERVICES for row in ROWS if row.operation == operation]
    assert [line.rpartition(" | ")[0] + " |" for line in written] == [*map(row_of, ordered)]
    assert all(line.rpartition(" | ")[2].endswith(" s |") for line in written)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.operation} {row.name}")
def test_what_a_fault_may_take_is_less_than_a_function_has(row: Row) -> None:
    timeout = read(ROOT / "template.yaml")["Globals"]["Function"]["Timeout"]
    assert row.most <= deadline.VEND + deadline.PAUSE + s3.ABORT < timeout


def test_the_page_names_the_numbers_that_hold() -> None:
    text = PAGE.read_text()
    for seconds, what in (
        (deadline.TRY, "one try of a call"),
        (deadline.TRIES * deadline.TRY + deadline.PAUSE, "a call: two tries"),
        (s3.START, "the start of an upload"),
        (deadline.VEND, "all calls of a request that vends"),
        (deadline.ADMINISTRATION, "all calls of a change"),
    ):
        (line,) = (one for one in text.splitlines() if one.startswith(f"| {what}"))
        assert f"| {seconds:g} |" in line
