"""A staged document is checked and written like a small one, however its time is cut."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.support.documents import HERE, SETTING, document, entry, line
from tests.support.make import ACCOUNT, record
from tests.support.staging import Author, Store, store_with
from tests.support.tokens import ISSUER
from vending.catalogue.apply import Catalogue, apply
from vending.catalogue.batches import Batch
from vending.catalogue.plan import buckets_to_judge
from vending.catalogue.proposal import Stored, needs_all_grants, touched_ids
from vending.documents.document import ChangesRequest
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody
from vending.errors import InvalidRequest
from vending.questions.standing import Standing
from vending.staging.revision import Revision
from vending.staging.staged import Staged
from vending.table import Key

THERE = {"scope": "s3://other/*", "region": "ap-northeast-1"}
ALICE = {"issuer": ISSUER, "subject": "alice"}
BOB = {"iam": f"arn:aws:iam::{ACCOUNT}:role/Bob"}


def grants(count: int, name: str = "g", **members: object) -> list[dict[str, object]]:
    return [line(f"{name}{n:03}", scope=f"s3://bkt/{name}{n}/*", **members) for n in range(count)]


def of_many(count: int, name: str = "g") -> list[dict[str, object]]:
    """Grants of as many grantees."""
    return [
        line(
            f"{name}{n:03}",
            scope=f"s3://bkt/{name}{n}/*",
            grantee={"iam": f"arn:aws:iam::{ACCOUNT}:role/Role{n}"},
        )
        for n in range(count)
    ]


def test_a_document_in_parts_is_applied_as_a_whole() -> None:
    store = Store()
    answer = Author(store, {"locations": [HERE], "grants": grants(10)}).applied()
    assert answer["state"] == "applied"
    assert answer["counts"] == {"add": 11}
    assert len(store.entries("grant")) == 10
    assert len(store.recorded) == len(store.history) == 11
    assert not store.revision.staged


def test_a_dry_run_writes_nothing_and_says_what_would_change() -> None:
    store = Store()
    author = Author(store, {"locations": [HERE], "grants": grants(10)})
    answer = author.planned()
    assert (answer["state"], answer["counts"], answer["revision"]) == ("planned", {"add": 11}, 0)
    assert store.items == {}
    assert store.revision == Revision(0)
    assert author.record.members["dryRun"] is True


@pytest.mark.parametrize("tick", [0.0, 3.0, 9.0, 50.0])
def test_slices_of_any_length_come_to_the_same(tick: float) -> None:
    standing = {"locations": [HERE], "grants": [*of_many(60), *grants(150, "one")]}
    whole, cut = store_with(standing), store_with(standing)
    cut.tick = tick
    change = {
        "grants": [*of_many(50, "new"), *grants(120, "one", permission="WRITE")],
        "prune": True,
    }
    Author(whole, change, size=40).applied()
    author = Author(cut, change, size=40)
    author.applied()
    assert cut.items == whole.items
    assert cut.recorded == whole.recorded
    assert [one for _, one in cut.history] == [one for one, _ in cut.recorded]
    if tick > 20:
        assert author.requests > 5


def plainly(store: Store, members: Mapping[str, Any]) -> tuple[dict[str, Any], dict[Key, str]]:
    """What ``/admin/changes`` makes of it: its answer, and the table."""
    items, revision = dict(store.items), store.revision.number

    def stored(request: ChangesRequest) -> Stored:
        """As the table's ``stored_for``: the grants that the document names, if that is enough."""
        texts = {kind: store.entries(kind) for kind in ("grant", "issuer", "location")}
        every = {id_: GrantBody.stored_grant(text) for id_, text in texts["grant"].items()}
        issuers = {id_: IssuerBody.stored_issuer(text) for id_, text in texts["issuer"].items()}
        places = {id_: LocationBody.stored_location(one) for id_, one in texts["location"].items()}
        named = touched_ids(request)["grant"]
        whole = needs_all_grants(request, issuers, places)
        known = {id_: one for id_, one in every.items() if whole or id_ in named}
        have = Stored(known, issuers, places, store.tests())
        buckets = () if whole else buckets_to_judge(request, have)
        near = [one for one in every.values() if one.id not in known]
        return replace(have, near_grants=tuple(one for one in near if one.scope.bucket in buckets))

    def commit(batch: Batch, number: int) -> int:
        for key, text in batch.writes.items():
            if text is None:
                items.pop(key, None)
            else:
                items[key] = text
        return number + 1

    catalogue = Catalogue(
        lambda: revision,
        stored,
        lambda keys: {key: GrantBody.stored_grants(items[key]) for key in keys if key in items},
        commit,
    )
    answer = apply(
        document(**members), record(), catalogue, setting=SETTING, on_change=lambda *_: None
    )
    return answer, items


