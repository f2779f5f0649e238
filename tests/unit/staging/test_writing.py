"""What is written of a staged change: together, narrowing first, alone, resumed and cancelled."""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.support.documents import HERE, line
from tests.support.make import ACCOUNT, NOW, caller, record
from tests.support.staging import BOSS, Author, Store, planning, store_with
from vending.callers.caller import Caller
from vending.drafts.groups import WRITES
from vending.errors import (
    AccessDenied,
    ChangeRunning,
    InternalError,
    InvalidRequest,
    NotFound,
    PreconditionFailed,
    Unavailable,
)
from vending.staging.effects import Write
from vending.staging.revision import Revision
from vending.staging.stage import OWN, STAGED, cancel
from vending.staging.staged import KEPT, Staged

OTHER = caller("arn:aws:iam::123456789012:role/Other", unique_id="AROA2EXAMPLEEXAMPLE8")
PLACES = [{"scope": f"s3://bkt{n}/*", "region": "ap-northeast-1"} for n in range(120)]


def of(role: str, count: int, *, bucket: str = "bkt", **members: Any) -> list[dict[str, object]]:
    """Grants of one role, in one bucket."""
    grantee = {"iam": f"arn:aws:iam::{ACCOUNT}:role/{role}"}
    return [
        line(
            f"{role}-{bucket}-{n:03}",
            scope=f"s3://{bucket}/{role}/{n}/*",
            grantee=grantee,
            **members,
        )
        for n in range(count)
    ]


def each(count: int, **members: Any) -> list[dict[str, object]]:
    """One grant for each of many roles."""
    return [one for n in range(count) for one in of(f"R{n:04}", 1, **members)]


HUNDRED = each(100)


def seen(store: Store) -> list[dict[str, frozenset[str]]]:
    """After each transaction: the grants that each grantee has, by what decisions read."""
    states: list[dict[str, frozenset[str]]] = []

    def look(_: Write) -> None:
        now: dict[str, set[str]] = {}
        for key, text in store.decisions().items():
            if key.pk.startswith("iam#"):
                grants = {json.dumps(one, sort_keys=True) for one in json.loads(text)}
                now.setdefault(key.pk, set()).update(grants)
        states.append({key: frozenset(found) for key, found in now.items()})

    look(None)  # type: ignore[arg-type]
    store.after_write = look
    return states


@pytest.mark.parametrize("count", [40, 49, 50, 300])
def test_a_grantee_has_its_old_grants_or_its_new_ones_at_every_moment(count: int) -> None:
    """Also in several buckets, and however many there are."""
    old = [*of("A", count), *of("A", 30, bucket="bkt1"), *of("B", 3), *of("C", 60)]
    new = [*of("A", count, permission="WRITE"), *of("A", 30, bucket="bkt2"), *of("B", 5)]
    store = store_with({"locations": [HERE, *PLACES], "grants": old})
    states = seen(store)
    Author(store, {"grants": new, "prune": True}, size=50).applied()
    for grantee in {one for state in states for one in state}:
        versions = [state.get(grantee, frozenset()) for state in states]
        changed = [one for one, after in pairwise(versions) if one != after]
        assert len(changed) == 1, (grantee, len(changed))
    assert store.entries("grant").keys() == {str(one["id"]) for one in new}


def test_a_grant_that_moves_joins_its_grantees() -> None:
    moved = [line("moved", grantee={"iam": f"arn:aws:iam::{ACCOUNT}:role/{one}"}) for one in "AB"]
    store = store_with({"locations": [HERE], "grants": [moved[0], *of("A", 60), *of("B", 60)]})
    states = seen(store)
    change = [moved[1], *of("A", 60, permission="WRITE"), *of("B", 60, permission="WRITE")]
    Author(store, {"grants": change}, size=200).applied()
    having = [sum('"moved"' in one for of_ in state.values() for one in of_) for state in states]
    assert set(having) == {1}
    assert sum(one != after for one, after in pairwise(states)) == 1, "both at once"


def test_what_narrows_is_written_first() -> None:
    store = store_with({"locations": [HERE], "grants": [*each(60), *of("Z", 2)]})
    states = seen(store)
    wider = [{**one, "permission": "READWRITE"} for one in each(60)[:30]]
    Author(store, {"grants": [*wider, *each(60)[30:], *each(90)[60:]], "prune": True}).applied()
    gone = next(n for n, state in enumerate(states) if not any("role#Z" in key for key in state))
    more = next(
        n
        for n, state in enumerate(states)
        if any("READWRITE" in one for of_ in state.values() for one in of_)
    )
    assert gone <= more
    assert [one.action for one, _ in store.recorded][:2] == ["remove", "remove"]


