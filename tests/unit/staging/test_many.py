"""Many grants: written whole, changed in place, and pruned, in steps of at most 20 seconds."""

import json
from collections import Counter

from tests.support.many import BUCKETS, document
from tests.support.staging import Author, Store
from vending.drafts.groups import WRITES

OTHERS = BUCKETS + 1  # locations and the issuer


def applied_and_pruned(count: int, *, changing: bool = True) -> None:
    """Apply so many grants, change all, and remove all but a few; the table is whole each time."""
    store, size = Store(), min(16_000, -(-count // 3))
    first = applied(store, Author(store, document(count), size=size))
    assert first == {"add": count + OTHERS}
    assert len(store.entries("grant")) == count
    if changing:
        changed = applied(store, Author(store, document(count, "READWRITE"), size=size))
        assert changed == {"change": count}
    few = document(count, "READWRITE") | {"grants": document(30, "READ")["grants"]}
    removed = applied(store, Author(store, few | {"prune": True}, size=size))
    assert removed == ({"change": 30} if changing else {}) | {"remove": count - 30}
    assert len(store.entries("grant")) == 30


def applied(store: Store, author: Author) -> dict[str, int]:
    """Apply a document, and return the counts; each change has one record and one event."""
    before = store.revision.number
    store.history.clear()
    store.recorded.clear()
    answer = author.applied()
    counts: dict[str, int] = answer["counts"]
    total = sum(counts.values())
    assert [one for _, one in store.history] == [one for one, _ in store.recorded]
    assert len({(one.kind, one.id) for _, one in store.history}) == total
    assert max(Counter(revision for revision, _ in store.history).values()) <= WRITES // 2
    assert store.revision.number - before == answer["progress"]["of"]
    check(store)
    return counts


def check(store: Store) -> None:
    """The catalogue and what decisions read say the same."""
    decided: dict[str, str] = {}
    for key, text in store.decisions().items():
        if not key.pk.startswith("location#"):
            decided |= {one["id"]: json.dumps(one) for one in json.loads(text)}
    catalogue = {id_: json.dumps(json.loads(text)) for id_, text in store.entries("grant").items()}
    assert decided == catalogue


def test_ten_thousand_grants_are_written_and_pruned() -> None:
    applied_and_pruned(10_000, changing=False)