def parsed(items: Mapping[Key, str]) -> dict[Key, object]:
    """The items; the order of grants in an item means nothing."""

    def ordered(read: Any) -> object:
        return sorted(read, key=lambda one: str(one["id"])) if isinstance(read, list) else read

    return {key: ordered(json.loads(text)) for key, text in items.items()}


def drawn(chance: random.Random) -> dict[str, Any]:
    """A document, which may have faults."""
    grantees = [
        {"iam": f"arn:aws:iam::{ACCOUNT}:role/R{chance.randrange(4)}"},
        {"iam": ACCOUNT},
        {"issuer": ISSUER, "subject": f"s{chance.randrange(3)}"},
        {"issuer": ISSUER, "claims": {"tenant": "a"}},
    ]
    listed = [
        line(
            f"g{chance.randrange(12)}" if chance.random() < 0.1 else f"g{n}",
            scope=f"s3://{chance.choice(['bkt', 'other'])}/{chance.choice(['a', 'b', 'c'])}/*",
            permission=chance.choice(["READ", "WRITE", "READWRITE"]),
            grantee=chance.choice(grantees),
            **({"owner": chance.choice(["x", "y"])} if chance.random() < 0.5 else {}),
            **({"acknowledge": {"IdenticalGrant": "so"}} if chance.random() < 0.2 else {}),
        )
        for n in chance.sample(range(12), chance.randrange(1, 10))
    ]
    issuers = [entry(tenancy="own", claims=["tenant"] if chance.random() < 0.9 else [])]
    tests = [
        {"id": "apart", "disjoint": "claim.tenant", "within": "s3://bkt/*"},
        {"id": "a", "as": BOB, "refused": {"READ": "s3://bkt/a/*"}},
        {
            "id": "r",
            "as": {"iam": f"arn:aws:iam::{ACCOUNT}:role/R1"},
            "reaches": {"READ": "s3://bkt/a/x"},
        },
    ]
    made: dict[str, Any] = {}
    if chance.random() < 0.9:
        made["grants"] = listed
    if chance.random() < 0.7:
        made["issuers"] = issuers if chance.random() < 0.9 else []
    if chance.random() < 0.7:
        made["locations"] = [HERE, THERE] if chance.random() < 0.9 else [HERE]
    if chance.random() < 0.3:
        made["tests"] = chance.sample(tests, chance.randrange(len(tests)))
    if chance.random() < 0.5:
        made["prune"] = True
    if chance.random() < 0.2:
        made["owner"] = "x"
    return made or {"locations": [HERE, THERE]}


def test_a_staged_document_comes_to_what_a_small_one_comes_to() -> None:
    chance, seen = random.Random(40), set[str]()
    base = {"locations": [HERE, THERE], "issuers": [entry(tenancy="own", claims=["tenant"])]}
    for _ in range(60):
        store = store_with(base)
        for _ in range(3):
            members = drawn(chance)
            try:
                answer, items = plainly(store, members)
            except InvalidRequest as error:
                faults = set(error.faults)
            else:
                faults = set()
            if faults:
                with pytest.raises(InvalidRequest) as staged:
                    Author(store, members, size=2).applied()
                assert set(staged.value.faults) == faults, members
                seen.add("refused")
                continue
            made = Author(store, members, size=2)
            id_ = made.staged()
            planned = made.planned(id_)
            told = sorted(map(json.dumps, planned["warnings"]))
            assert told == sorted(map(json.dumps, answer["warnings"])), members
            offered = [one for change in answer["changes"] for one in revocations(change)]
            assert named(planned.get("revocations", [])) == named(offered), members
            made.applied(id_)
            assert parsed(store.items) == parsed(items), members
            own = [one for one, _ in store.recorded]
            assert sorted(map(key_of, (one.as_json() for one in own))) == sorted(
                map(key_of, ({n: c[n] for n in CHANGE} for c in answer["changes"]))
            )
            store.recorded.clear()
            seen.add("warned" if answer["warnings"] else "applied")
    assert seen == {"refused", "warned", "applied"}


CHANGE = ("action", "kind", "id", "pointer", "before", "after")


def key_of(change: object) -> str:
    return json.dumps(change, sort_keys=True)


def revocations(change: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        *([change["revocation"]] if "revocation" in change else []),
        *change.get("revocations", ()),
    ]


def named(revoked: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(one) for one in revoked)


def role(name: str) -> dict[str, str]:
    return {"iam": f"arn:aws:iam::{ACCOUNT}:role/{name}"}


