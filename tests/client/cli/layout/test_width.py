"""Widths of texts as terminals show them, and texts that are shortened or broken."""

import io
import re

import pytest

from s3vend.cli.layout import width
from tests.client.cli.terminal.test_text import Terminal

ROLE = "arn:aws:iam::123456789012:role/ReportReader"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("report", 6),
        ("月次", 4),
        ("ｱｲ", 2),
        ("ﾀﾞ", 2),
        ("cafe\u0301", 4),
        ("de\u0301ja\u0300", 4),
        ("한국", 4),
        ("\u1112\u1161\u11ab", 2),
        ("😀", 2),
        ("❤\ufe0f", 2),
    ],
)
def test_a_text_is_as_wide_as_a_terminal_shows_it(text: str, columns: int) -> None:
    assert width.width(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("short", 10, "short"),
        (ROLE, 50, ROLE),
        (ROLE, 30, "…:role/ReportReader"),
        ("arn:aws-cn:sts::123456789012:assumed-role/R/s", 30, "…:assumed-role/R/s"),
        (ROLE, 12, "…eportReader"),
        ("s3://bucket/a/b/c/2026.csv", 25, "s3://bucket/…b/c/2026.csv"),
        ("s3://bucket/a/b/c/2026.csv", 14, "…b/c/2026.csv"),
        ("s3://hogehoge-bucket/reports/*", 12, "…reports/*"),
        ("found in a log of the build", 16, "found in a log…"),
        ("refused AccessDenied", 18, "… AccessDenied"),
        ("session abcdefghijklmnop", 19, "… abcdefghijklmnop"),
        ("https://oidc.example.com/one alice", 20, "… alice"),
        ("https://oidc.example.com/one alice", 30, "…oidc.example.com/one alice"),
        (
            "https://oidc.example.com system:serviceaccount:reports:exporter",
            22,
            "… …reports:exporter",
        ),
        ("s3://b/月次/売上.csv", 16, "s3://b/…売上.csv"),
        ("cafe\u0301cafe\u0301", 5, "…cafe\u0301"),
    ],
)
def test_what_matters_stays_of_a_text_that_is_shortened(
    text: str, columns: int, shown: str
) -> None:
    assert width.shortened(text, columns) == shown
    assert width.width(shown) <= columns


@pytest.mark.parametrize(
    "text",
    [
        ROLE,
        "s3://hogehoge-bucket/reports/2026/*",
        "s3://b/月次/売上/*",
        "found in a log of the build",
        "https://token.actions.githubusercontent.com repository_id=1",
    ],
)
def test_a_text_can_be_shortened_so_far_without_a_cut_inside_a_word(text: str) -> None:
    words = set(re.findall(r"[\w.-]+", text))
    for columns in range(width.least(text), width.width(text) + 1):
        shown = width.shortened(text, columns)
        assert width.width(shown) <= columns
        assert set(re.findall(r"[\w.-]+", shown)) <= words


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("one two three", None, ["one two three"]),
        ("one two three", 8, ["one two", "  three"]),
        ("one two three", 3, ["one", "  two", "  three"]),
        ("one a/b/c", 7, ["one", "  a/b/c"]),
        ("  indented text", 10, ["  indented", "  text"]),
        ("see s3://bucket/reports/2026.csv", 16, ["see s3://bucket/", "  reports/", "  2026.csv"]),
        ("日本語の文", 6, ["日本語", "  の文"]),
        ("cafe\u0301 cafe\u0301", 4, ["cafe\u0301", "  cafe\u0301"]),
    ],
)  # fmt: skip
def test_a_line_ends_between_words(text: str, columns: "int | None", lines: "list[str]") -> None:
    assert width.lines_of(text, columns, hang=2) == lines


@pytest.mark.parametrize(("told", "columns"), [("100", 100), ("", 80), ("x", 80), ("0", 80)])
def test_columns_are_the_variable_s_or_the_terminal_s(
    told: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", told)
    assert width.columns_of(Terminal()) == columns
    assert width.columns_of(io.StringIO()) is None
