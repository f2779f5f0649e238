import os
import re
import sys

import pytest

from tests.acceptance.rows import Row, rows
from tests.acceptance.run import line
from tests.acceptance.scene import compared, refusal
from tests.acceptance.table import Line, verdict
from tests.acceptance.waiting import NOT_IN_FORCE, under
from tests.support.pages import ROOT
from tests.support.pictures import at_a_terminal

AS_EXPECTED = Line("1 the user's own keys", "403", "403")


def test_the_demo_succeeds_when_every_step_is_as_expected(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert verdict([AS_EXPECTED, Line("2 assume [the] role", "200", "200")]) == 0
    printed = capsys.readouterr().out
    assert "2 of 2 as expected" in printed
    assert "assume [the] role" in printed
    assert "\x1b" not in printed


def test_one_step_that_differs_fails_the_demo_and_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert verdict([AS_EXPECTED, Line("2 assume the role", "200", "403")]) == 1
    printed = capsys.readouterr().out
    assert "1 of 2 as expected" in printed
    assert "DIFFERS: 2 assume the role" in printed


LONGEST = [  # as the demo has them
    Line("7 s3vend, no grant on hoge.zip", *["403 AccessDenied, application/problem+json"] * 2),
    Line(
        "11 boto3 unmodified, AWS_CONTAINER_CREDENTIALS_FULL_URI and a token file",
        *["the very bytes"] * 2,
    ),
    Line("8 a user with a grant, but without execute-api:Invoke", "403 Denied, at the door", "200"),
]


@pytest.mark.parametrize("columns", [60, 80, 119, 120, 160])
def test_the_table_fits_the_terminal_and_no_word_is_broken(columns: int) -> None:
    code = f"from tests.acceptance.table import Line, verdict; verdict([Line(*line) for line in {[tuple(line) for line in LONGEST]!r}])"  # fmt: skip
    shown = shown_lines(code, columns)
    assert max(map(len, shown)) <= columns
    words = {word for line in LONGEST for part in line for word in part.split()}
    assert words <= set(" ".join(shown).split())
    assert "2 of 3 as expected" in shown


def shown_lines(code: str, columns: int) -> list[str]:
    """The lines that a program shows at a terminal of this width, without their colours."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended, shown = at_a_terminal([sys.executable, "-c", code], ROOT, environment, columns=columns)
    assert ended.returncode == 0, shown
    return [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()]


def test_a_demo_without_steps_fails() -> None:
    assert verdict([]) == 1


def test_a_step_that_breaks_differs_and_says_why() -> None:
    def broken() -> str:
        raise ValueError("s3vend answered 500")

    row = Row("id", 3, "it works", "200")
    found = line(row, lambda _: broken(), None)  # type: ignore[arg-type]
    assert found == Line("3 it works", "200", "ValueError: s3vend answered 500")
    assert not found.is_as_expected


def test_what_is_not_refused_is_called_allowed() -> None:
    assert refusal(lambda: None) == "allowed"


def test_other_bytes_are_not_taken_for_the_same() -> None:
    assert compared(b"a", b"a") != compared(b"b", b"a")


def test_a_policy_that_is_not_in_force_yet_is_not_taken_for_one_that_denies() -> None:
    denied = "AccessDenied (GetObject)"
    assert under(0, lambda: False, lambda: denied) == NOT_IN_FORCE
    assert under(0, lambda: True, lambda: denied) == denied
    assert all(row.expected != NOT_IN_FORCE for row in rows())