def test_while_it_is_written_everybody_else_has_to_wait_and_is_told_for_what() -> None:
    store, author, id_ = planning(HUNDRED, tick=50.0)
    assert author.commit(id_)["state"] == "writing"
    assert store.revision == Revision(2, id_)
    with pytest.raises(ChangeRunning, match=id_):
        store.revision.free()
    other = Author(store, {"grants": of("Z", 1)}, who=OTHER)
    with pytest.raises(ChangeRunning, match=id_):
        other.commit(other.staged())
    author.applied(id_)
    assert store.revision.free() == 5
    other.applied()


def test_a_plan_is_of_one_revision() -> None:
    store = store_with({"locations": [HERE]})
    author = Author(store, {"grants": each(10)})
    id_ = author.staged()
    planned = author.planned(id_)
    Author(store, {"grants": of("Z", 1)}, who=OTHER).applied()
    with pytest.raises(PreconditionFailed, match="at revision 2, not 1"):
        author.commit(id_, revision=planned["revision"])
    again = author.planned(id_)
    assert again["revision"] == 2
    author.commit(id_, revision=2)
    assert len(store.entries("grant")) == 11


def test_two_requests_at_once_write_nothing_twice() -> None:
    store, author, id_ = planning(HUNDRED)
    nested = []

    def meanwhile(_: Write) -> None:
        store.before_write = lambda _: None
        nested.append(author.commit(id_)["state"])

    store.before_write = meanwhile
    assert author.commit(id_)["state"] == "applied", "its author need not know who was first"
    assert nested == ["applied"]
    assert len(store.history) == len(store.recorded) == len({one.id for one, _ in store.recorded})
    assert author.commit(id_)["state"] == "applied"


def failing(store: Store, at: int, *, written: bool) -> Callable[[Write], None]:
    """DynamoDB gives no answer to the transaction after ``at``, which it may have written."""
    count = iter(range(1000))

    def fail(_: Write) -> None:
        if next(count) == at:
            raise Unavailable("RequestTimeout")

    store.after_write, store.before_write = (
        (fail, lambda _: None) if written else (lambda _: None, fail)
    )
    return fail


@pytest.mark.parametrize("written", [True, False])
@pytest.mark.parametrize("at", range(4))
def test_a_lost_answer_loses_no_record_and_doubles_none(at: int, written: bool) -> None:
    store, author, id_ = planning(HUNDRED)
    failing(store, at, written=written)
    try:
        author.commit(id_)
    except Unavailable:
        assert at == 0
    author.applied(id_)
    told = [one.id for one, _ in [*store.recorded, *store.late]]
    assert sorted(told) == sorted(one.id for _, one in store.history)
    assert len(told) == len(set(told)) == 100
    assert bool(store.late) is written
    revisions = {one.id: revision for revision, one in store.history}
    assert all(revisions[one.id] == revision for one, revision in [*store.recorded, *store.late])


def test_cancelling_keeps_what_is_written_and_frees_the_rest() -> None:
    store, author, id_ = planning(HUNDRED, tick=50.0)
    author.commit(id_)
    assert cancel(id_, record(), store.effects())["state"] == "cancelled"
    assert cancel(id_, record(), store.effects())["state"] == "cancelled"
    assert store.revision == Revision(2)
    assert len(store.entries("grant")) == len(store.recorded) == 32
    with pytest.raises(PreconditionFailed, match="cancelled"):
        author.commit(id_)
    author.applied()
    assert len(store.entries("grant")) == 100


def test_a_change_whose_plan_has_expired_can_be_cancelled() -> None:
    """Else all others would wait for ever: the history alone says what was written last."""
    store, author, id_ = planning(HUNDRED)
    failing(store, 1, written=True)
    author.commit(id_)
    store.after_write = lambda _: None
    store.texts.clear()
    with pytest.raises(InternalError):
        author.commit(id_)
    assert cancel(id_, record(), store.effects())["state"] == "cancelled"
    assert store.revision == Revision(3)
    assert len(store.entries("grant")) == len(store.history) == 64


