"""The closest grant for each target, found by its scope, is the first that covers it."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.support.make import NOW, caller, grant, wanted
from vending.decision.closest import Match, matches
from vending.decision.nearest import nearest_grants
from vending.decision.wanted import Wanted, WantedKeys
from vending.errors import AccessDenied, Fault, TooLarge
from vending.grants.grant import Grant, Permission
from vending.grants.grantee import IamGrantee
from vending.grants.keys import Keys

SCOPES = ("*", "a/*", "a/b/*", "a/b/", "a/b/c", "a//*", "/*", "b/*", "x", "a/b")
KEYS = ("a/b/c", "a/b/", "a/b", "a//", "a//x", "/", "/x", "b/x", "x", "a/x", "ab")


def candidates(*grants: Grant) -> list[Match]:
    return matches(grants, caller(), NOW)


@some.composite
def grants(draw: some.DrawFn) -> list[Grant]:
    drawn = draw(
        some.lists(
            some.tuples(
                some.sampled_from(["bkt", "two"]),
                some.sampled_from(SCOPES),
                some.sampled_from(["READ", "WRITE", "READWRITE"]),
                some.booleans(),
            ),
            min_size=1,
            max_size=12,
        )
    )
    everybody = {"grantee": IamGrantee("123456789012")}
    return [
        grant(f"s3://{bucket}/{scope} {permission}", id=f"g{n}", **(everybody if shared else {}))
        for n, (bucket, scope, permission, shared) in enumerate(drawn)
    ]


targets = some.lists(
    some.builds(
        Wanted,
        some.one_of(
            some.builds(Keys, some.sampled_from(["bkt", "two"]), some.sampled_from(KEYS)),
            some.builds(
                Keys,
                some.sampled_from(["bkt", "two"]),
                some.sampled_from(["", "a/", "a/b/", "a//", "/"]),
                some.just(value=True),
            ),
        ),
        some.sampled_from([Permission.READ, Permission.WRITE]),
        some.just("/x"),
    ),
    min_size=1,
    max_size=6,
)


@given(grants(), targets)
def test_what_is_looked_up_is_what_a_search_of_all_grants_finds(
    drawn: list[Grant], asked: list[Wanted]
) -> None:
    listed = candidates(*drawn)
    found = [next((one for one in listed if one.covers(target)), None) for target in asked]
    alone = next((one for one in listed if all(map(one.covers, asked))), None)
    if None in found:
        with pytest.raises(AccessDenied):
            nearest_grants(listed, asked, 12)
        return
    answer = {place: one.match for one in nearest_grants(listed, asked, 12) for place in one.places}
    assert [answer[place] for place in range(len(asked))] == [alone or one for one in found]


def test_the_grant_of_a_key_is_closer_than_those_of_its_prefixes() -> None:
    listed = candidates(
        grant("s3://bkt/a/* READ", id="prefix"),
        grant("s3://bkt/a/x READ", id="key"),
        grant("s3://bkt/* READ", id="bucket"),
    )
    needs = wanted("s3://bkt/a/x READ", "s3://bkt/a/* READ", "s3://bkt/b READ", "s3://bkt/a/y READ")
    alone = [nearest_grants(listed, [one], 1)[0].match.grant.id for one in needs]
    assert alone == ["key", "prefix", "bucket", "prefix"]
    assert [one.match.grant.id for one in nearest_grants(listed, needs, 1)] == ["bucket"]
    elsewhere = wanted("s3://bkt/a/x READ", "s3://bkt/a/y READ", "s3://two/x READ")
    apart = nearest_grants([*listed, *candidates(grant("s3://two/* READ", id="two"))], elsewhere, 3)
    assert [one.match.grant.id for one in apart] == ["key", "prefix", "two"]


def test_keys_below_one_prefix_are_told_apart_with_their_places_and_pointers() -> None:
    asked = WantedKeys(
        Keys("bkt", "", is_prefix=True), ("a/x", "b/x", "a/y"), Permission.READ, "/keys"
    )
    first, second = nearest_grants(
        candidates(grant("s3://bkt/a/* READ", id="a"), grant("s3://bkt/b/* READ", id="b")),
        [asked],
        2,
    )
    assert (first.match.grant.id, list(first.places)) == ("a", [0, 2])
    assert [one.pointer for one in first.wanted] == ["/keys/0", "/keys/2"]
    assert (second.match.grant.id, list(second.places)) == ("b", [1])
    (alone,) = nearest_grants(candidates(grant("s3://bkt/* READ")), [asked], 1)
    assert (list(alone.places), alone.wanted) == ([0, 1, 2], [asked])


def test_more_grants_than_a_request_can_use_are_refused_by_their_names() -> None:
    needs = wanted(*(f"s3://bkt/{name}/x READ" for name in "abcdeabcde"))
    given_to = candidates(*(grant(f"s3://bkt/{name}/* READ", id=name * 2) for name in "ecabd"))
    assert [one.match.grant.id for one in nearest_grants(given_to, needs, 5)] == [
        "aa", "bb", "cc", "dd", "ee",
    ]  # fmt: skip
    for most, pointer in ((3, "/targets/3"), (4, "/targets/4")):
        with pytest.raises(TooLarge) as refused:
            nearest_grants(given_to, needs, most)
        assert refused.value.detail == (
            f"These URLs need 5 grants; a request can use {most}. Send several requests. In the "
            "order of the URLs, the grants are: aa, bb, cc, dd, ee"
        )
        needed = f"needs the grant '{'abcde'[most] * 2}', number {most + 1} of the request; "
        assert refused.value.faults == (Fault(pointer, f"{needed}the limit is {most}"),)


def test_a_target_that_no_grant_covers_is_refused_by_its_name() -> None:
    needs = wanted("s3://bkt/a/x READ", "s3://bkt/b/x READ")
    with pytest.raises(AccessDenied) as refused:
        nearest_grants(candidates(grant("s3://bkt/a/* READ")), needs, 2)
    assert refused.value.detail == "None of your grants allows READ on s3://bkt/b/x."
    assert [fault.pointer for fault in refused.value.faults] == ["/targets/1"]
