"""Reach against small worlds in which everything can be counted, and against drawn decisions."""

import json
import os
from collections.abc import Sequence
from functools import reduce
from itertools import combinations, product
from operator import or_

import pytest

from tests.proof.reaching import (
    READ,
    a_caller,
    below,
    by_tenant,
    counted,
    document,
    grants_of,
    just,
    keys,
    lends,
    opens,
    scopes,
    triples,
    web,
)
from tests.support.make import NOW
from vending.callers.identity import WebIdentity
from vending.decision.closest import matches
from vending.grants.grant import Grant, Permission
from vending.grants.keys import Keys
from vending.reach.compare import apart, differences, overlap
from vending.reach.who import what, who

BLOCKS = range(int(os.environ.get("S3VEND_PROOF_BLOCKS", "1")))
# A part of all pairs is enough while code is written.
EACH = 1 if len(BLOCKS) > 1 else 7
every_block = pytest.mark.parametrize("block", BLOCKS, ids="block-{}".format)

SCOPES = (
    "*",
    "a/*",
    "a",
    "${claim.t}/*",
    "a/${claim.t}/*",
    "${claim.t}/a",
    "${claim.g}/${claim.t}/*",
)
PATHS = (
    "${claim.t:path}/*",
    "${claim.t:path}/a",
    "a/${claim.t:path}/*",
    "${claim.g}/${claim.t:path}",
)
MORE = (
    "a/a",
    "a//*",
    "${claim.t}/${claim.t}",
    "a/${claim.t:path}/a/*",
    "${claim.t:path}/${claim.g}/*",
    "${claim.t:path}/b/${claim.t}",
)
GRANTEES = (web(t="a"), web(g="a"), web("a"))
EVERY = grants_of(
    (*GRANTEES, web(g=1), web("a", t="a"), web(t="a", g="b"), web(t="a/b")),
    (*SCOPES, *PATHS, *MORE),
)
FEW = grants_of(GRANTEES[:2], (*SCOPES, *PATHS))
WANTED = ("*", "a/*", "a/b/*", "b/c/*", "a", "b/a", "a/b/a", "a//*", "b/b/b/b")


def asserted(grant: Grant, caller: object, key: Keys) -> None:
    assert isinstance(caller, WebIdentity)
    assert opens(grant, caller, key), (str(grant.scope), grant.grantee, caller, key)


def agrees(key: Keys | None, is_counted: bool) -> bool:
    """Whether a key is found where one is counted; those of five segments are not counted."""
    return (key is not None) is is_counted or (key is not None and key.key.count("/") > 3)


def shortest(reach: Sequence[int]) -> int | None:
    """The length of the shortest of these keys, of those without empty segments."""
    every = 0
    for one in reach:
        every |= one
    plain = [one.key for at, one in enumerate(keys()) if every >> at & 1]
    return min((len(one) for one in plain if "" not in one.split("/")), default=None)


@pytest.mark.parametrize("grant", EVERY, ids=lambda one: f"{one.scope}-{one.id}")
def test_who_finds_a_grant_exactly_where_somebody_reaches_a_key_by_it(grant: Grant) -> None:
    for text in WANTED:
        wanted = Keys.parse(f"s3://bkt/{text}")
        within = [one & below(wanted) for one in counted(grant)]
        whole = any(one.covers(wanted) for one in scopes(grant) if one)
        found = list(who(document([grant]), wanted, READ))
        assert agrees(found[0].key if found else None, any(within)), text
        for one in found:
            asserted(grant, one.caller, one.key)
            assert one.is_whole is whole
            assert wanted.covers(one.key)
            assert shortest(within) in (None, len(one.key.key))


@pytest.mark.parametrize("after", FEW, ids=lambda one: f"{one.scope}-{one.id}")
def test_a_difference_is_found_exactly_where_there_is_one(after: Grant) -> None:
    for before in list(combinations(FEW, 2))[int(after.id) % EACH :: EACH]:
        together = zip(*map(counted, before), strict=True)
        rest = [
            own & ~(one | other) for own, (one, other) in zip(counted(after), together, strict=True)
        ]
        old, new = document(before), document([*before, after])
        found = [one for one in differences(old, new) if one.kind == "gained"]
        assert agrees(found[0].key if found else None, any(rest)), before
        assert list(differences(old, old)) == []
        for one in found:
            asserted(after, one.caller, one.key)
            assert not any(opens(other, one.caller, one.key) for other in before)
            assert shortest(rest) in (None, len(one.key.key))


@pytest.mark.parametrize("one", EVERY[::EACH], ids=lambda one: f"{one.scope}-{one.id}")
def test_two_grants_overlap_exactly_where_somebody_shares_a_key(one: Grant) -> None:
    for other in EVERY[int(one.id) % EACH :: EACH]:
        everywhere = Keys("bkt", "", is_prefix=True)
        both = document({one.id: one, other.id: other}.values())
        reach = [reduce(or_, counted(grant)) for grant in (one, other)]
        found = overlap(both, one, other)
        assert agrees(found.key if found else None, bool(reach[0] & reach[1])), other.scope
        found_apart = [
            each for each in apart(both, "claim.t", everywhere) if {*each.grants} == {one, other}
        ]
        is_counted = any(
            left & right
            for (tenant, left), (neighbour, right) in product(
                by_tenant(one).items(), by_tenant(other).items()
            )
            if tenant != neighbour
        )
        assert agrees(found_apart[0].key if found_apart else None, is_counted), other.scope
        for shared in filter(None, (found, *found_apart)):
            for grant, caller in zip(shared.grants, shared.callers, strict=True):
                asserted(grant, caller, shared.key)
        for shared in found_apart:
            values = [json.dumps(caller.variables["claim.t"]) for caller in shared.callers]
            assert values[0] != values[1]


@every_block
def test_who_and_what_answer_as_drawn_requests_are_decided(block: int) -> None:
    lent = 0
    for whole, caller, target in triples(block, documents=112, each=20):
        for permission in Permission:
            answer = list(who(whole, target, permission, callers=just(caller)))
            is_lent = lends(whole.grants, caller, target, permission)
            assert any(one.is_whole for one in answer) is is_lent, (whole.grants, caller, target)
            lent += is_lent
            for one in answer:
                assert all(opens(grant, one.caller, one.key) for grant in one.grants)
        by_grant = {one.grant.id: one.scope for one in matches(whole.grants, a_caller(caller), NOW)}
        reached = {one.grants[0].id: one.keys for one in what(whole, just(caller))}
        assert reached == {id_: str(scope) for id_, scope in by_grant.items()}
    assert lent > 200
