"""A search finds the least of all that fits, or says that it is not sure."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.proof.reaching import ISSUER, READ, URL, document, opens, web
from tests.support.make import grant
from vending.callers.identity import WebIdentity
from vending.callers.issuer import Claim
from vending.grants.keys import KEY_BYTES
from vending.grants.scope import Scope
from vending.reach import search
from vending.reach.case import MOST, Case
from vending.reach.compare import differences
from vending.reach.pattern import Pattern
from vending.reach.population import Place, Value, population_of
from vending.reach.search import differing, fillings, lacking, least, most_parts
from vending.reach.solve import solve

T = ("t",)
US = population_of(ISSUER)


def a_case() -> Case:
    return Case("bkt", US)


def test_a_value_fills_one_segment_then_two_and_so_on() -> None:
    for most in (1, 4):
        parts = [one.fact(0, T).parts for one in fillings(a_case(), 0, T, most)]
        assert parts == [*range(1, most + 1)]


@pytest.mark.parametrize(
    ("text", "values"), [("1", [1]), ('"a//b"', ["a//b"]), ("true", [True]), ('"a"', [])]
)
def test_a_caller_claim_that_fills_nothing_is_no_text_of_segments(
    text: str, values: list[Value]
) -> None:
    case = Case("bkt", population_of(replace(ISSUER, caller_claims=("t",))))
    assert case.fill(0, T, 0)
    assert case.has(0, T, text)
    found = solve(case)
    assert [found.callers[0][T]] == values if found else not values


def test_what_is_text_of_several_segments_fills_no_fewer() -> None:
    case = a_case()
    assert case.has(0, T, '"a/b"')
    assert not case.copy().fill(0, T, 1)
    assert case.copy().fill(0, T, 2)
    assert not case.copy().fill(0, T, 3)


@pytest.mark.parametrize(
    ("place", "value", "may_be"),
    [
        (T, "acme", True),
        (T, ["acme"], False),
        (T, None, False),
        (("t", "x"), "y", False),
        (("t", "x"), None, True),
        (("iss",), URL, True),
        (("iss",), "https://other.example.com", False),
        (("exp",), 1, True),
        (("exp",), [1], False),
        (("exp",), "1", False),
        (("nbf",), None, True),
        (("anything",), ["a", 1], True),
    ],
)
def test_a_value_can_be_given_that_an_accepted_token_may_have(
    place: Place, value: Value | None, *, may_be: bool
) -> None:
    nested = (*ISSUER.claims, Claim("x", ("t", "x")))
    entry = replace(ISSUER, claims=nested, caller_claims=("t",))
    assert Case("bkt", population_of(entry)).give(0, place, value) is may_be


@pytest.mark.parametrize(
    ("value", "parts"),
    [("a", [1]), ("a/b", [2]), ("a//b", []), (1, []), (["a"], []), (None, []), ("", [])],
)
def test_a_value_that_is_given_fills_what_it_fills(
    value: str | list[str] | None, parts: list[int]
) -> None:
    case = a_case()
    assert case.give(0, T, value)  # type: ignore[arg-type]
    assert [one.fact(0, T).parts for one in fillings(case, 0, T, 4)] == parts


@pytest.mark.parametrize(
    ("value", "count"), [("a", 1), ("a/b", 2), ("a//b", 0), (1, 0), (["a"], 0), (None, 0), ("", 0)]
)
def test_a_value_that_is_given_leaves_no_other_choice(
    value: str | list[str] | None, count: int
) -> None:
    for number in range(4):
        case = a_case()
        assert case.give(0, T, value)  # type: ignore[arg-type]
        assert case.fill(0, T, number) is (number == count)


@pytest.mark.parametrize("count", [2, 300])
def test_what_fills_so_many_segments_fills_no_other_number(count: int) -> None:
    case = a_case()
    for number in (count, count - 1, count, count + 1):
        assert case.fill(0, T, int(str(number))) is (number == count)


@pytest.mark.parametrize("place", ["exp", "aud"])
def test_what_is_never_text_fills_nothing(place: str) -> None:
    case = Case("bkt", population_of(replace(ISSUER, audience_claim="client_id")))
    assert not case.fill(0, (place,), 1)
    assert case.copy().has(0, (place,), '"x"') is (place == "aud")


@pytest.mark.parametrize("count", [2, 3, 300])
def test_a_text_of_several_segments_differs_in_one_of_them(count: int) -> None:
    case = a_case()
    assert case.fill(0, T, count)
    ways = list(lacking(case, 0, T, json.dumps("/".join("x" * count))))
    assert len(ways) == count
    found = [solve(one) for one in (ways[0], ways[-1])]
    x = "/x" * (count - 1)
    assert [one.callers[0][T] for one in found if one] == [f"y{x}", f"{x[1:]}/y"]


def test_what_a_value_lacks_before_it_fills_it_lacks_afterwards() -> None:
    (case,) = lacking(a_case(), 0, T, '"x/x"')
    filled = [least([one]) for one in fillings(case, 0, T, 2)]
    assert [one.found.callers[0][T] for one in filled if one] == ["x", "y/x", "x/y"]


@pytest.mark.parametrize(
    ("place", "known", "expected"),
    [
        ("aud", {}, "x"),
        ("aud", {"has": frozenset(['"a//b"'])}, "a//b"),
        ("aud", {"parts": 0}, ["x"]),
        ("aud", {"parts": 0, "scalar": True}, "a//b"),
        ("client_id", {}, "x"),
        ("client_id", {"parts": 0}, "a//b"),
    ],
)
def test_an_audience_is_the_first_that_fits(
    place: str, known: Mapping[str, object], expected: Value
) -> None:
    entry = replace(
        ISSUER,
        audience=("x", "a//b"),
        audience_claim="client_id" if place == "client_id" else None,
    )
    case = Case("bkt", population_of(entry))
    case.know(0, (place,), **known)
    found = solve(case)
    assert found
    assert found.callers[0][place,] == expected
    assert found.callers[0]["exp",] == 1


def test_a_text_differs_from_an_equal_one_of_another_object() -> None:
    case = a_case()
    assert case.length(2, 2)
    assert case.equal(0, "ab")
    assert case.equal(1, "".join("ab"))
    assert solve(case)
    assert not solve(differing(case, 0, 1))


def test_the_least_of_several_cases_is_found() -> None:
    cases = []
    for text in ("abc", "ab", "abcd"):
        case = a_case()
        assert case.equal(0, text)
        cases.append(case)
    found = least(cases)
    assert found
    assert found.found.key == "ab"
    assert least([]) is None


BEFORE = [
    *(grant(f"s3://bkt/{one}/* READ", id=one, grantee=web("u")) for one in "xyzabc"),
    *(grant(f"s3://bkt/{one} READ", id=f"key-{one}", grantee=web("u")) for one in "xyzab"),
]
AFTER = [*BEFORE, grant("s3://bkt/* READ", id="all", grantee=web("u"))]


def test_many_grants_are_left_one_by_one() -> None:
    (found,) = differences(document(BEFORE), document(AFTER))
    assert found.key.key == "c"
    assert found.is_exact
    assert isinstance(found.caller, WebIdentity)
    assert not any(opens(one, found.caller, found.key) for one in BEFORE)
    assert found.permission is READ


@pytest.mark.parametrize(("steps", "is_exact"), [(0, False), (4, False), (5, True), (6, True)])
def test_a_search_is_sure_if_it_ends_within_its_steps(
    steps: int, is_exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "STEPS", steps)
    (found,) = differences(document(BEFORE), document(AFTER))
    assert found.is_exact is is_exact


@pytest.mark.parametrize(
    ("texts", "bytes_"),
    [([], 1), (["ab"], 2), (["ab", "c"], 4), (["ab", None, "c"], 6), (["", "abc"], 4)],
)
def test_a_case_costs_no_more_than_its_shortest_key(texts: list[str | None], bytes_: int) -> None:
    case = a_case()
    assert case.length(max(1, len(texts)))
    assert all(case.equal(at, text) for at, text in enumerate(texts) if text is not None)
    assert case.cheapest == (False, bytes_, 0)
    found = solve(case)
    assert found
    assert found.cost[:2] == case.cheapest[:2]
    assert len(found.key) == bytes_


@pytest.mark.parametrize(
    ("scopes", "parts"),
    [
        (["a"], 4),
        (["a/b/c"], 8),
        (["${claim.t:path}/b/*"], 8),
        (["a", "${claim.t:path}/b/c"], 10),
        (["${claim.t:path}/b", "${claim.g:path}/b/c/*"], 12),
    ],
)
def test_a_variable_for_a_path_is_tried_with_twice_the_segments_of_the_longest_scope(
    scopes: list[str], parts: int
) -> None:
    patterns = [Pattern.of(Scope.parse(f"s3://bkt/{one}")) for one in scopes]
    assert most_parts([one for one in patterns if one]) == parts


def test_a_key_has_at_most_the_segments_of_one_that_is_all_slashes() -> None:
    assert len(("/" * KEY_BYTES).split("/")) == MOST


def test_a_search_that_takes_too_long_says_that_it_is_not_sure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "STEPS", 3)
    (found,) = differences(document(BEFORE), document(AFTER))
    assert not found.is_exact
