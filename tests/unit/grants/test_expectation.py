"""Whether one test demands whatever another does; in doubt it does not."""

from typing import Any

import pytest

from vending.documents.expectation import ExpectationBody
from vending.grants.expectation import Demand

URL = "https://login.example.com"
ROLE, OTHER = (f"arn:aws:iam::123456789012:role/{name}" for name in ("Payroll", "Other"))
ACME = {"issuer": URL, "claims": {"t": "acme"}}
REACHES: dict[str, Any] = {"as": ACME, "reaches": {"READ": ["s3://bkt/a/*", "s3://bkt/b"]}}
REFUSED: dict[str, Any] = {"as": ACME, "refused": {"READ": "s3://bkt/a/*", "WRITE": "s3://bkt/*"}}
APART: dict[str, Any] = {"disjoint": "claim.t", "within": "s3://bkt/a/*"}
ONLY: dict[str, Any] = {"scope": "s3://bkt/a/*", "onlyReachedBy": [{"iam": ROLE}]}


def demand(members: dict[str, Any]) -> Demand:
    return ExpectationBody.model_validate({"id": "x"} | members).expectation().demand


@pytest.mark.parametrize(
    ("sentence", "before", "after", "implies"),
    [
        ("the same", REACHES, {}, True),
        ("one more key", REACHES, {"reaches": {"READ": ["s3://bkt/a/*", "s3://bkt/b", "s3://bkt/c"]}}, True),
        ("in another order", REACHES, {"reaches": {"READ": ["s3://bkt/b", "s3://bkt/a/*"]}}, True),
        ("one key less", REACHES, {"reaches": {"READ": "s3://bkt/a/*"}}, False),
        ("more keys by a prefix", REACHES, {"reaches": {"READ": "s3://bkt/*"}}, True),
        ("fewer by a longer one", REACHES, {"reaches": {"READ": ["s3://bkt/a/b/*", "s3://bkt/b"]}}, False),
        ("another permission", REACHES, {"reaches": {"WRITE": ["s3://bkt/a/*", "s3://bkt/b"]}}, False),
        ("refused instead", REACHES, {"reaches": None, "refused": REACHES["reaches"]}, False),
        ("refused too", REACHES, {"refused": {"READ": "s3://bkt/c"}}, True),
        ("more callers", REACHES, {"as": {"issuer": URL}}, True),
        ("fewer callers", REACHES, {"as": {"issuer": URL, "claims": {"t": "acme", "g": 1}}}, False),
        ("one subject", REACHES, {"as": ACME | {"subject": "x"}}, False),
        ("others", REACHES, {"as": {"issuer": URL, "claims": {"t": "other"}}}, False),
        ("of another issuer", REACHES, {"as": ACME | {"issuer": f"{URL}/"}}, False),
        ("a number is not its text", REACHES | {"as": {"issuer": URL, "claims": {"t": 1}}}, {"as": {"issuer": URL, "claims": {"t": "1"}}}, False),
        ("true is not 1", REACHES | {"as": {"issuer": URL, "claims": {"t": 1}}}, {"as": {"issuer": URL, "claims": {"t": True}}}, False),
        ("the whole account", REACHES | {"as": {"iam": ROLE}}, {"as": {"iam": "123456789012"}}, True),
        ("another account", REACHES | {"as": {"iam": ROLE}}, {"as": {"iam": "123456789013"}}, False),
        ("a role of it", REACHES | {"as": {"iam": "123456789012"}}, {"as": {"iam": ROLE}}, False),
        ("a pinned role", REACHES | {"as": {"iam": ROLE}}, {"as": {"iam": ROLE, "uniqueId": "AROA2EXAMPLEEXAMPLE1"}}, False),
        ("a role that is not pinned any more", REACHES | {"as": {"iam": ROLE, "uniqueId": "AROA2EXAMPLEEXAMPLE1"}}, {"as": {"iam": ROLE}}, True),
        ("of IAM, not of an issuer", REACHES, {"as": {"iam": ROLE}}, False),
        ("of an issuer, not of IAM", REACHES | {"as": {"iam": ROLE}}, {"as": {"issuer": URL}}, False),
        ("one refused permission less", REFUSED, {"refused": {"READ": "s3://bkt/a/*"}}, False),
        ("less refused", REFUSED, {"refused": {"READ": "s3://bkt/a/x", "WRITE": "s3://bkt/*"}}, False),
        ("more refused", REFUSED, {"refused": {"READ": "s3://bkt/*", "WRITE": "s3://bkt/*"}}, True),
        ("wider", APART, {"within": "s3://bkt/*"}, True),
        ("narrower", APART, {"within": "s3://bkt/a/b/*"}, False),
        ("another bucket", APART, {"within": "s3://bkt2/a/*"}, False),
        ("another claim", APART, {"disjoint": "claim.g"}, False),
        ("a wider scope", ONLY, {"scope": "s3://bkt/*"}, True),
        ("a narrower scope", ONLY, {"scope": "s3://bkt/a/b"}, False),
        ("fewer grantees", ONLY, {"onlyReachedBy": []}, True),
        ("more grantees", ONLY, {"onlyReachedBy": [{"iam": ROLE}, {"iam": OTHER}]}, False),
        ("another grantee", ONLY, {"onlyReachedBy": [{"iam": OTHER}]}, False),
        ("its whole account", ONLY, {"onlyReachedBy": [{"iam": "123456789012"}]}, False),
        ("only the pinned role", ONLY, {"onlyReachedBy": [{"iam": ROLE, "uniqueId": "AROA2EXAMPLEEXAMPLE1"}]}, True),
        ("a narrower grantee", ONLY | {"onlyReachedBy": [{"issuer": URL, "claims": {"t": 1}}]}, {"onlyReachedBy": [{"issuer": URL, "claims": {"t": 1, "g": 1}}]}, True),
    ],
)  # fmt: skip
def test_a_changed_test_demands_as_much_or_may_demand_less(
    sentence: str, before: dict[str, Any], after: dict[str, Any], implies: bool
) -> None:
    changed = {name: one for name, one in (before | after).items() if one is not None}
    assert demand(changed).implies(demand(before)) is implies


def test_tests_of_different_kinds_imply_nothing_of_each_other() -> None:
    kinds = [demand(one) for one in (REACHES, APART, ONLY)]
    for one in kinds:
        assert [one.implies(other) for other in kinds] == [one is other for other in kinds]


@pytest.mark.parametrize("members", [REACHES, REFUSED, APART, ONLY])
def test_a_test_is_written_as_it_is_read(members: dict[str, Any]) -> None:
    described = {"id": "x", "owner": "team-data", "description": "why"}
    entry = ExpectationBody.model_validate(described | members).expectation()
    assert entry.as_json() == described | members
    assert ExpectationBody.model_validate(entry.as_json()).expectation() == entry
