"""A table in memory for staged changes, and whoever sends a document part by part."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from itertools import batched, count
from typing import Any

from tests.support.documents import HERE, SETTING
from tests.support.make import NOW, caller, record
from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.catalogue.batches import ITEM_BYTES
from vending.catalogue.proposal import Setting
from vending.documents.expectation import ExpectationBody
from vending.drafts.changed import Changed
from vending.drafts.request import LISTS
from vending.errors import PreconditionFailed
from vending.grants.expectation import Expectation
from vending.questions.standing import Standing
from vending.staging.commit import commit
from vending.staging.effects import Effects, Write
from vending.staging.request import CommitRequest, EntriesBody, StagedRequest
from vending.staging.revision import Revision
from vending.staging.stage import put_part, stage
from vending.staging.staged import Staged
from vending.table import Key, catalogue_key

MOST = 10_000  # requests until a document has to be done
OTHERS = ("locations", "issuers", "tests")
BOSS = caller("arn:aws:iam::123456789012:role/Boss", unique_id="AROA2EXAMPLEEXAMPLE9")


@dataclass
class Store:
    """What the table has; it refuses what DynamoDB would refuse."""

    items: dict[Key, str] = field(default_factory=dict)
    revision: Revision = field(default_factory=lambda: Revision(0))
    staged: dict[str, str] = field(default_factory=dict)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    recorded: list[tuple[Changed, int]] = field(default_factory=list)
    late: list[tuple[Changed, int]] = field(default_factory=list)
    history: list[tuple[int, Changed]] = field(default_factory=list)
    before_write: Callable[[Write], None] = lambda _: None
    after_write: Callable[[Write], None] = lambda _: None
    now: datetime = NOW
    setting: Setting = SETTING
    tick: float = 0.0  # seconds that pass whenever somebody looks at the clock
    ids: Iterator[int] = field(default_factory=count)

    def effects(self) -> Effects:
        """The effects of one request, whose time begins now."""
        clock = count()
        return Effects(
            revision=lambda: self.revision,
            standing=self.standing,
            tests=self.tests,
            load=lambda id_: Staged.read(id_, text) if (text := self.staged.get(id_)) else None,
            every=lambda: [Staged.read(id_, text) for id_, text in self.staged.items()],
            save=self.save,
            keep=self.keep,
            kept=self.kept,
            write=self.write,
            setting=self.setting,
            now=self.now,
            new_id=lambda: f"staged{next(self.ids):010}",
            seconds=lambda: next(clock) * self.tick,
            environments_by=lambda: "2026-11-23T12:00:11Z",
            on_change=lambda change, revision: self.recorded.append((change, revision)),
            on_late=lambda change, revision: self.late.append((change, revision)),
        )

    def standing(self) -> Standing:
        return Standing(
            self.revision.number,
            {kind: self.entries(kind) for kind in ("grant", "issuer", "location")},
        )

    def entries(self, kind: str) -> dict[str, str]:
        place = catalogue_key(kind, "").pk
        return {key.sk: text for key, text in sorted(self.items.items()) if key.pk == place}

    def tests(self) -> Mapping[str, Expectation]:
        found = self.entries("test").items()
        return {id_: ExpectationBody.stored_expectation(text) for id_, text in found}

    def decisions(self) -> dict[Key, str]:
        """The items that decisions read."""
        places = ("iam#", "oidc#", "location#")
        return {key: text for key, text in self.items.items() if key.pk.startswith(places)}

    def keep(self, staged: Staged, name: str, text: str) -> None:
        self.texts.setdefault(staged.id, {})[name] = text

    def kept(self, staged: Staged, start: str) -> Iterator[tuple[str, str]]:
        found = self.texts.get(staged.id, {})
        return ((name, found[name]) for name in sorted(found) if name >= start)

    def save(self, staged: Staged, before: Staged | None) -> None:
        if self.staged.get(staged.id) != (before and before.encode()):
            raise PreconditionFailed("somebody else")
        assert len(staged.encode()) < ITEM_BYTES
        self.staged[staged.id] = staged.encode()

    def write(self, made: Write) -> None:
        self.before_write(made)
        if made.before != self.revision:
            raise PreconditionFailed("somebody else")
        writes = len(made.items) + len(made.changes) + 1 + bool(made.staged)
        assert writes <= 100
        assert sum(len(text) for text in made.items.values() if text) <= 4_000_000
        if made.staged:
            self.save(made.staged[1], made.staged[0])
        for key, text in made.items.items():
            if text is None:
                self.items.pop(key, None)
            else:
                assert len(text) <= ITEM_BYTES
                self.items[key] = text
        self.revision = made.after
        self.history += [(made.after.number, one) for one in made.changes]
        self.after_write(made)


def parts_of(document: Mapping[str, Any], size: int) -> list[dict[str, Any]]:
    """The parts of a document: first the other lists, then ``size`` grants each."""
    others = {name: document[name] for name in OTHERS if document.get(name)}
    grants = [
        {"grants": list(each)} for each in batched(document.get("grants", ()), size, strict=False)
    ]
    return ([others] if others else []) + grants


@dataclass
class Author:
    """Somebody who stages a document, and does what a client does until it is done."""

    store: Store
    document: Mapping[str, Any]
    size: int = 3  # grants of a part
    who: Caller = BOSS
    record: Record = field(default_factory=record)
    requests: int = 0  # commits

    @property
    def bodies(self) -> list[str]:
        return [json.dumps(one) for one in parts_of(self.document, self.size)]

    def announced(self) -> dict[str, Any]:
        hashes = "".join(sha256(one.encode()).hexdigest() for one in self.bodies)
        more = {name: self.document[name] for name in ("owner", "prune") if name in self.document}
        request = StagedRequest(
            version=1,
            digest=sha256(hashes.encode()).hexdigest(),
            entries=EntriesBody(
                **{name: len(self.document[name]) for name in LISTS if name in self.document}
            ),
            parts=len(self.bodies),
            **more,
        )
        return stage(request, self.who, self.record, self.store.effects())

    def send(self, id_: str, numbers: Sequence[int] | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        for number in range(len(self.bodies)) if numbers is None else numbers:
            body = self.bodies[number]
            answer = put_part(id_, number, body, self.who, self.record, self.store.effects())
        return answer

    def staged(self) -> str:
        id_ = str(self.announced()["id"])
        self.send(id_)
        return id_

    def commit(self, id_: str, **members: Any) -> dict[str, Any]:
        self.requests += 1
        request = CommitRequest.model_validate(members)
        return commit(request, id_, self.who, self.record, self.store.effects())

    def planned(self, id_: str | None = None) -> dict[str, Any]:
        id_ = id_ or self.staged()
        return self._until("planned", id_, dryRun=True)

    def applied(self, id_: str | None = None) -> dict[str, Any]:
        id_ = id_ or self.staged()
        return self._until("applied", id_)

    def _until(self, state: str, id_: str, **members: Any) -> dict[str, Any]:
        for _ in range(MOST):
            answer = self.commit(id_, **members)
            if answer["state"] == state:
                return answer
        raise AssertionError(f"not {state} after {MOST} requests")


def store_with(*documents: Mapping[str, Any]) -> Store:
    """A store to which these documents were applied, without what remembers how."""
    store = Store()
    for one in documents:
        Author(store, one, size=1000).applied()
    return replace(Store(), items=store.items, revision=store.revision)


def planning(
    grants: Sequence[Mapping[str, object]], *, tick: float = 0.0
) -> tuple[Store, Author, str]:
    """Grants in a store with their location, staged in small parts and planned, by their id.

    ``tick`` are the seconds that pass whenever somebody looks at the clock.
    """
    store = store_with({"locations": [HERE]})
    store.tick = tick
    author = Author(store, {"grants": [*grants]}, size=500)
    id_ = author.staged()
    author.planned(id_)
    return store, author, id_