def test_cancelling_completes_a_group_first() -> None:
    store, author, id_ = planning([*of("A", 300), *each(100)], tick=50.0)
    while not store.revision.half:
        author.commit(id_)
    answers = iter(lambda: cancel(id_, record(), store.effects())["state"], "cancelled")
    for _ in zip(answers, range(99), strict=False):
        assert store.revision.staged == id_, "whoever asks for entries still has to wait"
    assert store.revision.staged is None
    decided = {
        one["id"]
        for text in store.decisions().values()
        if text[0] == "["
        for one in json.loads(text)
    }
    assert decided == store.entries("grant").keys() >= {str(one["id"]) for one in of("A", 300)}
    assert len(store.recorded) == len(decided)


def test_whoever_cancels_while_another_writes_comes_between_two_transactions() -> None:
    store, author, id_ = planning(each(200))
    cancelled: list[object] = []

    def meanwhile(made: Write) -> None:
        if made.after.number == 4 and not cancelled:
            cancelled.append(cancel(id_, record(), store.effects())["state"])

    store.before_write = meanwhile
    with pytest.raises(PreconditionFailed):
        author.commit(id_)
    assert cancelled == ["cancelled"]
    assert len(store.recorded) == len(store.entries("grant")) == 64


def test_what_is_applied_cannot_be_cancelled() -> None:
    store = Store()
    author = Author(store, {"locations": [HERE]})
    id_ = author.staged()
    author.applied(id_)
    with pytest.raises(PreconditionFailed, match="applied already"):
        cancel(id_, record(), store.effects())


def test_a_group_that_no_transaction_holds_is_refused_with_its_grantee() -> None:
    store = store_with({"locations": [HERE, *PLACES]})
    wide = [one for n in range(WRITES + 1) for one in of("A", 1, bucket=f"bkt{n}")]
    author = Author(store, {"grants": wide}, size=500)
    with pytest.raises(InvalidRequest) as error:
        author.applied()
    (fault,) = error.value.faults
    assert "iam#123456789012#role#A" in fault.detail
    assert f"in {WRITES + 1} buckets" in fault.detail
    Author(store, {"grants": wide[:WRITES]}, size=500).applied()
    Author(store, {"grants": wide}, size=500).applied()


def test_an_item_that_grows_too_large_is_refused() -> None:
    store = store_with({"locations": [HERE]})
    long = [line(f"g{n}", description="x" * 150, scope=f"s3://bkt/{n}/*") for n in range(1200)]
    with pytest.raises(InvalidRequest) as error:
        Author(store, {"grants": long}, size=500).applied()
    assert "would take" in error.value.faults[0].detail


def test_a_missing_part_is_refused_before_anything_is_pruned() -> None:
    store = store_with({"locations": [HERE], "grants": each(9)})
    author = Author(store, {"grants": each(9), "prune": True}, size=3)
    id_ = str(author.announced()["id"])
    author.send(id_, [0, 2])
    with pytest.raises(InvalidRequest, match="parts 1 have not arrived"):
        author.commit(id_)
    assert len(store.entries("grant")) == 9


def test_parts_of_another_document_are_refused() -> None:
    store = store_with({"locations": [HERE], "grants": each(9)})
    author = Author(store, {"grants": each(9), "prune": True}, size=3)
    id_ = str(author.announced()["id"])
    author.send(id_)
    author.document = {"grants": [*each(9)[:8], *of("Z", 1)], "prune": True}
    author.send(id_, [2])
    with pytest.raises(InvalidRequest) as error:
        author.commit(id_)
    assert error.value.faults[0].pointer == "/digest"
    author.document = {"grants": [*each(9)[:6], *of("Z", 2)], "prune": True}
    author.send(id_, [2])
    with pytest.raises(InvalidRequest) as error:
        author.commit(id_)
    assert error.value.faults[0].pointer == "/entries/grants"


def test_only_its_author_adds_to_it_and_writes_it() -> None:
    store = Store()
    author = Author(store, {"locations": [HERE]})
    id_ = author.staged()
    other = Author(store, {"locations": [HERE]}, who=OTHER)
    with pytest.raises(AccessDenied, match="role/Boss"):
        other.send(id_, [0])
    with pytest.raises(AccessDenied):
        other.commit(id_, dryRun=True)
    assert other.announced()["id"] != id_, "it is not theirs, though the document is the same"
    again = caller(BOSS.identity.as_json()["arn"], unique_id="AROA2EXAMPLEEXAMPLE7")  # type: ignore[arg-type]
    with pytest.raises(AccessDenied):
        Author(store, {"locations": [HERE]}, who=again).send(id_, [0])
    assert cancel(id_, record(), store.effects())["state"] == "cancelled"


