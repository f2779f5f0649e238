"""Many keys below one prefix: within a scope exactly if each of them is."""

from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import ClassVar

import pytest

from vending.decision.wanted import WantedKeys
from vending.grants.grant import Permission
from vending.grants.keys import Keys

BELOW = ("a/", "a/x", "a/x/y", "a0", "a", "b", "a/🚀", "a/￿", "A/x")
SCOPES = [
    Keys(bucket, key, is_prefix)
    for bucket in ("bkt", "two")
    for key, is_prefix in [
        ("", True),
        ("p/", True),
        ("p/a/", True),
        ("p/a/x/", True),
        ("p/a/x", False),
        ("p/a", False),
        ("q/", True),
    ]
]


def below(*keys: str) -> WantedKeys:
    return WantedKeys(Keys("bkt", "p/", is_prefix=True), keys, Permission.READ, "/keys")


@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_keys_are_within_a_scope_exactly_if_each_of_them_is(scope: Keys) -> None:
    for keys in combinations_with_replacement(BELOW, 3):
        each = all(scope.covers(Keys("bkt", f"p/{key}")) for key in keys)
        assert below(*keys).within(scope) is each, keys


@dataclass(frozen=True, slots=True)
class Counted(Keys):
    """A scope that counts with how many keys it is compared."""

    compared: ClassVar[list[Keys]] = []

    def covers(self, other: Keys) -> bool:
        self.compared.append(other)
        return Keys.covers(self, other)


def test_a_scope_is_compared_with_few_of_ten_thousand_keys() -> None:
    scope = Counted("bkt", "p/a/", is_prefix=True)
    assert below(*(f"a/{number}" for number in range(10_000))).within(scope)
    assert len(scope.compared) < 5


def test_no_key_is_looked_at_where_a_scope_covers_all_of_their_prefix() -> None:
    scope = Counted("bkt", "p/", is_prefix=True)
    scope.compared.clear()
    whole = below("a", "b")
    assert whole.within(scope)
    assert scope.compared == [whole.prefix]
