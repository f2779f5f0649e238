"""What a decision says of a bucket that is never lent, although the table has it."""

from collections.abc import Collection
from dataclasses import replace

import pytest

from tests.support.effects import effects
from tests.support.make import caller, grant, location, record, wanted
from vending.decision.decide import decide
from vending.decision.effects import Effects, Known
from vending.decision.wanted import Wanted
from vending.denials.denials import NOTHING_DENIED
from vending.errors import AccessDenied, Unavailable
from vending.grants.location import Location

CDK = "cdk-hnb659fds-assets-123456789012-ap-northeast-1"
PARTNER = "arn:aws:iam::999999999999:role/Partner"


def stored(registered: Location, *more: str, fails: bool = False) -> Effects:
    """Effects with a grant in this location; ``more`` is what the stack never lends."""

    def never_lent() -> Collection[str]:
        if fails:
            raise Unavailable("SSM does not answer.")
        return more

    granted = grant(f"s3://{registered.id}/x/* READ")
    known = Known((granted,), (registered,), NOTHING_DENIED)
    return replace(effects(lambda _keys, _bucket: known), never_lent=never_lent)


def only(line: str) -> Wanted:
    [one] = wanted(line)
    return one


def refusal(of: Effects, bucket: str) -> AccessDenied:
    with pytest.raises(AccessDenied) as raised:
        decide(caller(), only(f"s3://{bucket}/x/a READ"), record(), of)
    return raised.value


@pytest.mark.invariant(17)
@pytest.mark.parametrize("role", [None, PARTNER])
def test_a_stored_grant_opens_no_bucket_that_is_never_lent(role: str | None) -> None:
    error = refusal(stored(location(CDK, role=role)), CDK)
    assert error.reason == "NeverLent"
    assert error.detail == f"{CDK} is never lent: CDK deploys code and templates from it (cdk-*-assets-*)."  # fmt: skip


@pytest.mark.invariant(17)
def test_a_role_without_our_boundary_opens_nothing_that_the_stack_adds() -> None:
    error = refusal(stored(location("bkt", role=PARTNER), "bk*"), "bkt")
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
    named = stored(location("bkt", role=own.role_arn), fails=True)
    for one in (own, named):
        assert decide(caller(), only("s3://bkt/x/a READ"), record(), one).location.id == "bkt"


@pytest.mark.invariant(10)
def test_who_has_no_grant_there_is_not_told_that_a_bucket_is_never_lent() -> None:
    of = stored(location(CDK))
    with pytest.raises(AccessDenied) as raised:
        decide(caller(), only(f"s3://{CDK}/other READ"), record(), of)
    assert raised.value.reason == "NoGrant"
    assert "never lent" not in raised.value.detail
