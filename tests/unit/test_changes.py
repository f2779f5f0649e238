"""From a document to the writes: faults, differences, order, and whole tables in between."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from tests.make import ACCOUNT, ROLE_ARN, USER_ARN, grant, location, record
from vending.administer import Catalogue, apply
from vending.bodies import ChangesRequest, GrantBody, LocationBody
from vending.changes import Change, Stored, plan
from vending.errors import FAULTS, InvalidRequest, PreconditionFailed, TooLarge, Unavailable
from vending.grants import Grant
from vending.layout import (
    BATCH_BYTES,
    BATCH_WRITES,
    ITEM_BYTES,
    Batch,
    Key,
    batches,
    catalogue_key,
    decision_key,
    grants_key,
    location_key,
)
from vending.parse import parse

HERE = {"scope": "s3://bkt/*", "region": "ap-northeast-1"}
NOTHING = Stored({}, {})


def line(id_: str = "a", **members: Any) -> dict[str, object]:
    given = {"grantee": {"iam": USER_ARN}, "scope": "s3://bkt/a/*", "permission": "READ"}
    return {"id": id_} | given | members


def document(**members: object) -> ChangesRequest:
    return parse(ChangesRequest, json.dumps({"version": 1} | members, ensure_ascii=False))


def planned(request: ChangesRequest, have: Stored) -> list[Change]:
    return plan(request, have, ROLE_ARN)


def stored(*entries: dict[str, object]) -> Stored:
    grants = [GrantBody.model_validate(one).grant() for one in entries]
    return Stored({one.id: one for one in grants}, {"bkt": location()})


class Table:
    """A table in memory that refuses what DynamoDB would refuse."""

    def __init__(self) -> None:
        self.documents: dict[Key, str] = {}
        self.revision = 0
        self.seen: list[set[str]] = []
        self.fails_at: int | None = None
        self.told: list[tuple[Change, int, str]] = []

    def stored(self, request: ChangesRequest) -> Stored:
        entries = {key: json.loads(text) for key, text in self.documents.items()}
        return Stored(
            {k.sk: GrantBody.model_validate(e).grant() for k, e in entries.items() if k.pk == "grants"},
            {k.sk: LocationBody.model_validate(e).location() for k, e in entries.items() if k.pk == "locations"},
        )  # fmt: skip

    def items(self, keys: Iterable[Key]) -> Mapping[Key, list[Grant]]:
        return {key: self.listed(key) for key in keys if key in self.documents}

    def listed(self, key: Key) -> list[Grant]:
        return [GrantBody.model_validate(one).grant() for one in json.loads(self.documents[key])]

    def commit(self, batch: Batch, revision: int) -> int:
        if revision != self.revision or self.revision == self.fails_at:
            raise PreconditionFailed("somebody else")
        assert len(batch.writes) <= BATCH_WRITES
        for key, text in batch.writes.items():
            if text is None:
                self.documents.pop(key, None)
            else:
                self.documents[key] = text
        self.revision += 1
        self.check()
        return self.revision

    def check(self) -> None:
        """The catalogue and what decisions read say the same."""
        catalogue = self.stored(document()).grants
        read = {
            one.id: one
            for key in self.documents
            if key.pk.startswith("iam#")
            for one in self.listed(key)
        }
        assert read == catalogue
        self.seen.append(set(read))

    def apply(self, *, revision: int | None = None, **members: object) -> dict[str, Any]:
        given = {} if revision is None else {"revision": revision}
        catalogue = Catalogue(lambda: self.revision, self.stored, self.items, self.commit)
        return apply(
            document(**members, **given),
            record(),
            catalogue,
            role_arn=ROLE_ARN,
            changed=lambda *told: self.told.append(told),
        )


def test_an_empty_table_gets_what_the_document_says() -> None:
    changes = planned(document(grants=[line()], locations=[HERE]), NOTHING)
    assert [(one.action, one.kind, one.id, one.pointer) for one in changes] == [
        ("add", "location", "bkt", "/locations/0"),
        ("add", "grant", "a", "/grants/0"),
    ]


def test_what_is_there_already_is_no_change() -> None:
    assert planned(document(grants=[line()], locations=[HERE]), stored(line())) == []


def test_a_spelling_of_the_same_thing_is_no_change() -> None:
    same = line(grantee={"iam": USER_ARN.replace("user/", "user/team/")}, maxDuration="15m")
    assert planned(document(grants=[same]), stored(line(maxDuration=900))) == []


def test_a_list_that_is_absent_is_left_alone_even_with_prune() -> None:
    assert planned(document(prune=True), stored(line())) == []
    changes = planned(document(locations=[HERE], prune=True), stored(line()))
    assert changes == []


def test_what_a_list_does_not_name_goes_with_prune_alone() -> None:
    assert planned(document(grants=[]), stored(line())) == []
    (change,) = planned(document(grants=[], prune=True), stored(line()))
    assert (change.action, change.id, change.pointer, change.after) == (
        "remove",
        "a",
        "/grants",
        None,
    )


def test_a_grant_needs_a_location_in_the_document_or_in_the_table() -> None:
    assert planned(document(grants=[line()]), stored())
    for request, have in (
        (document(grants=[line()]), NOTHING),
        (document(grants=[line()], locations=[], prune=True), stored()),
    ):
        with pytest.raises(InvalidRequest) as refused:
            planned(request, have)
        assert [fault.pointer for fault in refused.value.faults] == ["/grants/0/scope"]


def test_a_location_does_not_go_before_the_grants_that_need_it() -> None:
    with pytest.raises(InvalidRequest) as refused:
        planned(document(locations=[], prune=True), stored(line()))
    assert [fault.pointer for fault in refused.value.faults] == ["/locations"]
    changes = planned(document(locations=[], grants=[], prune=True), stored(line()))
    assert {(one.action, one.kind) for one in changes} == {
        ("remove", "grant"),
        ("remove", "location"),
    }


@pytest.mark.parametrize(
    "members",
    [
        {"scope": "s3://bkt/" + "あ" * 200 + "/*"},
        {"scope": "s3://bkt/" + "x" * 900 + "/*"},
        {
            "sourceIp": [f"2001:db8:{n:x}:{n:x}:{n:x}:{n:x}::/96" for n in range(0xF000, 0xF014)],
            "scope": "s3://bkt/" + "x" * 500 + "/*",
        },
    ],
)
def test_a_grant_that_nobody_could_use_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        planned(document(grants=[line(**members)]), stored())
    assert [fault.pointer for fault in refused.value.faults] == ["/grants/0/scope"]
    assert "2048" in refused.value.faults[0].detail


def test_a_scope_that_a_long_name_makes_too_long_is_refused() -> None:
    scope = "s3://bkt/" + "x" * 1000 + "/${caller.name}/*"
    with pytest.raises(InvalidRequest) as refused:
        planned(document(grants=[line(scope=scope, permission="WRITE")]), stored())
    assert "1024 bytes" in refused.value.faults[0].detail


def test_a_grantee_of_another_partition_is_refused() -> None:
    foreign = {"iam": USER_ARN.replace("arn:aws:", "arn:aws-cn:")}
    with pytest.raises(InvalidRequest) as refused:
        planned(document(grants=[line(grantee=foreign)]), stored())
    assert "aws-cn" in refused.value.faults[0].detail


def test_of_very_many_faults_the_first_are_listed() -> None:
    grants = [line(f"g{n}", scope="s3://elsewhere/*") for n in range(5000)]
    with pytest.raises(InvalidRequest) as refused:
        planned(document(grants=grants), NOTHING)
    assert len(refused.value.faults) == FAULTS


def test_every_entry_that_is_there_twice_is_named() -> None:
    with pytest.raises(InvalidRequest) as refused:
        planned(document(grants=[line(), line("b"), line()], locations=[HERE, HERE]), NOTHING)
    assert [fault.pointer for fault in refused.value.faults] == [
        "/grants/2/id",
        "/locations/1/scope",
    ]
    assert "/grants/0" in refused.value.faults[0].detail


@pytest.mark.parametrize(
    ("before", "after", "narrows"),
    [
        (line(), line(scope="s3://bkt/a/b/*"), True),
        (line(), line(scope="s3://bkt/a/x"), True),
        (line(permission="READWRITE"), line(), True),
        (line(), line(maxDuration=900), True),
        (line(maxDuration=900), line(maxDuration=800), True),
        (line(), line(expires="2027-01-01T00:00:00Z"), True),
        (line(), line(sourceIp="caller"), True),
        (line(), line(vpcEndpoint="vpce-0a1b2c3d"), True),
        (line(), line(scope="s3://bkt/*"), False),
        (line(), line(scope="s3://bkt/b/*"), False),
        (line(), line(permission="READWRITE"), False),
        (line(), line(permission="WRITE"), False),
        (line(maxDuration=900), line(), False),
        (line(expires="2027-01-01T00:00:00Z"), line(), False),
        (line(expires="2027-01-01T00:00:00Z"), line(expires="2027-01-02T00:00:00Z"), False),
        (line(sourceIp="caller"), line(), False),
        (line(sourceIp="caller"), line(sourceIp=["0.0.0.0/0"]), False),
        (line(), line(grantee={"iam": ACCOUNT}), False),
    ],
)
def test_a_change_narrows_only_if_nobody_gets_more(
    before: dict[str, object], after: dict[str, object], narrows: bool
) -> None:
    (change,) = planned(document(grants=[after]), stored(before))
    assert change.action == "change"
    assert change.narrows is narrows


def test_narrowing_changes_come_before_widening_ones() -> None:
    request = document(grants=[line("new"), line("b", permission="READ")], prune=True)
    changes = planned(request, stored(line("old"), line("b", permission="READWRITE")))
    assert [one.action for one in changes] == ["add", "change", "remove"]
    (batch,) = batches(changes, {})
    assert [(one.action, one.narrows) for one in batch.changes] == [
        ("change", True),
        ("remove", True),
        ("add", False),
    ]


def test_what_shares_an_item_is_written_together() -> None:
    changes = [
        Change(
            "grant", f"g{n:03}", "", None, grant(f"s3://bucket{n % 2}/{n}/* READ", id=f"g{n:03}")
        )
        for n in range(300)
    ]
    written = [
        {key.sk for key in batch.writes if key.pk != "grants"} for batch in batches(changes, {})
    ]
    assert written == [{"bucket0"}, {"bucket0", "bucket1"}, {"bucket1"}, {"bucket1"}]


def test_small_documents_are_one_transaction() -> None:
    table = Table()
    answer = table.apply(grants=[line(f"g{n}") for n in range(90)], locations=[HERE])
    assert (answer["applied"], answer["revision"], len(answer["changes"])) == (True, 1, 91)
    assert len(table.listed(grants_key(f"iam#{ACCOUNT}#user#AssumeS3User", "bkt"))) == 90


def test_a_large_document_keeps_the_table_whole_after_each_transaction() -> None:
    table = Table()
    table.apply(grants=[line(f"old{n}") for n in range(150)], locations=[HERE])
    table.seen.clear()
    table.apply(grants=[line(f"new{n}") for n in range(250)], prune=True)
    assert table.seen[-1] == {f"new{n}" for n in range(250)}
    for ids in table.seen[:-1]:
        assert ids == {one for one in ids if one.startswith("new")} or not any(
            one.startswith("new") for one in ids
        ), "a new grant was written before the last old one was gone"


def test_an_interrupted_change_is_finished_by_asking_again() -> None:
    table = Table()
    table.apply(locations=[HERE])
    grants = [line(f"g{n}") for n in range(300)]
    table.fails_at = 3
    with pytest.raises(PreconditionFailed):
        table.apply(grants=grants)
    assert 0 < len(table.seen[-1]) < 300
    table.fails_at = None
    answer = table.apply(grants=grants)
    assert 0 < len(answer["changes"]) < 300
    assert len(table.seen[-1]) == 300
    assert table.apply(grants=grants)["changes"] == []


def test_what_was_written_is_told_and_what_may_have_been_too() -> None:
    table = Table()
    table.apply(locations=[HERE])
    grants = [line(f"g{n:03}") for n in range(150)]
    commit = table.commit

    def lost(batch: Batch, revision: int) -> int:
        if revision == 2:
            raise Unavailable("ReadTimeoutError")
        return commit(batch, revision)

    table.told.clear()
    table.commit = lost  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        table.apply(grants=grants)
    outcomes = [outcome for _, _, outcome in table.told]
    assert outcomes == ["granted"] * 98 + ["unknown"] * 52
    assert len({change.id for change, _, _ in table.told}) == 150


def test_an_answer_that_would_not_fit_is_refused_before_anything_is_written() -> None:
    table = Table()
    table.apply(locations=[HERE])
    role = "arn:aws:iam::123456789012:role/r"
    grants = [
        line(f"g{n}", scope=f"s3://bkt/{n}{'é' * 180}/*", grantee={"iam": f"{role}{n}"})
        for n in range(3750)
    ]
    for dry_run in (True, False):
        with pytest.raises(TooLarge, match=r"about [23]\d\d\d changes"):
            table.apply(grants=grants, dryRun=dry_run)
    assert table.revision == 1


def test_a_grant_that_moves_leaves_nothing_behind() -> None:
    table = Table()
    table.apply(grants=[line()], locations=[HERE])
    table.apply(grants=[line(grantee={"iam": ACCOUNT})])
    assert grants_key(f"iam#{ACCOUNT}#user#AssumeS3User", "bkt") not in table.documents
    assert [one.id for one in table.listed(grants_key(f"iam#{ACCOUNT}", "bkt"))] == ["a"]
    table.apply(grants=[], locations=[], prune=True)
    assert table.documents == {}


def test_a_dry_run_answers_the_same_and_writes_nothing() -> None:
    table = Table()
    dry = table.apply(grants=[line()], locations=[HERE], dryRun=True)
    assert table.documents == {}
    assert (dry["applied"], dry["revision"]) == (False, 0)
    assert table.apply(grants=[line()], locations=[HERE])["changes"] == dry["changes"]


def test_an_old_revision_is_refused_before_anything_is_written() -> None:
    table = Table()
    table.apply(locations=[HERE], revision=0)
    before = dict(table.documents)
    with pytest.raises(PreconditionFailed, match="revision 1, not 0"):
        table.apply(grants=[line()], revision=0)
    assert table.documents == before
    assert table.apply(grants=[line()], revision=1)["revision"] == 2


def test_a_fault_anywhere_writes_nothing() -> None:
    table = Table()
    with pytest.raises(InvalidRequest):
        table.apply(grants=[line(), line("b", scope="s3://elsewhere/*")], locations=[HERE])
    assert (table.documents, table.revision) == ({}, 0)


def test_more_grants_than_an_item_holds_are_refused_before_anything_is_written() -> None:
    table = Table()
    room = ITEM_BYTES // (len(json.dumps(line("g1000"), separators=(",", ":"))) + 1)
    fitting = [line(f"g{n:04}") for n in range(room)]
    table.apply(grants=fitting[: room - 5], locations=[HERE])
    before = dict(table.documents)
    with pytest.raises(InvalidRequest) as refused:
        table.apply(grants=[*fitting, *(line(f"more{n}") for n in range(50))])
    assert "307200" in refused.value.faults[0].detail
    assert table.documents == before


def test_a_transaction_stays_below_what_dynamodb_takes() -> None:
    big = "s3://bkt/" + "x" * 900
    changes = [
        Change("grant", f"g{n}", "", None, grant(f"{big}{n:04} READ", id=f"g{n}"))
        for n in range(250)
    ]
    for batch in batches(changes, {}):
        assert len(batch.writes) <= BATCH_WRITES
        assert sum(len(text or "") for text in batch.writes.values()) <= BATCH_BYTES


def test_entries_have_their_places_in_the_table() -> None:
    assert catalogue_key("grant", "a") == ("grants", "a")
    assert location_key("bkt") == ("location#bkt", "location")
    assert decision_key(grant("s3://bkt/* READ")) == (f"iam#{ACCOUNT}#user#AssumeS3User", "bkt")
    assert decision_key(location()) == location_key("bkt")
