"""Variables fill one whole path segment, and nothing in their values opens more."""

import pytest

from vending.location import Location
from vending.scope import Scope

VALUES = {"caller.name": "alice", "caller.account": "123456789012"}


def test_a_variable_is_filled_with_the_callers_value() -> None:
    scope = Scope.parse("s3://bkt/${caller.account}/home/${caller.name}/*")
    assert scope.fill(VALUES) == Location("bkt", "123456789012/home/alice/", is_prefix=True)


def test_a_scope_without_variables_is_its_location() -> None:
    assert Scope.parse("s3://bkt/a$b/*").fill({}) == Location.parse("s3://bkt/a$b/*")


@pytest.mark.parametrize(
    "text",
    [
        "s3://${caller.name}/x/*",
        "s3://bkt-${caller.name}/x",
        "s3://bkt/home-${caller.name}/*",
        "s3://bkt/${caller.name}-home/*",
        "s3://bkt/${caller.name}${caller.account}/*",
        "s3://bkt/${caller.name/*",
        "s3://bkt/${}/*",
        "s3://bkt/${caller.arn}/*",
        "s3://bkt/${aws:username}/*",
        "s3://bkt/${claim.tenant}/*",
        "s3://bkt/${ caller.name }/*",
        "s3://bkt/$${caller.name}/*",
        "s3://bkt/pre*",
        "s3://bkt",
        "s3://bkt/../*",
    ],
)
def test_a_scope_with_a_variable_out_of_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Scope.parse(text)


@pytest.mark.parametrize("value", ["", "a/b", "/", ".", "..", "a\nb", "a\x00", "\ud800"])
def test_a_value_that_is_not_one_path_segment_refuses_the_request(value: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Scope.parse("s3://bkt/${caller.name}/*").fill({"caller.name": value})


def test_a_missing_value_refuses_the_request() -> None:
    with pytest.raises(ValueError, match=r"caller\.name"):
        Scope.parse("s3://bkt/${caller.name}/*").fill({})


@pytest.mark.parametrize("value", ["*", "?", "${caller.account}", "a*b"])
def test_special_characters_in_a_value_stay_literal(value: str) -> None:
    location = Scope.parse("s3://bkt/${caller.name}/*").fill(VALUES | {"caller.name": value})
    assert location.key == f"{value}/"
    assert "*" not in location.iam_pattern.removesuffix("*").replace("${*}", "")


@pytest.mark.parametrize(
    ("old", "new", "covered"),
    [
        ("s3://bkt/*", "s3://bkt/${caller.name}/*", True),
        ("s3://bkt/${caller.name}/*", "s3://bkt/${caller.name}/in/*", True),
        ("s3://bkt/${caller.name}/*", "s3://bkt/alice/*", False),
        ("s3://bkt/alice/*", "s3://bkt/${caller.name}/*", False),
        ("s3://bkt/a", "s3://bkt/a", True),
        ("s3://bkt/a/*", "s3://other/a/*", False),
    ],
)
def test_one_scope_is_within_another_only_if_it_is_for_every_caller(
    old: str, new: str, covered: bool
) -> None:
    assert Scope.parse(old).covers(Scope.parse(new)) is covered
