"""How many buckets and grants a decision takes, and which buckets it never lends."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.support.effects import effects
from tests.support.make import caller, grant, knowing, location, record, wanted
from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.callers.identity import WebIdentity
from vending.decision.decide import Decision, decide, decide_each, decide_several
from vending.decision.effects import Effects, Known
from vending.decision.wanted import Wanted, Wants
from vending.denials.denials import NOTHING_DENIED
from vending.errors import (
    AccessDenied,
    Fault,
    SeveralGrants,
    TooLarge,
    Unavailable,
    VendingError,
)
from vending.grants.grantee import WebGrantee
from vending.grants.location import Location

CDK = "cdk-hnb659fds-assets-123456789012-ap-northeast-1"
PARTNER = "arn:aws:iam::999999999999:role/Partner"
EARLY_PARTNER = "arn:aws:iam::000000000001:role/Partner"  # sorts before our own role

type Decide = Callable[[Caller, Wants, Record, Effects], Sequence[Decision]]


def stored(registered: Location, *more: str, fails: bool = False) -> Effects:
    """Effects with a grant in this location; ``more`` is what the stack never lends."""

    def never_lent() -> Collection[str]:
        if fails:
            raise Unavailable("SSM does not answer.")
        return more

    granted = grant(f"s3://{registered.id}/x/* READ")
    known = Known((granted,), (registered,), NOTHING_DENIED)
    return replace(effects(lambda _keys, _bucket: known), never_lent=never_lent)


def again(text: str) -> str:
    """The same text as another object, as one that was read elsewhere."""
    return text.encode().decode()


def only(line: str) -> Wanted:
    [one] = wanted(line)
    return one


def refusal(of: Effects, bucket: str) -> AccessDenied:
    with pytest.raises(AccessDenied) as raised:
        decide(caller(), only(f"s3://{bucket}/x/a READ"), record(), of)
    return raised.value


@pytest.mark.invariant(17)
@pytest.mark.parametrize("role", [None, PARTNER, EARLY_PARTNER])
def test_a_stored_grant_opens_no_bucket_that_is_never_lent(role: str | None) -> None:
    error = refusal(stored(location(CDK, role=role)), CDK)
    assert error.reason == "NeverLent"
    assert error.detail == f"{CDK} is never lent: CDK deploys code and templates from it (cdk-*-assets-*)."  # fmt: skip


@pytest.mark.invariant(17)
@pytest.mark.parametrize("role", [PARTNER, EARLY_PARTNER])
def test_a_role_without_our_boundary_opens_nothing_that_the_stack_adds(role: str) -> None:
    error = refusal(stored(location("bkt", role=role), "bk*"), "bkt")
    assert (error.reason, error.detail) == (
        "NeverLent",
        "bkt is never lent: the stack's NeverLentBuckets has bk*.",
    )


@pytest.mark.invariant(12)
def test_while_the_stacks_list_cannot_be_read_a_role_without_our_boundary_opens_nothing() -> None:
    with pytest.raises(Unavailable):
        decide(
            caller(),
            only("s3://bkt/x/a READ"),
            record(),
            stored(location("bkt", role=PARTNER), fails=True),
        )


def test_for_our_own_role_nobody_reads_the_list_since_its_boundary_denies_the_same() -> None:
    own = stored(location("bkt"), fails=True)
    named = stored(location("bkt", role=again(own.role_arn)), fails=True)
    for one in (own, named):
        assert decide(caller(), only("s3://bkt/x/a READ"), record(), one).location.id == "bkt"


@pytest.mark.invariant(10)
def test_who_has_no_grant_there_is_not_told_that_a_bucket_is_never_lent() -> None:
    of = stored(location(CDK))
    with pytest.raises(AccessDenied) as raised:
        decide(caller(), only(f"s3://{CDK}/other READ"), record(), of)
    assert raised.value.reason == "NoGrant"
    assert "never lent" not in raised.value.detail


WEB = "https://login.example.com"
CLAIMS = "with as many claims as your token has, "
NAMES = [f"{letter}-bucket" for letter in "mzbyaxcwdveu"]  # in neither order of the alphabet


def of_claims(keys: int) -> Caller:
    """A caller from outside AWS with so many grantee keys."""
    groups: Any = {"groups": [f"g{number}" for number in range(keys - 1)]}
    identity = WebIdentity(WEB, "a-subject", groups, "a-hash")
    assert len(identity.grantee_keys) == keys
    return Caller("web-identity", identity, "192.0.2.7")


def in_buckets(count: int) -> list[Wanted]:
    """A target in each of so many buckets, and then another in the first."""
    return wanted(*(f"s3://{name}/x READ" for name in [*NAMES[:count], NAMES[0]]))


def lends(*buckets: str, registered: bool = True) -> Effects:
    """Effects with a grant for the whole of each of these buckets."""
    everything = [
        grant(f"s3://{bucket}/* READ", id=bucket, grantee=WebGrantee(WEB, "a-subject"))
        for bucket in buckets
    ]
    return effects(knowing(*everything, buckets=buckets, registered=registered))


@pytest.mark.parametrize(
    ("decided", "refused", "keys", "most", "claims"),
    [
        (decide_several, SeveralGrants, 1, 3, ""),
        (decide_several, SeveralGrants, 31, 3, ""),
        (decide_several, SeveralGrants, 32, 2, CLAIMS),
        (decide_several, SeveralGrants, 48, 2, CLAIMS),
        (decide_several, SeveralGrants, 49, 1, CLAIMS),
        (decide_each, TooLarge, 1, 10, ""),
        (decide_each, TooLarge, 8, 10, ""),
        (decide_each, TooLarge, 9, 9, CLAIMS),
        (decide_each, TooLarge, 13, 7, CLAIMS),
        (decide_each, TooLarge, 49, 1, CLAIMS),
    ],
)
def test_a_request_names_so_many_buckets_and_no_more(
    decided: Decide, refused: type[VendingError], keys: int, most: int, claims: str
) -> None:
    who = of_claims(keys)
    for count in (1, most):
        decisions = decided(who, in_buckets(count), record(), lends(*NAMES))
        assert [one.location.id for one in decisions] == NAMES[:count]
    for count in (most + 1, most + 2):
        with pytest.raises(refused) as error:
            decided(who, in_buckets(count), record(), lends(*NAMES))
        assert error.value.detail == (
            f"The targets lie in {count} buckets; {claims}a request may use {most}. "
            "Send several requests."
        )
        reason = f"is in bucket number {most + 1} of the request; the limit is {most}"
        assert error.value.faults == (Fault(f"/targets/{most}", reason),)


def test_one_session_has_three_grants_at_most_and_a_batch_ten() -> None:
    parts = [
        grant(f"s3://bkt/{n}/* READ", id=f"g{n}", grantee=WebGrantee(WEB, "a-subject"))
        for n in range(11)
    ]
    of, who = effects(knowing(*parts)), of_claims(1)
    asked = wanted(*(f"s3://bkt/{n}/x READ" for n in range(11)))
    assert len(decide_several(who, asked[:3], record(), of)) == 3
    with pytest.raises(SeveralGrants):
        decide_several(who, asked[:4], record(), of)
    assert len(decide_each(who, asked[:10], record(), of)) == 10
    with pytest.raises(TooLarge):
        decide_each(who, asked, record(), of)


def test_a_bucket_without_a_location_is_refused_by_its_name() -> None:
    with pytest.raises(AccessDenied) as raised:
        decide(of_claims(1), only("s3://bkt/x READ"), record(), lends("bkt", registered=False))
    assert (raised.value.reason, raised.value.detail) == (
        "NoLocation",
        "No location is registered for bkt.",
    )


def test_a_decision_has_the_targets_that_it_answers_and_their_places() -> None:
    asked = in_buckets(2)
    (first, second) = decide_each(of_claims(1), asked, record(), lends(*NAMES))
    assert ([*first.wanted], [*first.places]) == ([asked[0], asked[2]], [0, 2])
    assert ([*second.wanted], [*second.places]) == ([asked[1]], [1])
