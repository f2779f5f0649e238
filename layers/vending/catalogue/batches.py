"""The items of grants, issuers and locations in the table, and the writes that change them.

An item has ``pk``, ``sk`` and a JSON ``document``. There are two kinds:
- Catalogue items, which administrators read. Each holds one entry: ``grants``/ID, ``issuers``/ID,
  ``locations``/BUCKET or ``tests``/ID. The authorizer reads the issuers too.
- Decision items. GRANTEE KEY/BUCKET holds all grants of a grantee in a bucket,
  ``location#BUCKET``/``location`` the location, ``block``/``block`` the denials.

One transaction writes both kinds, so that they always agree, and an item of the ``history`` for
each change. The reconciler writes ``block``, from the revocations in ``revocations``/ID.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from vending.callers.issuer import Issuer
from vending.catalogue.changes import Change, Entry
from vending.catalogue.history import EXTRA_BYTES
from vending.errors import Fault, InvalidRequest
from vending.grants.expectation import Expectation
from vending.grants.grant import Grant
from vending.table import Key, catalogue_key, grants_key, location_key

ITEM_BYTES = 300 * 1024
BATCH_WRITES = 99  # TransactWriteItems takes 100, history included; one writes the revision
BATCH_BYTES = 3_500_000  # TransactWriteItems takes 4 MB


def decision_key(entry: Entry) -> Key:
    """The item from which a decision reads this entry."""
    if isinstance(entry, Grant):
        return grants_key(entry.grantee.table_key, entry.scope.bucket)
    if isinstance(entry, Issuer):
        return catalogue_key("issuer", entry.id)  # the authorizer reads all of them: there are few
    if isinstance(entry, Expectation):
        return catalogue_key("test", entry.id)  # no decision reads it
    return location_key(entry.id)


def encode(document: object) -> str:
    """Compact JSON in ASCII: its length is its size in bytes."""
    return json.dumps(document, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Batch:
    """The writes of one transaction, where None deletes an item, and the changes that they make.

    The table adds the history of the changes, once their revision is known.
    """

    writes: dict[Key, str | None] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


def batches(changes: Sequence[Change], items: Mapping[Key, Sequence[Grant]]) -> Iterator[Batch]:
    """The transactions that make the changes, narrowing changes first.

    ``items`` are the stored decision items of all grants in the changes. Each transaction leaves
    the table consistent. If two transactions change one item, both write it.

    Raises:
        InvalidRequest: an item would exceed ``ITEM_BYTES``.
    """
    listed = {
        key: {grant.id: encode(grant.as_json()) for grant in grants}
        for key, grants in items.items()
    }
    batch, history = Batch(), 0
    for change in sorted(changes, key=write_order):
        writes = _writes(change, listed)
        together = batch.writes | writes
        count = len(together) + len(batch.changes) + 1
        remembered = _history_bytes(change)
        size = sum(len(document) for document in together.values() if document)
        size += history + remembered
        if batch.changes and (count > BATCH_WRITES or size > BATCH_BYTES):
            yield batch
            batch, history = Batch(), 0
        batch.writes.update(writes)
        batch.changes.append(change)
        history += remembered
    if batch.changes:
        yield batch


def _history_bytes(change: Change) -> int:
    """The size of a change's item in the history."""
    return EXTRA_BYTES + sum(len(encode(entry.as_json())) for entry in change.entries)


def write_order(change: Change) -> tuple[bool, bool, Key]:
    """Narrowing first; then issuers and locations before grants; then by decision item."""
    return (not change.narrows, change.kind == "grant", decision_key(change.entries[-1]))


def _writes(change: Change, listed: dict[Key, dict[str, str]]) -> dict[Key, str | None]:
    """The writes of one change; ``listed`` are the grants of each decision item, kept current."""
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
