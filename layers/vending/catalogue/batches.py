"""How grants, issuers and locations lie in the table, and which writes carry changes into it.

Two kinds of items, each ``pk``, ``sk`` and a JSON ``document``:
- the catalogue, one entry an item, for administrators: ``grants``/ID, ``issuers``/ID and
  ``locations``/BUCKET;
- what a decision reads: GRANTEE KEY/BUCKET with all grants of that grantee in that bucket,
  ``location#BUCKET``/``location`` and ``block``/``block``. The authorizer reads the catalogue's
  issuers.
Both are written in one transaction, so that they never differ; but ``block``, which the reconciler
makes from ``revocations``/ID.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from vending.callers.issuer import Issuer
from vending.catalogue.changes import Change, Entry
from vending.errors import Fault, InvalidRequest
from vending.grants.grant import Grant
from vending.table import Key, catalogue_key, grants_key, location_key

ITEM_BYTES = 300 * 1024
BATCH_WRITES = 99  # TransactWriteItems takes 100, and the revision is one of them
BATCH_BYTES = 3_500_000  # TransactWriteItems takes 4 MB


def decision_key(entry: Entry) -> Key:
    """The item in which a decision finds this entry."""
    if isinstance(entry, Grant):
        return grants_key(entry.grantee.table_key, entry.scope.bucket)
    if isinstance(entry, Issuer):
        return catalogue_key("issuer", entry.id)  # there are few: the authorizer reads them all
    return location_key(entry.id)


def encode(document: object) -> str:
    """Compact JSON in ASCII, so that its length is its size in bytes."""
    return json.dumps(document, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Batch:
    """Writes of one transaction; None deletes the item."""

    writes: dict[Key, str | None] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


def batches(changes: Sequence[Change], items: Mapping[Key, Sequence[Grant]]) -> Iterator[Batch]:
    """The changes in as few transactions as they fit in, narrowing ones first.

    ``items`` are the decision items of the grants as stored. After each batch the table is
    whole, with the changes up to there made; what comes twice is written twice.

    Raises:
        InvalidRequest: an item would grow beyond ``ITEM_BYTES``.
    """
    listed = {
        key: {grant.id: encode(grant.as_json()) for grant in grants}
        for key, grants in items.items()
    }
    batch = Batch()
    for change in sorted(changes, key=write_order):
        writes = _writes(change, listed)
        together = batch.writes | writes
        size = sum(len(document) for document in together.values() if document)
        if batch.changes and (len(together) > BATCH_WRITES or size > BATCH_BYTES):
            yield batch
            batch = Batch()
        batch.writes.update(writes)
        batch.changes.append(change)
    if batch.changes:
        yield batch


def write_order(change: Change) -> tuple[bool, bool, Key]:
    """Narrowing before widening, grants after what they need; then what shares an item."""
    return (not change.narrows, change.kind == "grant", decision_key(change.entries[-1]))


def _writes(change: Change, listed: dict[Key, dict[str, str]]) -> dict[Key, str | None]:
    document = encode(change.after.as_json()) if change.after else None
    keys = [decision_key(entry) for entry in change.entries]
    entry: dict[Key, str | None] = {catalogue_key(change.kind, change.id): document}
    if change.kind != "grant":
        return entry | dict.fromkeys(keys, document)
    for key in keys:
        listed.setdefault(key, {}).pop(change.id, None)
    if document:
        listed[keys[-1]][change.id] = document
    return entry | {key: _joined(change, key, listed[key].values()) for key in keys}


def _joined(change: Change, key: Key, documents: Collection[str]) -> str | None:
    if not documents:
        return None
    item = f"[{','.join(documents)}]"
    if len(item) > ITEM_BYTES:
        detail = (
            f"the grants of {key.pk} in {key.sk} would take {len(item)} bytes (limit: "
            f"{ITEM_BYTES}); replace several of them by one grant with a variable in its scope"
        )
        raise InvalidRequest("Too many grants.", faults=[Fault(change.pointer, detail)])
    return item
