"""A document as YAML: the same once it is read again, and quoted only where that is needed."""

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some

from s3vend.cli.export.written import WIDTH, yaml_lines
from s3vend.cli.grant.document import read
from s3vend.printable import is_shown


def text_of(document: "dict[str, object]", *, is_ascii: bool = False) -> str:
    return "".join(f"{line}\n" for line in yaml_lines(document, is_ascii=is_ascii))


TEXT = some.text(some.characters(exclude_categories=["Cs"]))
NAMES = some.text(some.characters(exclude_categories=["Cs"]), max_size=64)
SCALARS = TEXT | some.integers(-(2**53), 2**53) | some.booleans()
VALUES = some.recursive(
    SCALARS,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
ENTRIES = some.dictionaries(NAMES, VALUES, max_size=5)
DOCUMENTS = some.dictionaries(NAMES, SCALARS | some.lists(ENTRIES, max_size=3), max_size=4)


@given(DOCUMENTS, some.booleans())
def test_what_is_written_is_read_again(document: "dict[str, object]", is_ascii: bool) -> None:
    text = text_of({"version": 1, **document}, is_ascii=is_ascii)
    members = read(text).members
    assert repr(members) == repr({"version": 1, **document})  # 1 is not true
    assert all(map(is_shown, text.replace("\n", "")))
    assert text.isascii() or not is_ascii


@pytest.mark.parametrize(
    "text",
    [
        *(
            "reports",
            "s3://b/${claim.tenant:path}/*",
            "arn:aws:iam::123456789012:role/A",
            "eu-west-1",
        ),
        *(
            "日本の報告書",
            "what finance reads, and others",
            'it\'s a\\b "c"',
            "2030-01-01T00:00:00Z",
        ),
        *("https://login.example.com/a?b=c#d", "a b: c".replace(": ", ":"), "/x", "_x", "$x"),
    ],
)
def test_text_that_is_text_everywhere_has_no_quotes(text: str) -> None:
    assert text_of({"x": text}) == f"x: {text}\n"
    for other in ("reports", "a-b_c.d/e@f+g"):
        assert text_of({"x": [other]}) == f"x: [{other}]\n"
        assert f"{{w: {other}}}" in text_of({"x": [{"z": {"w": other}}]})


# What some parser reads as something else, or as a part of the document.
TRAPS = [
    *(
        "",
        " ",
        " a",
        "a ",
        "a: b",
        "a:",
        "a #b",
        "# a",
        "- a",
        "-",
        "? a",
        ": a",
        "---",
        "--- a",
        "...",
    ),
    *(
        "&a",
        "*a",
        "!!str a",
        "!a",
        "%YAML 1.2",
        "@a",
        "`a",
        "{a: 1}",
        "[a]",
        "'a'",
        '"a"',
        "|",
        ">-",
    ),
    *(
        "null",
        "Null",
        "~",
        "yes",
        "no",
        "on",
        "Off",
        "y",
        "N",
        "true",
        "False",
        "1",
        "-1",
        "+1",
        "0x1f",
    ),
    *(
        "0o17",
        "017",
        "1_000",
        "1.5",
        "1e3",
        ".5",
        ".inf",
        ".NaN",
        "12:30",
        "12:30:00",
        "123456789012",
    ),
    *(
        "2030-01-01",
        "2030-01-01 00:00:00",
        "<<",
        "=",
        "a\nb",
        "a\tb",
        "a\u2028b",
        "a\x85b",
        "\ufeffa",
    ),
    *("a\u202eb", "a\x1b[31mb", "a\u200bb", "a\x00b", "a\x07"),
]


@pytest.mark.parametrize("text", TRAPS)
def test_text_that_a_parser_reads_otherwise_is_quoted(text: str) -> None:
    written = text_of({"description": text})
    assert written.startswith('description: "')
    assert written.count("\n") == 1
    assert read(written).members == yaml.safe_load(written) == {"description": text}
    inside = text_of({"list": [{"inner": {text: [text]}}]})
    assert read(inside).members == {"list": [{"inner": {text: [text]}}]}


def test_a_description_cannot_begin_an_entry_or_end_the_document() -> None:
    hostile = 'x"\n  - id: evil\n    permission: READWRITE\n...\n---\nversion: 1\ngrants: []\n#'
    text = text_of({"version": 1, "grants": [{"id": "a", "description": hostile}]})
    assert text.count("\n") == 4
    assert read(text).members == {"version": 1, "grants": [{"id": "a", "description": hostile}]}
    assert len(list(yaml.safe_load_all(text))) == 1


def test_a_short_list_or_mapping_is_in_one_line_and_a_long_one_in_several() -> None:
    grantee = {"issuer": "https://ci.example.com", "claims": {"id": "7", "environment": "prod"}}
    short, long = ["192.0.2.0/24"], [f"192.0.{n}.0/24" for n in range(9)]
    text = text_of({"version": 1, "grants": [{"grantee": grantee, "a": short, "b": long, "c": {}}]})
    assert text == (
        "version: 1\n"
        "grants:\n"
        "  - grantee:\n"
        "      issuer: https://ci.example.com\n"
        '      claims: {id: "7", environment: prod}\n'
        "    a: [192.0.2.0/24]\n"
        "    b:\n" + "".join(f"      - {one}\n" for one in long) + "    c: {}\n"
    )
    assert max(map(len, text.split("\n"))) <= WIDTH


def test_an_empty_list_stays() -> None:
    assert text_of({"version": 1, "grants": []}) == "version: 1\ngrants: []\n"


def test_characters_beyond_ascii_are_escaped_where_stdout_has_none() -> None:
    assert text_of({"x": "日本 \U0001f600"}, is_ascii=True) == 'x: "\\u65e5\\u672c \\U0001f600"\n'
    assert re.fullmatch(r"x: 日本 .\n", text_of({"x": "日本 \U0001f600"}))
