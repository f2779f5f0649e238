"""Puts the changes of a plan into transactions: grantees as a whole, narrowing first.

A *group* is the changes of some grantees who have to see all of them at once, usually of one.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from vending.catalogue.batches import ITEM_BYTES
from vending.catalogue.history import EXTRA_BYTES
from vending.documents.grantee import GranteeBody
from vending.drafts.changed import Changed, Draft
from vending.errors import Fault
from vending.grants.keys import SCHEME
from vending.table import Key, catalogue_key, grants_key, refuse_damaged_item

WRITES = 98  # of a transaction, beside the revision and, at the ends, the staged change
BYTES = 3_500_000  # of a transaction, of the 4 MB that DynamoDB takes

type Texts = Mapping[str, str]  # of grants, by id


@dataclass(frozen=True, slots=True)
class Transaction:
    """What one transaction writes: changes, in catalogue and history, and items of decisions."""

    changes: tuple[Changed, ...] = ()
    decisions: Mapping[Key, str | None] = field(default_factory=dict)
    joined: bool = False  # the one before it must not be without it

    @property
    def writes(self) -> dict[Key, str | None]:
        """What is written beside the history; None deletes an item."""
        entries = {catalogue_key(one.kind, one.id): one.after for one in self.changes}
        return {**entries, **self.decisions}


@dataclass(frozen=True, slots=True)
class _Group:
    """Changes that are seen at once, with the items of decisions as they will be."""

    drafts: Sequence[Draft]
    decisions: Mapping[Key, str | None]

    @property
    def narrows(self) -> bool:
        return all(one.narrows for one in self.drafts)

    @property
    def decided(self) -> int:
        """The bytes of the items of decisions."""
        return sum(len(text) for text in self.decisions.values() if text)

    @property
    def count(self) -> int:
        """The number of writes."""
        return 2 * len(self.drafts) + len(self.decisions)

    @property
    def size(self) -> int:
        return self.decided + sum(map(_size, self.drafts))


def transactions(
    drafts: Iterable[Draft], items: Mapping[Key, Texts]
) -> tuple[list[Transaction], list[Fault]]:
    """The transactions that make the changes, and a fault for each group that is too large.

    ``items`` are the grants in the decision items of all drafts, as they stand.
    """
    ordered = list(drafts)
    others = sorted(
        (one for one in ordered if one.change.kind != "grant"), key=lambda one: one.keys[-1]
    )
    grouped = [_Group([one], dict.fromkeys(one.keys, one.change.after)) for one in others]
    faults: list[Fault] = []
    for each in _grouped([one for one in ordered if one.change.kind == "grant"]):
        group = _Group(each, _decisions(each, items))
        faults += _too_large(group)
        grouped.append(group)
    # Entries that go, then grantees of whom all narrows, then other entries, then the rest.
    grouped.sort(key=lambda one: (not one.narrows, one.drafts[0].change.kind == "grant"))
    return list(_packed(grouped)), faults


def items_of(drafts: Iterable[Draft], stand: Texts) -> dict[Key, dict[str, str]]:
    """The grants in the decision items of all drafts, from those that stand."""
    items: dict[Key, dict[str, str]] = {
        key: {} for one in drafts if one.change.kind == "grant" for key in one.keys
    }
    buckets = {key.sk for key in items}
    with refuse_damaged_item():
        for id_, text in stand.items():
            members = json.loads(text)
            bucket = members["scope"].removeprefix(SCHEME).partition("/")[0]
            if bucket in buckets:
                grantee = GranteeBody.model_validate(members["grantee"]).grantee()
                key = grants_key(grantee.table_key, bucket)
                if key in items:
                    items[key][id_] = text
    return items


def _packed(groups: Iterable[_Group]) -> Iterator[Transaction]:
    together: list[_Group] = []
    count = size = 0
    for group in groups:
        fits = count + group.count <= WRITES and size + group.size <= BYTES
        if together and not fits:
            yield _joint(together)
            together, count, size = [], 0, 0
        if group.count > WRITES or group.size > BYTES:
            yield Transaction((), group.decisions)
            yield from _catalogued(group.drafts)
            continue
        together.append(group)
        count, size = count + group.count, size + group.size
    if together:
        yield _joint(together)


def _joint(groups: Sequence[_Group]) -> Transaction:
    """One transaction of whole groups."""
    changes = tuple(one.change for group in groups for one in group.drafts)
    return Transaction(changes, {key: of for one in groups for key, of in one.decisions.items()})


def _catalogued(drafts: Iterable[Draft]) -> Iterator[Transaction]:
    """The entries and the history of a group whose decisions are written already."""
    together: list[Changed] = []
    size = 0
    for draft in drafts:
        if together and (2 * len(together) + 2 > WRITES or size + _size(draft) > BYTES):
            yield Transaction(tuple(together), joined=True)
            together, size = [], 0
        together.append(draft.change)
        size += _size(draft)
    yield Transaction(tuple(together), joined=True)


def _size(draft: Draft) -> int:
    """The bytes of a change in catalogue and history."""
    return draft.change.size + len(draft.change.after or "") + EXTRA_BYTES


def _grouped(drafts: Sequence[Draft]) -> list[list[Draft]]:
    """The drafts by grantees; those between whom a grant moves are one group."""
    parents: dict[str, str] = {}

    def root(of: str) -> str:
        while (parent := parents.setdefault(of, of)) != of:
            parents[of] = of = parents[parent]
        return of

    for draft in drafts:
        first, *more = (root(key.pk) for key in draft.keys)
        for other in more:
            parents[root(other)] = root(first)
    groups: dict[str, list[Draft]] = defaultdict(list)
    for draft in sorted(drafts, key=lambda one: (one.keys[-1], one.change.id)):
        groups[root(draft.keys[0].pk)].append(draft)
    return list(groups.values())


def _decisions(drafts: Iterable[Draft], items: Mapping[Key, Texts]) -> dict[Key, str | None]:
    """The items of decisions as they will be."""
    listed: dict[Key, dict[str, str]] = {}
    for draft in drafts:
        change = draft.change
        for key in draft.keys:
            listed.setdefault(key, dict(items.get(key, {}))).pop(change.id, None)
        if change.after is not None:
            listed[draft.keys[-1]][change.id] = change.after
    return {
        key: f"[{','.join(texts[id_] for id_ in sorted(texts))}]" if texts else None
        for key, texts in listed.items()
    }


def _too_large(group: _Group) -> Iterator[Fault]:
    pointer = group.drafts[-1].change.pointer
    for key, text in group.decisions.items():
        if text and len(text) > ITEM_BYTES:
            detail = (
                f"the grants of {key.pk} in {key.sk} would take {len(text)} bytes (limit: "
                f"{ITEM_BYTES}); replace several of them by one grant with a variable in its scope"
            )
            yield Fault(pointer, detail)
            return
    if len(group.decisions) > WRITES or group.decided > BYTES:
        detail = (
            f"the grants of {next(iter(group.decisions)).pk} would change in "
            f"{len(group.decisions)} buckets and {group.decided} bytes at once (limits: {WRITES}, "
            f"{BYTES}), so that its callers could see half of it; apply its grants in several "
            "documents, some buckets at a time"
        )
        yield Fault(pointer, detail)
