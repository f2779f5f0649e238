"""The wiring that the functions that lend share."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.make import NOW, ROLE_ARN, caller
from tests.unit.aws.environment.test_runtime import ENVIRONMENT as VARIABLES
from vending.aws.environment import lending
from vending.aws.environment.lending import Environment
from vending.decision.effects import Known
from vending.denials.denials import NOTHING_DENIED

LATER = NOW + timedelta(seconds=1)
KNOWN = Known((), (), NOTHING_DENIED)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[str, ...], str]]:
    """What is read of the table."""
    found: list[tuple[str, tuple[str, ...], str]] = []

    def load(_: Any, table: str, grantee_keys: tuple[str, ...], bucket: str) -> Known:
        found.append((table, grantee_keys, bucket))
        return KNOWN

    monkeypatch.setattr("vending.aws.table.grants.load", load)
    return found


def test_grants_are_read_from_the_stack_s_table_and_kept_for_as_long_as_it_says(
    reads: list[Any],
) -> None:
    keys = tuple(caller().identity.grantee_keys)
    reads_of = Environment.read(VARIABLES).reads
    assert [reads_of.load_grants(keys, ("bkt",)) for _ in range(2)] == [KNOWN, KNOWN]
    assert reads == [(VARIABLES["TABLE_NAME"], keys, ("bkt",))]
    uncached = Environment.read(VARIABLES | {"GRANTS_CACHE_SECONDS": "0"}).reads
    assert [uncached.load_grants(keys, ("bkt",)) for _ in range(2)] == [KNOWN, KNOWN]
    assert len(reads) == 3


def test_effects_are_of_the_service_s_own_role_and_of_now(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([NOW, LATER])
    monkeypatch.setattr(lending, "now", lambda: next(times))
    environment = Environment.read(VARIABLES)
    effects = environment.effects()
    assert (effects.role_arn, effects.rates, effects.now) == (ROLE_ARN, environment.rates, NOW)
    assume_role = environment.assume_role()
    lent = environment.lending(assume_role)
    assert (lent.role_arn, lent.rates, lent.now) == (ROLE_ARN, environment.rates, LATER)
    assert lent.assume_role is assume_role
    assert lent.new_id() != lent.new_id()


def test_rates_are_the_stack_s(monkeypatch: pytest.MonkeyPatch) -> None:
    limited = VARIABLES | {"RATE_LIMIT_REQUESTS": "7", "RATE_LIMIT_FAILURE": "allow"}
    rates = Environment.read(limited).rates
    assert (rates.stack.requests, rates.stack.urls, rates.vends_uncounted) == (7, None, True)
    assert not Environment.read(VARIABLES).rates.vends_uncounted