GUARDED: dict[str, Any] = {
    "locations": [HERE, THERE],
    "grants": [line("alices", grantee=role("Alice"), scope="s3://bkt/alice/*"), *of_many(5)],
    "tests": [
        {"id": "alice", "as": role("Alice"), "reaches": {"READ": "s3://bkt/alice/x"}},
        {"id": "bob", "as": role("Bob"), "refused": {"READ": "s3://bkt/alice/*"}},
        {"id": "other", "scope": "s3://other/*", "onlyReachedBy": []},
    ],
}


@pytest.mark.parametrize("tick", [0.0, 50.0])
def test_a_document_that_breaks_a_test_is_refused_however_its_time_is_cut(tick: float) -> None:
    store = store_with(GUARDED)
    store.tick = tick
    wide = line("wide", grantee=role("Bob"), scope="s3://bkt/*")
    author = Author(store, {"grants": [*of_many(9), wide]})
    with pytest.raises(InvalidRequest, match="tests do not allow") as error:
        author.applied()
    (fault,) = error.value.faults
    assert fault.pointer == "/tests"
    assert "'bob' holds now, and would not" in fault.detail
    assert (author.requests > 3) is (tick > 0)


@pytest.mark.parametrize("tick", [0.0, 50.0])
def test_a_document_that_only_narrows_is_warned_of_a_test_however_its_time_is_cut(
    tick: float,
) -> None:
    store = store_with(GUARDED)
    store.tick = tick
    author = Author(store, {"grants": of_many(5), "prune": True})
    answer = author.planned()
    (warning,) = answer["warnings"]
    assert warning["code"] == "TestFails"
    assert "'alice' holds now" in warning["detail"]
    assert author.record.members["failedTests"] == ["alice"]
    assert answer["revocations"] == [
        {"grantId": "alices", "kind": "sessions", "reason": "the grant was removed"}
    ]


def test_more_than_a_hundred_revocations_are_one_of_everything() -> None:
    store = store_with({"locations": [HERE], "grants": of_many(101)})
    answer = Author(store, {"grants": [], "prune": True}).planned()
    (one,) = answer["revocations"]
    assert (one["all"], answer["counts"]) == (True, {"remove": 101})


def after_keeping(store: Store, kind: str, meanwhile: Callable[[], object]) -> None:
    """Let something happen once, just before a request keeps its first text of this kind."""
    keep = store.keep

    def late(staged: Staged, name: str, text: str) -> None:
        if name.startswith(kind) and store.keep is late:
            store.keep = keep  # type: ignore[method-assign]
            meanwhile()
        keep(staged, name, text)

    store.keep = late  # type: ignore[method-assign]


def test_a_request_that_is_late_by_a_revision_does_not_replace_what_the_next_one_found() -> None:
    store = store_with({"locations": [HERE], "grants": grants(3)})
    author = Author(store, {"grants": grants(3)})
    id_ = author.staged()

    def meanwhile() -> None:
        Author(store, {"grants": grants(1, permission="WRITE")}).applied()
        author.commit(id_, dryRun=True)

    store.tick = 50.0
    after_keeping(store, "found", meanwhile)
    assert author.commit(id_, dryRun=True)["state"] != "planned"
    answer = author.planned(id_)
    assert (answer["revision"], answer["counts"]) == (2, {"change": 1})


def test_a_request_that_is_late_does_not_forget_a_test_that_another_one_judged() -> None:
    carol = {"id": "as-carol", "as": role("Carol"), "refused": {"READ": "s3://bkt/alice/*"}}
    store = store_with({**GUARDED, "tests": [*GUARDED["tests"], carol]})
    author = Author(store, {"grants": [line("wide", grantee=role("Bob"), scope="s3://bkt/*")]})
    id_ = author.staged()  # a request of which each look at the clock takes long judges two tests

    def meanwhile() -> None:
        store.tick = 0.0
        with pytest.raises(InvalidRequest, match="tests do not allow"):
            author.commit(id_, dryRun=True)
        store.tick = 50.0

    store.tick = 50.0
    after_keeping(store, "judged", meanwhile)
    with pytest.raises(InvalidRequest, match="tests do not allow"):
        author.planned(id_)


def test_equal_plans_are_equal_texts_in_whatever_order_the_table_was_read() -> None:
    listed = of_many(3) + [line(f"one{n}", scope=f"s3://bkt/one{n}/*") for n in range(5)]
    change = {"grants": [{**one, "permission": "WRITE"} for one in listed[2:5]]}
    digests = set[str]()
    for items in (listed, listed[::-1]):
        store = Store()
        Author(store, {"locations": [HERE], "grants": items}).applied()
        found = store.entries("grant")
        ordered = {str(one["id"]): found[str(one["id"])] for one in items}
        texts = {**store.standing().texts, "grant": ordered}
        store.standing = lambda at=store, of=texts: Standing(at.revision.number, of)  # type: ignore[method-assign,misc]
        digests.add(str(Author(store, change).planned()["planDigest"]))
    assert len(digests) == 1
