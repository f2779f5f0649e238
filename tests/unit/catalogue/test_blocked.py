"""A change of an issuer's entry by which a block of its holders would stop nobody."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.documents import SETTING, document, entry, faults, planned, stored
from tests.support.tokens import ISSUER
from vending.denials.holders import Holders

OTHER = "https://other.example.com"
BLOCKED = replace(SETTING, blocked=lambda: [Holders(ISSUER, (("id", '"1"'), ("org", '"o"')))])
BEFORE = entry(claims=["id", "org", "ref"])


@pytest.mark.invariant(16)
@pytest.mark.parametrize(
    ("after", "missing"),
    [
        ({"claims": ["id", "org"]}, ()),
        ({"claims": ["org", "id", "more"], "audience": "https://new.example.com"}, ()),
        ({"claims": ["org"]}, ("id",)),
        ({"claims": []}, ("id", "org")),
        ({"claims": [{"name": "id", "path": ["ref"]}, "org"]}, ("id",)),
        ({"claims": [{"name": "other", "path": ["id"]}, "org"]}, ("id",)),
    ],
)
def test_a_claim_stays_what_it_is_while_its_holders_are_blocked(
    after: dict[str, Any], missing: tuple[str, ...]
) -> None:
    have = stored(issuers=[BEFORE])
    found = faults(have, BLOCKED, issuers=[entry(**after)])
    assert found.keys() == ({"/issuers/0/claims"} if missing else set())
    assert all(any(repr(name) in detail for name in missing) for detail in found.values())
    assert not faults(have, SETTING, issuers=[entry(**after)])


@pytest.mark.invariant(16)
def test_an_issuer_that_comes_back_lists_the_claims_of_whom_is_blocked() -> None:
    assert faults(None, BLOCKED, issuers=[entry(claims=["org"])]).keys() == {"/issuers/0/claims"}
    assert not faults(None, BLOCKED, issuers=[BEFORE])


def test_other_issuers_change_as_they_like_and_an_issuer_can_be_removed() -> None:
    have = stored(issuers=[BEFORE, entry(OTHER, claims=["id"])])
    assert not faults(have, BLOCKED, issuers=[entry(OTHER)])
    removal = document(issuers=[entry(OTHER, claims=["id"])], prune=True)
    assert [change.after for change in planned(removal, have, BLOCKED)] == [None]


def test_blocks_are_read_only_where_an_issuer_changes() -> None:
    def unexpected() -> list[Holders]:
        raise AssertionError

    have = stored(issuers=[BEFORE])
    assert not faults(have, replace(SETTING, blocked=unexpected), issuers=[BEFORE])
