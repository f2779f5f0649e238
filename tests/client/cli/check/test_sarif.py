"""SARIF 2.1.0: places, rules, and names of files as URIs."""

from pathlib import Path

import pytest

from s3vend.cli.check.reading import Found
from s3vend.cli.check.sarif import as_sarif

FOUND = Found("warning", "NestedTenants", "team a/vending.yaml", 4, 7, "/grants/0/scope", "why")


def test_a_finding_has_its_rule_and_its_place() -> None:
    [run] = as_sarif([FOUND])["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert [one["id"] for one in run["tool"]["driver"]["rules"]] == ["NestedTenants"]
    assert run["results"] == [
        {
            "ruleId": "NestedTenants",
            "ruleIndex": 0,
            "level": "warning",
            "message": {"text": "/grants/0/scope: why"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "team%20a/vending.yaml"},
                        "region": {"startLine": 4, "startColumn": 7},
                    },
                    "logicalLocations": [{"fullyQualifiedName": "/grants/0/scope"}],
                }
            ],
        }
    ]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("a.yaml", "a.yaml"),
        ("./b/a.yaml", "b/a.yaml"),
        ("-", "stdin"),
        ("100%.yaml", "100%25.yaml"),
    ],
)
def test_a_file_is_named_by_its_uri(file: str, uri: str) -> None:
    found = Found("error", "InvalidRequest", file, 1, 1, "", "why")
    [result] = as_sarif([found])["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": uri}
    assert result["message"] == {"text": "why"}


def test_a_whole_path_is_a_uri_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    found = Found("error", "InvalidRequest", str(path), 1, 1, "", "why")
    [result] = as_sarif([found])["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == path.as_uri()


def test_what_is_not_known_is_a_note() -> None:
    unknown = {"setting": "Account", "file": "a.yaml", "pointer": "/grants", "detail": "must be it"}
    [run] = as_sarif([], [unknown])["runs"]
    assert run["results"] == []
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is True
    [note] = invocation["toolExecutionNotifications"]
    assert note == {"level": "note", "message": {"text": "not known: Account: must be it"}}


def test_an_entry_of_the_file_puts_no_link_into_a_message() -> None:
    found = Found(
        "error", "InvalidRequest", "a.yaml", 1, 1, "", "no key s3://b/[x](https://c.example)"
    )
    [result] = as_sarif([found])["runs"][0]["results"]
    assert result["message"] == {"text": "no key s3://b/[x\\](https://c.example)"}
