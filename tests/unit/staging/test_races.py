"""Administrators at once, lost answers and cancellations, in any order: the table stays whole."""

import json
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from tests.support.documents import HERE, line
from tests.support.make import ACCOUNT, caller, record
from tests.support.staging import BOSS, Author, planning, store_with
from tests.unit.staging.test_many import check
from vending.errors import PreconditionFailed, Unavailable, VendingError
from vending.staging.commit import commit
from vending.staging.effects import Effects, Write
from vending.staging.request import CommitRequest
from vending.staging.revision import Revision
from vending.staging.stage import cancel, put_part
from vending.staging.staged import Staged

OTHER = caller("arn:aws:iam::123456789012:role/Other", unique_id="AROA2EXAMPLEEXAMPLE8")


def drawn(chance: random.Random, owner: str) -> dict[str, Any]:
    """A document: some grants of many grantees, and up to a hundred of one, whom no group holds."""
    roles = [f"R{n}" for n in chance.sample(range(60), chance.randrange(40))]
    roles += [f"Large{owner}"] * chance.choice([0, 60, 100])
    return {
        "grants": [
            line(
                f"{owner}-{role}-{n}",
                scope=f"s3://bkt/{owner}/{n}/*",
                grantee={"iam": f"arn:aws:iam::{ACCOUNT}:role/{role}"},
                permission=chance.choice(["READ", "WRITE"]),
                owner=owner,
            )
            for n, role in enumerate(roles)
        ],
        "owner": owner,
        "prune": chance.random() < 0.7,
    }