def test_the_same_document_is_found_again_until_it_is_over_or_expired() -> None:
    store = Store()
    author = Author(store, {"locations": [HERE]})
    id_ = author.staged()
    assert author.announced()["id"] == id_
    assert author.announced()["missing"] == []
    assert Author(store, {"locations": [HERE], "prune": True}).announced()["id"] != id_
    store.now = NOW + KEPT
    assert author.announced()["id"] != id_
    with pytest.raises(NotFound):
        author.commit(id_)


def test_what_is_being_written_does_not_expire() -> None:
    store, author, id_ = planning(HUNDRED, tick=50.0)
    author.commit(id_)
    store.now = NOW + timedelta(days=5)
    author.applied(id_)


def test_parts_are_fixed_once_the_document_is_checked() -> None:
    store = Store()
    author = Author(store, {"locations": [HERE]})
    id_ = author.staged()
    author.planned(id_)
    author.send(id_)  # the same again
    author.document = {"locations": PLACES[:1]}
    with pytest.raises(PreconditionFailed, match="cannot change any more"):
        author.send(id_)


def announced(store: Store, count: int, who: Caller = BOSS) -> list[str]:
    """The ids of documents that somebody stages one after the other."""
    ids = []
    for n in range(count):
        store.now += timedelta(seconds=1)
        ids.append(str(Author(store, {"locations": PLACES[: n + 1]}, who=who).announced()["id"]))
    return ids


def open_ones(store: Store) -> set[str]:
    return {id_ for id_, text in store.staged.items() if Staged.read(id_, text).state == "open"}


def test_the_oldest_of_ones_own_changes_gives_way_to_the_next() -> None:
    """Else whoever plans a large file again and again could not, for a day."""
    store = store_with({"locations": [HERE]})
    theirs, mine = announced(store, 3, OTHER), announced(store, OWN)
    assert open_ones(store) >= {*theirs, *mine}
    author = Author(store, {"locations": [HERE], "prune": True})
    newest = str(author.announced()["id"])
    assert open_ones(store) == {*theirs, *mine[1:], newest}
    assert author.record.members["cancelled"] == mine[:1]


def test_what_is_being_written_gives_way_to_nothing() -> None:
    store, author, id_ = planning(HUNDRED, tick=50.0)
    author.commit(id_)
    ids = announced(store, OWN)
    assert author.commit(id_)["state"] == "writing"
    assert open_ones(store) == {*ids[1:]}


def test_only_so_many_changes_are_staged_at_a_time() -> None:
    store = Store()
    for n in range(STAGED // OWN):
        name = f"arn:aws:iam::123456789012:role/A{n}"
        announced(store, OWN, caller(name, unique_id=f"AROA2EXAMPLEEXAMPLE{n}"))
    with pytest.raises(InvalidRequest, match="cancel those"):
        announced(store, 1)
    ids = open_ones(store)
    assert len(ids) == STAGED
    cancel(min(ids), record(), store.effects())
    assert len(announced(store, 1)) == 1
    assert len(announced(store, 2)) == 2, "one's own gives way"


def test_a_dry_run_of_what_is_being_written_writes_nothing() -> None:
    store, author, id_ = planning(HUNDRED, tick=50.0)
    author.commit(id_)
    before = store.revision
    answer = author.commit(id_, dryRun=True)
    assert (answer["state"], answer["progress"]) == (
        "writing",
        {"step": "writing", "done": 1, "of": 4},
    )
    assert store.revision == before


@pytest.mark.parametrize("kind", ["part#", "plan#"])
def test_a_text_that_is_missing_or_changed_is_an_error_and_writes_nothing(kind: str) -> None:
    store = store_with({"locations": [HERE]})
    author = Author(store, {"grants": each(5)})
    id_ = author.staged()
    if kind == "plan#":
        author.planned(id_)
    texts = store.texts[id_]
    name = next(one for one in texts if one.startswith(kind))
    kept = texts.pop(name)
    with pytest.raises(InternalError):
        author.commit(id_)
    texts[name] = kept.replace("R0000", "R0001")
    if kind == "part#":
        with pytest.raises(InternalError):
            author.commit(id_)
    assert store.entries("grant") == {}


def test_every_transaction_is_in_one_of_the_pages_and_the_revision_counts_them() -> None:
    store, author, id_ = planning(each(400))
    author.applied(id_)
    assert store.revision == Revision(1 + 13)
    assert [revision for revision, _ in store.history] == sorted(r for r, _ in store.history)
