"""Which tests a change can break, and which it refuses for."""

from random import Random
from typing import Any

import pytest

from tests.proof.reaching import ISSUER, URL, document, grants_of, web
from tests.support.make import USER_ARN, grant, location
from vending.callers.principal import Principal
from vending.documents.expectation import ExpectationBody
from vending.expectations.guard import Broken, Catalogues, Touched, broken_parts
from vending.expectations.judge import Failure
from vending.grants.expectation import Expectation
from vending.grants.grantee import IamGrantee, WebGrantee

WEB = {"as": {"issuer": URL}, "refused": {"READ": "s3://bkt/a/*"}}
OTHER = {"as": {"issuer": f"{URL}/other"}, "refused": {"READ": "s3://bkt/a/*"}}
IAM = {"as": {"iam": USER_ARN}, "reaches": {"READ": "s3://bkt/a/*"}}
APART = {"disjoint": "claim.t", "within": "s3://bkt/*"}
NAMES = {"disjoint": "caller.name", "within": "s3://bkt/*"}
ONLY = {"scope": "s3://bkt/*", "onlyReachedBy": []}
KINDS: dict[str, dict[str, Any]] = {
    "web": WEB,
    "other": OTHER,
    "iam": IAM,
    "apart": APART,
    "names": NAMES,
    "only": ONLY,
}


def expecting(id_: str, **members: object) -> Expectation:
    return ExpectationBody.model_validate({"id": id_} | members).expectation()


@pytest.mark.parametrize(
    ("sentence", "entry", "touched"),
    [
        ("a grant to IAM", grant("s3://bkt/z/* READ"), {"iam", "apart", "names", "only"}),
        ("a grant of an issuer", grant("s3://bkt/z/* READ", grantee=web("x")), {"web", "apart", "names", "only"}),
        ("a grant in another bucket", grant("s3://bkt2/a/* READ"), set()),
        ("the location", location(), set(KINDS)),
        ("another location", location("bkt2"), set()),
        ("the issuer", ISSUER, {"web", "apart", "only"}),
    ],
)  # fmt: skip
def test_a_change_touches_the_tests_of_its_bucket_and_its_callers(
    sentence: str, entry: object, touched: set[str]
) -> None:
    change = Touched.of([entry])
    assert {id_ for id_, one in KINDS.items() if change.touches(expecting(id_, **one))} == touched


BEFORE, AFTER = grant("s3://bkt/a/* READ", id="a"), grant("s3://bkt/b/* READ", id="b")
PARTS: dict[str, Any] = {
    "as": {"iam": USER_ARN},
    "reaches": {"READ": ["s3://bkt/a/x", "s3://bkt/c/x"]},
    "refused": {"READ": ["s3://bkt/b/x", "s3://bkt/a/y"]},
}


def test_each_part_is_judged_by_how_it_was_before() -> None:
    test = expecting("a", **PARTS)
    change = Catalogues(lambda: document([BEFORE]), document([AFTER]), None)
    found = list(broken_parts([test], set(), change))
    assert [(one.failure.part, one.before) for one in found] == [
        ("reaches READ s3://bkt/a/x", "held"),
        ("reaches READ s3://bkt/c/x", "failed"),
        ("refused READ s3://bkt/b/x", "held"),
    ]
    new = list(broken_parts([test], {"a"}, change))
    assert {one.before for one in new} == {"new"}
    assert len(new) == len(found)


@pytest.mark.parametrize(
    ("before", "member", "narrows", "refuses"),
    [
        ("held", "reaches", False, True),
        ("held", "reaches", True, False),
        ("held", "refused", True, True),
        ("held", "disjoint", True, True),
        ("held", "onlyReachedBy", True, True),
        ("failed", "refused", False, False),
        ("failed", "reaches", False, False),
        ("new", "reaches", True, True),
        ("new", "refused", False, True),
    ],
)
def test_a_change_is_refused_for_what_held_and_for_what_is_new(
    before: Any, member: str, narrows: bool, refuses: bool
) -> None:
    one = Broken(expecting("a", **IAM), Failure(member, member, "why"), before)
    assert one.refuses(narrows=narrows) is refuses


def test_where_keys_must_not_be_reached_only_what_is_near_the_changed_grants_is_judged() -> None:
    grants = [
        grant("s3://bkt/a/b/* READ", id="new"),
        grant("s3://bkt/* READ", id="around", grantee=web("x")),
        grant("s3://bkt/a/b/c READ", id="in it"),
        grant("s3://bkt/b/* READ", id="beside"),
        grant("s3://bkt/${claim.t}/b/* READ", id="variable", grantee=web("x")),
    ]
    after = document(grants)
    near = Catalogues(lambda: after, after, {"new"}).near
    assert {one.id for one in near.grants} == {"new", "around", "in it", "variable"}
    assert Catalogues(lambda: after, after, None).near is after
    assert Catalogues(lambda: after, after, set()).near.grants == ()


def test_the_catalogue_before_is_not_looked_at_if_nothing_breaks() -> None:
    change = Catalogues(lambda: pytest.fail("looked at"), document([BEFORE]), {"a"})
    test = expecting("a", **{"as": {"iam": USER_ARN}, "reaches": {"READ": "s3://bkt/a/x"}})
    assert list(broken_parts([test, expecting("b", **APART)], set(), change)) == []


GRANTEES: list[IamGrantee | WebGrantee] = [
    web("a"),
    web(g="a"),
    web(t="a"),
    IamGrantee(Principal.parse(USER_ARN)),
]
SCOPES = ["a/*", "a/b", "*", "${claim.t}/*", "${claim.t:path}/b", "${claim.g}/${claim.t}/*"]


@pytest.mark.parametrize("seed", range(40))
def test_judging_near_the_changed_grants_refuses_what_judging_everything_does(seed: int) -> None:
    random = Random(seed)
    drawn = [
        one for one in grants_of(GRANTEES, SCOPES) if one.scope.variables or random.random() < 0.7
    ]
    usable = [
        one for one in drawn if not (one.scope.variables and isinstance(one.grantee, IamGrantee))
    ]
    before, added = random.sample(usable, 2), random.choice(usable)
    kept = [one for one in before if one.id != added.id][random.randrange(2) :]
    after = [*kept, added]
    changed = {one.id for one in (*before, *after) if (one in before) != (one in after)}
    tests = [
        expecting("apart", **APART),
        expecting("only", scope="s3://bkt/a/*", onlyReachedBy=[{"issuer": URL, "subject": "a"}]),
        expecting("web", **WEB),
    ]

    def refused(ids: set[str] | None) -> list[tuple[str, str]]:
        change = Catalogues(lambda: document(before), document(after), ids)
        found = broken_parts(tests, set(), change)
        return [(one.expectation.id, one.failure.part) for one in found if one.before == "held"]

    assert refused(changed) == refused(None)
