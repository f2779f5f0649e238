"""`vending.yaml`: what it says, and in which line."""

import pytest

from s3vend.cli.grant.document import Malformed, read

FILE = """\
version: 1
grants:
  - id: reports      # a comment
    grantee: {iam: "123456789012"}
    scope: s3://bucket/reports/*
    expires: 2030-01-01T00:00:00Z

  - id: second
    a/b~c: 1
"""


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("", 1),
        ("/version", 1),
        ("/grants", 2),
        ("/grants/0", 3),
        ("/grants/0/id", 3),
        ("/grants/0/grantee/iam", 4),
        ("/grants/0/scope", 5),
        ("/grants/0/maxDuration", 3),
        ("/grants/1/a~1b~0c", 9),
        ("/grants/7", 2),
        ("/locations", 1),
        ("/dryRun", 1),
    ],
)
def test_a_pointer_leads_to_its_line_or_to_the_nearest_one_around_it(
    pointer: str, line: int
) -> None:
    assert read(FILE).line(pointer) == line


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("text", "text"),
        ("2030-01-01", "2030-01-01"),
        ("2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z"),
        ("15m", "15m"),
        ("100MiB", "100MiB"),
        ("900", 900),
        ("-1", -1),
        ("0", 0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'yes'", "yes"),
        ('"012345670123"', "012345670123"),
        ("[a, b]", ["a", "b"]),
        ("{a: 1}", {"a": 1}),
        ("!!str text", "text"),
    ],
)
def test_a_scalar_is_what_every_reader_of_yaml_takes_it_for(written: str, value: object) -> None:
    assert read(f"member: {written}").members == {"member": value}


@pytest.mark.parametrize(
    "written",
    [
        "yes",
        "off",
        "No",
        "012345670123",
        "0x10",
        "1_000",
        "12:30",
        "1.5",
        ".inf",
        "1e3",
        "0b11",
        "098765432109",
    ],
)
def test_what_readers_of_yaml_disagree_on_is_refused(written: str) -> None:
    with pytest.raises(Malformed, match="YAML parsers read it differently") as refused:
        read(f"a: 1\nmember: {written}")
    assert refused.value.line == 2


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate member 'a'; the first one is in line 1"),
        ("grants:\n - id: x\n   id: y\n", 3, "duplicate member 'id'"),
        ("a: [1\nb: 2\n", 2, "not valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "indent with spaces, not with tabs"),
        ("- a\n", 1, "not a mapping"),
        ("", 1, "not a mapping"),
        ("a: 1\n---\nb: 1\n", 3, "several documents"),
        ("1: a\n", 1, "name of a member must be text"),
        ("true: a\n", 1, "name of a member must be text"),
        ("? [a]\n: b\n", 1, "name of a member must be text"),
        ("a: !!python/object:os.system x\n", 1, r"the tag \S+ is not allowed"),
        ("a: !secret x\n", 1, "the tag !secret is not allowed"),
        ("a: !secret [x]\n", 1, "the tag !secret is not allowed"),
        ("a: !!set {x}\n", 1, "the tag tag:yaml.org,2002:set is not allowed"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", 3, "'<<' is not allowed"),
        ("a: &x\n  b: *x\n", 1, "an alias is used inside the node"),
        ("a: *x\n", 1, "not valid YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(Malformed, match=said) as refused:
        read(text)
    assert refused.value.line == line


def test_an_alias_is_what_it_names() -> None:
    found = read("a: &x [1, 2]\nb: *x\n")
    assert found.members == {"a": [1, 2], "b": [1, 2]}


def test_aliases_that_multiply_are_refused_before_they_fill_the_memory() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]" for at in range(1, 9)]
    with pytest.raises(Malformed, match="too large"):
        read("\n".join(rows))
