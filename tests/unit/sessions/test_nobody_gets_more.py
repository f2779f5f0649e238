"""A session may do exactly what was granted, on every key in or near its targets.

`make proof` draws many more cases. The number of a block seeds it, so a block is the same
everywhere. Hypothesis shrinks a case that fails and prints it as a row for `ROWS`.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.narrowing.cases import HOWS, KINDS, Case, cases
from tests.narrowing.expected import Expected
from tests.narrowing.lending import lend
from tests.narrowing.near import near
from tests.narrowing.proof import check
from vending.errors import AccessDenied, PolicyTooLarge
from vending.grants.keys import Keys

BLOCKS = range(int(os.environ.get("S3VEND_PROOF_BLOCKS", "1")))
every_block = pytest.mark.parametrize("block", BLOCKS, ids="block-{}".format)
drawn = settings(
    max_examples=200,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)

ROWS = [
    Case(),
    Case(scope="*", tails=("", "a"), prefixes=True),
    Case(scope="a*b?c$d/*", how="Default"),
    Case(scope="${claim.tenant}/*", caller="web", tenant="${aws:userid}", how="Default"),
    Case(scope="${claim.tenant}/*", caller="web", tenant="*", how="Default"),
    Case(scope="${claim.path:path}/x", caller="web", path="${*}/${?}", permission="WRITE", how="PUT"),
    Case(tails=("x", "y/", "y/z"), prefixes=True, asked="READWRITE"),
    Case(how="upload", condition="ranges", expires=1800, kms=True),
    Case(how="upload", condition="vpce", partition="aws-cn", kms=True, versions=True),
    Case(how="Default", condition="caller", account="999999999999", asked="READWRITE", kms=True),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=repr)
def test_a_session_may_do_what_was_granted_and_nothing_else(row: Case) -> None:
    assert check(row) > 30


@every_block
def test_200_sessions_may_do_what_was_granted_and_nothing_else(block: int) -> None:
    vends, keys = 0, 0

    @seed(block)
    @drawn
    @given(cases())
    def prove(case: Case) -> None:
        nonlocal vends, keys
        asked = check(case)
        vends, keys = vends + bool(asked), keys + asked

    prove()
    print(f"block {block}: {vends} sessions, {keys} keys")  # noqa: T201 - the figures of the proof
    assert vends > 150, "most are granted"
    assert keys > 40 * vends


@every_block
def test_what_lies_beside_the_grant_is_refused_and_what_lies_in_it_is_not(block: int) -> None:
    @seed(block)
    @drawn
    @given(cases())
    def prove(case: Case) -> None:
        scope = Expected(case)
        scope.regions = [case.filled]
        for key in near(case, [case.filled], {})[block % 5 :: 5]:
            if not _is_key(key):
                continue
            with_it = case.targets if case.how in ("Minimal", "Default") else []
            try:
                lend(case, [*with_it, (key, False)])
                granted = True
            except PolicyTooLarge:  # raised only for targets that are granted
                granted = True
            except AccessDenied:
                granted = False
            assert granted is scope.covers(key), f"{case}: {key!r} is {granted}"

    prove()


def test_a_block_has_all_that_can_be_granted_and_asked() -> None:
    block: list[Case] = []

    @seed(0)
    @drawn
    @given(cases())
    def keep(case: Case) -> None:
        block.append(case)

    keep()
    assert {one.how for one in block} == set(HOWS)
    assert {(one.caller, one.filled[1]) for one in block} == {
        (kind, is_prefix) for kind in KINDS for is_prefix in (False, True)
    }
    assert {one.condition for one in block} == {"", "caller", "ranges", "vpce"}
    assert {one.wants for one in block} == {"READ", "WRITE", "READWRITE"}
    assert {one.partition for one in block} == {"aws", "aws-cn", "aws-us-gov"}
    assert {one.expires for one in block} == {None, 1800, 3599, 3600, 36000}
    for member in ("versions", "tagging", "limits", "kms", "account", "prefixes"):
        assert {bool(getattr(one, member)) for one in block} == {False, True}, member
    keys = "\n".join(key for one in block for key, _ in [one.filled, *one.targets])
    for piece in ("*", "?", "$", "${", "${*}", "//", "%2F", "\u0301", "🚀", '"', "\\", "../"[:2]):
        assert piece in keys, piece


def _is_key(key: str) -> bool:
    try:
        Keys("bkt", key)
    except ValueError:
        return False
    return True