class Race:
    """Two authors and whoever cancels, who act in any order, also while another one writes."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.store = store_with({"locations": [HERE]})
        self.store.before_write, self.store.after_write = self.before, self.after
        self.depth, self.ids = 0, dict[str, str]()

    def before(self, _: Write) -> None:
        if self.chance.random() < 0.05:
            raise Unavailable("RequestTimeout")
        if self.depth < 3 and self.chance.random() < 0.2:
            self.act()

    def after(self, _: Write) -> None:
        if self.chance.random() < 0.05:
            raise Unavailable("RequestTimeout")

    def act(self) -> None:
        """What one of them does; a refusal changes nothing."""
        self.depth += 1
        self.store.tick = self.chance.choice([0.0, 5.0, 50.0])
        with suppress(VendingError):
            owner, who = self.chance.choice([("a", BOSS), ("b", OTHER)])
            id_ = self.ids.get(owner)
            if id_ is None or self.chance.random() < 0.1:
                author = Author(self.store, drawn(self.chance, owner), size=30, who=who)
                self.ids[owner] = author.staged()
            elif self.chance.random() < 0.05:
                cancel(id_, record(), self.store.effects())
            else:
                dry = self.chance.random() < 0.2
                answer = Author(self.store, {}, who=who).commit(id_, dryRun=dry)
                if answer["state"] == "applied" and self.ids.get(owner) == id_:
                    del self.ids[owner]
        self.depth -= 1

    def settle(self) -> None:
        """Without failures, whatever was begun comes to an end."""
        self.store.before_write = self.store.after_write = lambda _: None
        for id_, text in list(self.store.staged.items()):
            staged = Staged.read(id_, text)
            who = BOSS if staged.by == BOSS.identity.unique else OTHER
            if staged.state == "writing" and self.chance.random() < 0.5:
                while cancel(id_, record(), self.store.effects())["state"] != "cancelled":
                    pass
            elif staged.state == "writing":
                Author(self.store, {}, who=who).applied(id_)
            elif staged.state == "applied":
                Author(self.store, {}, who=who).commit(id_)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_at_once_the_table_is_whole_and_every_change_is_recorded(
    seed: int,
) -> None:
    race = Race(seed)
    for _ in range(50):
        race.act()
        if not race.store.revision.half:
            check(race.store)
    race.settle()
    store = race.store
    check(store)
    store.revision.free()
    written = Counter((revision, one.kind, one.id) for revision, one in store.history)
    assert max(written.values(), default=1) == 1
    recorded = Counter((revision, one.kind, one.id) for one, revision in store.recorded)
    late = Counter((revision, one.kind, one.id) for one, revision in store.late)
    assert (recorded | late).keys() >= written.keys()
    assert recorded.keys() <= written.keys(), "nothing is recorded that was not written"
    assert max(recorded.values(), default=1) == 1


def each(count: int) -> list[dict[str, object]]:
    """One grant for each of many roles."""
    return [
        line(f"R{n}", grantee={"iam": f"arn:aws:iam::{ACCOUNT}:role/R{n}"}) for n in range(count)
    ]


def after_looking(effects: Effects, act: Callable[[], object]) -> Effects:
    """Effects of a request that reads the change; then ``act`` happens, once."""
    acts = iter([act])

    def load(id_: str) -> Staged | None:
        found = effects.load(id_)
        for one in acts:
            one()
        return found

    return replace(effects, load=load)


def test_a_part_that_another_text_replaces_at_the_moment_of_the_commit_stays_as_it_was() -> None:
    store = store_with({"locations": [HERE]})
    store.tick = 50.0
    author = Author(store, {"grants": each(4)}, size=2)
    id_ = author.staged()
    mine = store.effects()
    other = json.dumps({"grants": each(1)})
    late = after_looking(mine, lambda: author.commit(id_, dryRun=True))
    with pytest.raises(PreconditionFailed, match="cannot change any more"):
        put_part(id_, 1, other, BOSS, record(), late)
    author.applied(id_)
    assert store.entries("grant").keys() == {"R0", "R1", "R2", "R3"}


def test_a_part_that_was_replaced_counts_no_more() -> None:
    store = store_with({"locations": [HERE]})
    author = Author(store, {"grants": each(4)}, size=2)
    id_ = str(author.announced()["id"])
    for body in ({"grants": each(2)}, {"locations": [HERE]}, {"grants": each(1)}):
        put_part(id_, 1, json.dumps(body), BOSS, record(), store.effects())
    author.send(id_)
    author.applied(id_)
    assert store.entries("grant").keys() == {"R0", "R1", "R2", "R3"}


def test_a_request_that_sees_the_writing_begin_goes_on_with_it() -> None:
    """It would tell its author to wait for itself."""
    store, author, id_ = planning(each(100), tick=50.0)
    late = after_looking(store.effects(), lambda: author.commit(id_))
    answer = commit(CommitRequest(), id_, BOSS, record(), late)
    assert answer["state"] == "writing"
    assert store.revision.number > 2
    dry = after_looking(store.effects(), lambda: author.commit(id_))
    answer = commit(CommitRequest.model_validate({"dryRun": True}), id_, BOSS, record(), dry)
    assert answer["state"] in ("writing", "applied")


def test_a_cancellation_of_what_has_just_ended_records_nothing_that_was_not_written() -> None:
    store, author, id_ = planning(each(200), tick=50.0)
    author.commit(id_)

    def others() -> None:
        """Another administrator cancels it, and then a small change is written."""
        cancel(id_, record(), store.effects())
        store.revision = Revision(store.revision.number + 1)

    answer = cancel(id_, record(), after_looking(store.effects(), others))
    assert answer["state"] == "cancelled"
    written = {(revision, one.id) for revision, one in store.history}
    assert {(revision, one.id) for one, revision in [*store.recorded, *store.late]} == written


def test_a_cancellation_of_what_has_just_ended_writes_nothing_of_the_next_change() -> None:
    store, author, id_ = planning(each(100), tick=50.0)
    author.commit(id_)

    def others() -> None:
        author.applied(id_)
        store.revision = Revision(store.revision.number + 1, "another", half=True)

    with pytest.raises(PreconditionFailed, match="applied already"):
        cancel(id_, record(), after_looking(store.effects(), others))


@pytest.mark.parametrize("kept", ["found", "plan"])
def test_two_requests_that_check_at_once_come_to_the_same(kept: str) -> None:
    """Whoever runs a command again after Ctrl-C meets the request that still goes on."""
    store = store_with({"locations": [HERE]})
    author = Author(store, {"grants": each(9)}, size=3)
    id_ = author.staged()
    keep = store.keep

    def meanwhile(staged: Staged, name: str, text: str) -> None:
        keep(staged, name, text)
        if name.startswith(kept):
            store.keep = keep  # type: ignore[method-assign]
            author.commit(id_)

    store.keep = meanwhile  # type: ignore[method-assign]
    assert author.commit(id_)["state"] == "applied"
    assert len(store.history) == len(store.recorded) == 9


def test_two_requests_that_write_at_once_tell_their_author_how_far_they_are() -> None:
    store, author, id_ = planning(each(200))

    def meanwhile(made: Write) -> None:
        if made.after.number == 4:
            store.before_write, store.tick = lambda _: None, 50.0
            author.commit(id_)

    store.before_write = meanwhile
    answer = author.commit(id_)
    assert (answer["state"], answer["progress"]["done"]) == ("writing", store.revision.number - 1)
    store.tick = 0.0
    author.applied(id_)
    assert len(store.history) == len(store.entries("grant")) == 200


def test_a_small_change_amid_the_first_transaction_is_no_progress() -> None:
    store, author, id_ = planning(each(9))

    def meanwhile(_: Write) -> None:
        store.before_write, store.revision = lambda _: None, Revision(store.revision.number + 1)

    store.before_write = meanwhile
    with pytest.raises(PreconditionFailed):
        author.commit(id_)
    assert store.entries("grant") == {}


def test_a_transaction_that_another_request_writes_first_is_progress() -> None:
    """That request has not saved yet how far it is, but the revision tells."""
    store, author, id_ = planning(each(200), tick=50.0)
    author.commit(id_)
    store.tick = 0.0

    def first(made: Write) -> None:
        if made.after.number == 4:
            store.before_write = lambda _: None
            store.write(made)

    store.before_write = first
    answer = author.commit(id_)
    assert (answer["state"], answer["progress"]["done"]) == ("writing", 3)
    author.applied(id_)
    assert len(store.history) == len(store.entries("grant")) == 200
