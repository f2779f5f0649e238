"""Targets and durations as people type them."""

import pytest

from s3vend.cli.terminal import arguments
from s3vend.cli.terminal.refusal import Refusal


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("900", 900),
        ("900s", 900),
        ("15m", 900),
        ("1h", 3600),
        ("1h30m", 5400),
        ("1d", 86_400),  # too long for every grant: the service says what this one allows
        (None, None),
    ],
)
def test_a_duration_is_seconds_or_has_a_unit(typed: "str | None", seconds: "int | None") -> None:
    assert arguments.parse_duration(typed) == seconds


@pytest.mark.parametrize(
    "typed", ["", "m", "15 m", "1.5h", "-5", "30m1h", "\u0661\u0665", "9999999"]
)
def test_any_other_duration_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="is not a duration; use 900, 15m or 55m"):
        arguments.parse_duration(typed)


@pytest.mark.parametrize("typed", ["s3://b/key", "s3://b/*", "s3://b/p/*", "s3://b/a b/ö"])
def test_a_target_is_taken_as_it_is_typed(typed: str) -> None:
    assert arguments.parse_target(typed) == typed


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("b/key", "not a target"),
        ("https://b/key", "not a target"),
        ("s3://b", r"ambiguous; use s3://b/\*"),
        ("s3://b/", r"ambiguous; use s3://b/\*"),
        ("s3://b/reports/", r"ambiguous; use s3://b/reports/\*"),
        ("s3://b/tenant1*", "tenant10"),
    ],
)
def test_a_prefix_that_could_mean_two_things_is_refused(typed: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        arguments.parse_target(typed)
