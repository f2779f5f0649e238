"""The reconciler's lease, and revocations in DynamoDB, against moto."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.make import NOW
from tests.support.stack.tables import TABLE
from vending.aws.table import lease, revocations
from vending.denials.denials import EVERYBODY
from vending.errors import InternalError, Unavailable
from vending.revocations.ledger import Covered
from vending.revocations.reconcile import LEASE
from vending.revocations.revocation import Revocation


def take(dynamodb: Any, owner: str, seconds: int = 0) -> bool:
    now = NOW + timedelta(seconds=seconds)
    return lease.take(dynamodb, TABLE, owner, now, now + LEASE)


def revocation(id_: str) -> Revocation:
    return Revocation(id_, "block", {"all": True}, EVERYBODY, "a reason", {"arn": "a"}, NOW)


def test_one_has_the_lease_until_it_is_given_back_or_over(dynamodb: Any) -> None:
    assert take(dynamodb, "one")
    assert take(dynamodb, "one"), "a first try whose answer got lost"
    assert not take(dynamodb, "other")
    lease.release(dynamodb, TABLE, "one", None)
    assert take(dynamodb, "other")
    assert take(dynamodb, "one", seconds=41)


def test_who_looks_sees_until_when_the_lease_is_taken(dynamodb: Any) -> None:
    assert lease.covered(dynamodb, TABLE).taken_until is None
    take(dynamodb, "one")
    assert lease.covered(dynamodb, TABLE).taken_until == NOW + LEASE
    lease.release(dynamodb, TABLE, "one", None)
    assert lease.covered(dynamodb, TABLE).taken_until is None


def test_who_has_lost_the_lease_gives_nothing_back(dynamodb: Any) -> None:
    take(dynamodb, "one")
    take(dynamodb, "other", seconds=41)
    with pytest.raises(Unavailable):
        lease.release(dynamodb, TABLE, "one", Covered(["a"], merged=False))
    assert not lease.covered(dynamodb, TABLE).marks


def test_what_the_last_whole_run_covered_is_there_until_the_next(dynamodb: Any) -> None:
    assert not lease.covered(dynamodb, TABLE).marks
    for covered in (
        Covered(frozenset({"a", "b"}), merged=True),
        Covered(frozenset(), merged=False),
    ):
        take(dynamodb, "one")
        lease.release(dynamodb, TABLE, "one", covered)
        assert lease.covered(dynamodb, TABLE) == covered
        take(dynamodb, "one")
        lease.release(dynamodb, TABLE, "one", None)
        assert lease.covered(dynamodb, TABLE) == covered, "a failed run covers nothing"


def test_a_damaged_revocation_is_named_and_the_others_are_read(dynamodb: Any) -> None:
    for id_ in ("a", "b", "c"):
        revocations.add(dynamodb, TABLE, revocation(id_))
    damaged = {"pk": {"S": "revocations"}, "sk": {"S": "b"}, "document": {"S": "{}"}}
    dynamodb.put_item(TableName=TABLE, Item=damaged)
    found = list(revocations.readable(dynamodb, TABLE))
    assert found == [revocation("a"), "b", revocation("c")]
    with pytest.raises(InternalError):
        list(revocations.every(dynamodb, TABLE))


def test_what_is_denied_is_written_over_what_was_read_and_over_nothing_else(dynamodb: Any) -> None:
    """Otherwise a write that hung and was abandoned could undo a later one."""
    for before, text in ((None, "one"), ("one", "two"), ("one", "two")):
        revocations.save_denials(dynamodb, TABLE, text, before)  # the last one: a second try
        assert revocations.denials_texts(dynamodb, TABLE) == (text, None)
    for before, late in ((None, "one"), ("one", "late")):
        with pytest.raises(Unavailable):
            revocations.save_denials(dynamodb, TABLE, late, before)
    assert revocations.denials_texts(dynamodb, TABLE) == ("two", None)
