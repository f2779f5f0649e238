"""A variable fills whole path segments, and no value of it opens more keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluator import matches
from vending.grants.keys import Keys
from vending.grants.scope import Scope

VALUES = {"caller.name": "alice", "caller.account": "123456789012"}


def test_a_variable_is_filled_with_the_callers_value() -> None:
    scope = Scope.parse("s3://bkt/${caller.account}/home/${caller.name}/*")
    assert scope.fill(VALUES) == Keys("bkt", "123456789012/home/alice/", is_prefix=True)


@pytest.mark.parametrize(
    ("values", "key", "opens"),
    [
        (VALUES, "home/alice/x", True),
        (VALUES, "home/bob/x", False),
        ({"caller.name": "alice/x"}, "home/alice/x", False),
        ({"caller.name": ""}, "home//x", False),
        ({}, "home/alice/x", False),
    ],
)
def test_a_scope_opens_keys_for_a_caller_whose_values_fill_it(
    values: dict[str, object], key: str, opens: bool
) -> None:
    scope = Scope.parse("s3://bkt/home/${caller.name}/*")
    assert scope.opens(Keys("bkt", key), values) is opens


def test_a_scope_without_variables_is_its_location() -> None:
    assert Scope.parse("s3://bkt/a$b/*").fill({}) == Keys.parse("s3://bkt/a$b/*")


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
        "s3://bkt/${claim.}/*",
        "s3://bkt/${claim.a b}/*",
        "s3://bkt/${claim.tenant/x}/*",
        "s3://bkt/${caller.name:path}/*",
        "s3://bkt/${claim.tenant:PATH}s/*",
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


@pytest.mark.parametrize(
    "text",
    [
        "s3://bkt/${claim.tenant}/*",
        "s3://bkt/${claim.tenant}",
        "s3://bkt/a/${claim.tenant}/b/${claim.team}/c.txt",
        "s3://bkt/${claim.tenant:path}/*",
        "s3://bkt/${claim.project_path:path}/${claim.ref}/*",
        "s3://bkt/${claim.custom:tenant}/*",
        "s3://bkt/${claim.https:example.com}/*",
        "s3://bkt/${claim.1}/*",
        "s3://bkt/${claim.sub-claim}/*",
    ],
)
def test_a_claim_may_fill_a_segment_of_a_scope(text: str) -> None:
    assert str(Scope.parse(text)) == text


def test_the_variables_of_a_scope_are_named_without_how_they_fill() -> None:
    scope = Scope.parse("s3://bkt/${claim.a:path}/${claim.b:c}/${claim.a}/x/*")
    assert scope.variables == {"claim.a", "claim.b:c"}


# The values of ${claim.t} and ${claim.t:path}; None: the request is refused.
FILLED: list[tuple[str, object, str | None, str | None]] = [
    ("a name", "acme", "acme", "acme"),
    ("a name outside ASCII", "日本 é", "日本 é", "日本 é"),
    ("several segments", "a/b", None, "a/b"),
    ("many segments", "a/b/c/d", None, "a/b/c/d"),
    ("a star", "*", "*", "*"),
    ("a question mark", "?", "?", "?"),
    ("a dollar", "$", "$", "$"),
    ("another variable", "${claim.other}", "${claim.other}", "${claim.other}"),
    ("IAM's own variable", "${aws:username}", "${aws:username}", "${aws:username}"),
    ("a percent-encoded slash", "a%2Fb", "a%2Fb", "a%2Fb"),
    ("a backslash", "a\\b", "a\\b", "a\\b"),
    ("three dots", "...", "...", "..."),
    ("a hidden name", ".a", ".a", ".a"),
    ("a space", " ", " ", " "),
    ("nothing", "", None, None),
    ("a slash", "/", None, None),
    ("a slash before", "/a", None, None),
    ("a slash behind", "a/", None, None),
    ("two slashes", "a//b", None, None),
    ("this folder", ".", None, None),
    ("the folder above", "..", None, None),
    ("above and down again", "../x", None, None),
    ("down and above", "x/..", None, None),
    ("in between", "x/../y", None, None),
    ("this folder in between", "x/./y", None, None),
    ("a line end", "a\nb", None, None),
    ("a NUL", "a\0", None, None),
    ("a delete", "\x7f", None, None),
    ("a control character of Latin 1", "a\x85b", None, None),
    ("half a character", "\ud800", None, None),
    ("longer than a key", "x" * 1025, None, None),
    ("a number", 7, None, None),
    ("a part of a number", 1.5, None, None),
    ("true", True, None, None),
    ("a list", ["acme"], None, None),
    ("a list of nothing", [], None, None),
    ("null", None, None, None),
]


@pytest.mark.parametrize(("sentence", "value", "segment", "path"), FILLED)
def test_a_claim_fills_whole_segments_or_refuses_the_request(
    sentence: str, value: object, segment: str | None, path: str | None
) -> None:
    for variable, wanted in (("${claim.t}", segment), ("${claim.t:path}", path)):
        for text in (f"s3://bkt/in/{variable}/*", f"s3://bkt/in/{variable}"):
            scope = Scope.parse(text)
            if wanted is None:
                with pytest.raises(ValueError, match=r"\w"):
                    scope.fill({"claim.t": value})
            else:
                filled = scope.fill({"claim.t": value})
                assert str(filled) == text.replace(variable, wanted)
                assert filled.iam_pattern.count("*") == wanted.count("*") + filled.is_prefix


def test_a_claim_that_is_missing_refuses_the_request_by_its_name() -> None:
    for variable in ("${claim.tenant}", "${claim.tenant:path}"):
        with pytest.raises(ValueError, match=r"claim\.tenant does not"):
            Scope.parse(f"s3://bkt/{variable}/*").fill({"claim.other": "x", "tenant": "x"})


def test_a_value_is_filled_in_once_and_never_read_again() -> None:
    scope = Scope.parse("s3://bkt/${claim.a}/${claim.b}/*")
    filled = scope.fill({"claim.a": "${claim.b}", "claim.b": "secret"})
    assert filled == Keys("bkt", "${claim.b}/secret/", is_prefix=True)


segments = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="/"), min_size=1, max_size=9
).filter(lambda one: one not in (".", ".."))
keys = st.lists(segments | st.sampled_from(["acme", "acme2", "ac", ""]), max_size=4).map("/".join)


@given(segments | st.sampled_from(["acme", "a*", "a?e"]), keys)
def test_a_filled_scope_covers_a_key_only_if_it_begins_with_exactly_this_prefix(
    value: str, key: str
) -> None:
    filled = Scope.parse("s3://bkt/tenants/${claim.t}/*").fill({"claim.t": value})
    for asked in (f"tenants/{value}/{key or 'x'}", f"tenants/{key or 'x'}", f"tenants/{value}"):
        covered = filled.covers(Keys("bkt", asked))
        assert covered is asked.startswith(f"tenants/{value}/")
        assert covered is matches(filled.iam_pattern, asked)


@given(st.lists(segments, min_size=1, max_size=3).map("/".join), keys)
def test_a_scope_of_several_segments_covers_what_is_below_all_of_them(path: str, key: str) -> None:
    filled = Scope.parse("s3://bkt/${claim.t:path}/*").fill({"claim.t": path})
    for asked in (f"{path}/{key or 'x'}", key or "x", path):
        covered = filled.covers(Keys("bkt", asked))
        assert covered is asked.startswith(f"{path}/")
        assert covered is matches(filled.iam_pattern, asked)


@pytest.mark.parametrize(
    "key", ["acme2/x", "acm/x", "acme", "Acme/x", "acme%2Fx", "x/acme/x", "*/x", "acme*/x"]
)
def test_a_neighbours_keys_are_not_reached(key: str) -> None:
    for variable in ("${claim.t}", "${claim.t:path}"):
        filled = Scope.parse(f"s3://bkt/{variable}/*").fill({"claim.t": "acme"})
        assert not filled.covers(Keys("bkt", key))
        assert not matches(filled.iam_pattern, key)
        assert filled.covers(Keys("bkt", "acme/x"))


@pytest.mark.parametrize(
    ("old", "new", "covered"),
    [
        ("s3://bkt/*", "s3://bkt/${claim.t}/*", True),
        ("s3://bkt/${claim.t}/*", "s3://bkt/${claim.t}/in/*", True),
        ("s3://bkt/${claim.t:path}/*", "s3://bkt/${claim.t:path}/in/*", True),
        ("s3://bkt/${claim.t}/*", "s3://bkt/${claim.t}/*", True),
        ("s3://bkt/${claim.t}/*", "s3://bkt/${claim.t:path}/*", False),
        ("s3://bkt/${claim.t}/*", "s3://bkt/${claim.u}/*", False),
        ("s3://bkt/${claim.t}/*", "s3://bkt/${claim.t2}/*", False),
        ("s3://bkt/${claim.t}/*", "s3://bkt/acme/*", False),
        ("s3://bkt/acme/*", "s3://bkt/${claim.t}/*", False),
    ],
)
def test_a_scope_of_claims_is_within_another_only_if_it_is_for_everybody(
    old: str, new: str, covered: bool
) -> None:
    assert Scope.parse(old).covers(Scope.parse(new)) is covered
