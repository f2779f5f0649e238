import pytest

from local.demo.acts import compared, refusal
from local.demo.story import Row, row, verdict

AS_EXPECTED = Row("1 the user's own keys", "403", "403")


def test_the_demo_succeeds_when_every_step_is_as_expected(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert verdict([AS_EXPECTED, Row("2 assume [the] role", "200", "200")]) == 0
    printed = capsys.readouterr().out
    assert "2 of 2 as expected" in printed
    assert "assume [the] role" in printed
    assert "\x1b" not in printed


def test_one_step_that_differs_fails_the_demo_and_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert verdict([AS_EXPECTED, Row("2 assume the role", "200", "403")]) == 1
    printed = capsys.readouterr().out
    assert "1 of 2 as expected" in printed
    assert "DIFFERS: 2 assume the role" in printed


def test_a_demo_without_steps_fails() -> None:
    assert verdict([]) == 1


def test_a_step_that_breaks_differs_and_says_why() -> None:
    def broken() -> str:
        raise ValueError("s3vend answered 500")

    assert row("3", "200", broken) == Row("3", "200", "ValueError: s3vend answered 500")


def test_what_is_not_refused_is_called_allowed() -> None:
    assert refusal(lambda: None) == "allowed"


def test_other_bytes_are_not_taken_for_the_same() -> None:
    assert compared(b"a", b"a") != compared(b"b", b"a")
