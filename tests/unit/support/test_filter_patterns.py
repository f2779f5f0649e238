"""The reading of CloudWatch's filter patterns, against AWS's own examples."""

import json

import pytest

from tests.support.stack.filter_patterns import matches

EVENT = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "user": {"name": "John", "id": 1},
    "arrayKey": ["value"],
}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ('{ $.eventType = "UpdateTrail" }', True),
        ('{ $.eventType = "updatetrail" }', False),
        ('{ $.eventType = "UpdateTrai" }', False),
        ('{ $.eventType = "Update*" }', True),
        ('{ $.eventType = "*Trail" }', True),
        ('{ $.eventType = "*dateT*" }', True),
        ('{ $.eventType = "." }', False),
        ('{ $.sourceIPAddress != "123.123.*" }', True),
        ('{ $.user.name = "John" }', True),
        ('{ $.user.id = "1" }', False),
        ('{ $.missing = "*" }', False),
        ('{ $.missing != "x" }', False),
        ('{ ($.eventType = "UpdateTrail") && ($.user.name = "Jane") }', False),
        ('{ ($.eventType = "UpdateTrail") || ($.user.name = "Jane") }', True),
        ('{ ($.eventType = "X") || (($.user.name = "John") && ($.eventType = "U*")) }', True),
    ],
)
def test_a_pattern_matches_as_its_documentation_says(pattern: str, found: bool) -> None:
    assert matches(pattern, json.dumps(EVENT)) is found
    assert not matches(pattern, "UpdateTrail John")


@pytest.mark.parametrize(
    "pattern",
    [
        *("UpdateTrail", '"UpdateTrail"', "?a ?b", "[a, b]", "%Trail%", "", "{ }"),
        *("{ $.a = 1 }", "{ $.a = b }", "{ $.a = %b% }", "{ $.a IS NULL }", '{ $.a = "%b%" }'),
        *('{ $.a = "b\\"c" }', '{ $.a[0] = "b" }', '{ $.a = "b" && $.c = "d" || $.e = "f" }'),
        *('{ ($.a = "b" }', '{ $.a = "b" ) }', '{ $.a "b" }', "{ $.a = " + '"b"' * 400 + " }"),
    ],
)
def test_what_is_not_known_is_an_error_and_no_answer(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"not |without|parenthesis"):
        matches(pattern, "{}")
