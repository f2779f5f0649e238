"""Tables at terminals of some width: what gives way, and what stays whole."""

from collections.abc import Sequence

import pytest

from s3vend.cli.layout.table import Line, member_lines, table_lines
from s3vend.cli.layout.width import width

GRANTS = ("GRANT", "PERMISSION", "SCOPE", "MAX DURATION", "EXPIRES")
END = "2027-01-01T00:00:00Z"
ROWS = [
    ("assume-s3-user-reads-reports", "READ", "s3://hogehoge-bucket/reports/*", "", ""),
    ("assume-s3-user-writes-uploads", "WRITE", "s3://hogehoge-bucket/uploads/*", "30m", ""),
]
EXPIRING = [(*row[:4], END) for row in ROWS]
ROLE = "arn:aws:iam::123456789012:role/ReportReader"
RECORDS = ("TIME", "ACTION", "OUTCOME", "CALLER", "GRANT", "WHAT", "VEND")
VEND = "abcdefghijklmnop"
RECORD = (END, "credentials", "refused AccessDenied", ROLE, "g" * 30, "s3://b/k", VEND)
FORMS = ["s3://b/月次/二〇二六年の売上.csv", "s3://b/cafe\u0301/de\u0301ja\u0300/vu.csv"]


def texts(columns: "tuple[str, ...]", rows: Sequence[tuple[str, ...]], limit: int) -> "list[str]":
    return [line.text for line in table_lines(columns, rows, limit)]


def test_nothing_is_shortened_where_there_is_no_terminal() -> None:
    lines = [line.text for line in table_lines(RECORDS, [RECORD], None)]
    assert lines[1].split("  ") == [cell for cell in RECORD if cell]


def test_a_table_that_fits_is_shown_as_it_is() -> None:
    assert texts(("A", "B"), [("x", ROLE)], 60) == ["A  B", f"x  {ROLE}"]


def test_an_arn_is_shortened_before_anything_is_left_out() -> None:
    [_, line] = texts(("ID", "APPLIES TO", "REASON"), [("0123456789abcdef", ROLE, "theft")], 60)
    assert line == "0123456789abcdef  …:role/ReportReader  theft"


def test_an_empty_column_gives_way_first_and_without_a_word() -> None:
    head, *rows = texts(GRANTS, ROWS, 80)
    assert head.split() == ["GRANT", "PERMISSION", "SCOPE", "MAX"]
    assert [row.split()[:3] for row in rows] == [list(row[:3]) for row in ROWS]


def test_a_column_that_is_left_out_is_named() -> None:
    head, *rows, note = table_lines(GRANTS, EXPIRING, 80)
    assert "EXPIRES" not in head.text
    assert len(rows) == len(ROWS)
    assert note == Line("… without EXPIRES; -o json has all", "dim")


def test_what_a_command_takes_stays_whole() -> None:
    _, line, note = texts(RECORDS, [RECORD], 80)
    assert line.startswith(END)
    assert line.endswith("s3://b/k")
    assert note == "… without ACTION, GRANT, VEND; -o json has all"


def test_below_sixty_columns_a_row_is_a_record_with_all_of_it() -> None:
    assert texts(GRANTS, ROWS, 50) == [
        "GRANT       assume-s3-user-reads-reports",
        "PERMISSION  READ",
        "SCOPE       s3://hogehoge-bucket/reports/*",
        "",
        "GRANT         assume-s3-user-writes-uploads",
        "PERMISSION    WRITE",
        "SCOPE         s3://hogehoge-bucket/uploads/*",
        "MAX DURATION  30m",
    ]


def test_a_row_is_a_record_where_leaving_out_does_not_help() -> None:
    lines = texts(("GRANT", "SCOPE"), [("g" * 50, "s3://bucket/key")], 60)
    assert lines == [f"GRANT  {'g' * 50}", "SCOPE  s3://bucket/key"]


@pytest.mark.parametrize("limit", [32, 59, 60, 79, 80, 119, 120])
@pytest.mark.parametrize("rows", [ROWS, EXPIRING, [(*row[:2], FORMS[0], *row[3:]) for row in ROWS]])
def test_no_line_is_wider_than_the_terminal(rows: "list[tuple[str, ...]]", limit: int) -> None:
    assert max(map(width, texts(GRANTS, rows, limit))) <= limit


@pytest.mark.parametrize("limit", [60, 80, 120])
@pytest.mark.parametrize("key", FORMS)
def test_columns_stand_below_each_other_with_wide_and_combining_characters(
    key: str, limit: int
) -> None:
    lines = texts(("GRANT", "SCOPE", "PERMISSION"), [("one", key, "READ")], limit)
    starts = [line.index(last) for line, last in zip(lines, ("PERMISSION", "READ"), strict=True)]
    assert [width(line[:at]) for line, at in zip(lines, starts, strict=True)] == [
        9 + width(key)
    ] * 2


def test_a_value_is_below_its_name_where_it_does_not_fit_beside_it() -> None:
    named = [("arn", ROLE), ("reason", "found in a log of the build")]
    assert [line.text for line in member_lines(named, 50)] == [
        "arn",
        f"  {ROLE}",
        "reason  found in a log of the build",
    ]
    assert [line.text for line in member_lines(named, 24)] == [
        "arn",
        "  arn:aws:iam::",
        "  123456789012:role/",
        "  ReportReader",
        "reason  found in a log",
        "        of the build",
    ]
