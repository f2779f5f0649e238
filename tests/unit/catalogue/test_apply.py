"""The flow of ``/admin/changes``: whole tables in between, and what was written is told."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.documents import HERE, SETTING, document, entry, line
from tests.support.make import ACCOUNT, USER_ARN, record
from tests.support.tokens import ISSUER
from vending.callers.issuer import Issuer
from vending.catalogue.apply import Catalogue, apply
from vending.catalogue.batches import BATCH_WRITES, ITEM_BYTES, Batch
from vending.catalogue.proposal import Stored, touched_ids
from vending.documents.document import ChangesRequest
from vending.documents.expectation import ExpectationBody
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody
from vending.errors import InvalidRequest, PreconditionFailed, TooLarge, Unavailable
from vending.grants.grant import Grant
from vending.table import Key, catalogue_key, grants_key

if TYPE_CHECKING:
    from vending.catalogue.changes import Change

ALICE = {"issuer": ISSUER, "subject": "alice"}


class Table:
    """A table in memory that refuses what DynamoDB would refuse."""

    def __init__(self) -> None:
        self.documents: dict[Key, str] = {}
        self.revision = 0
        self.seen: list[set[str]] = []
        self.fails_at: int | None = None
        self.told: list[tuple[Change, int, str]] = []
        self.record = record()

    def stored(self, request: ChangesRequest) -> Stored:
        return Stored(
            {key.sk: GrantBody.stored_grant(text) for key, text in self.catalogue("grant").items()},
            self.trusted(),
            {
                key.sk: LocationBody.stored_location(text)
                for key, text in self.catalogue("location").items()
            },
            {
                key.sk: ExpectationBody.stored_expectation(text)
                for key, text in self.catalogue("test").items()
            },
        )

    def trusted(self) -> dict[str, Issuer]:
        return {
            key.sk: IssuerBody.stored_issuer(text) for key, text in self.catalogue("issuer").items()
        }

    def catalogue(self, kind: str) -> dict[Key, str]:
        place = catalogue_key(kind, "").pk
        return {key: text for key, text in self.documents.items() if key.pk == place}

    def items(self, keys: Iterable[Key]) -> Mapping[Key, list[Grant]]:
        return {key: self.listed(key) for key in keys if key in self.documents}

    def listed(self, key: Key) -> list[Grant]:
        return GrantBody.stored_grants(self.documents[key])

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
            if key.pk.startswith(("iam#", "oidc#"))
            for one in self.listed(key)
        }
        assert read == catalogue
        self.seen.append(set(read))

    def apply(self, *, revision: int | None = None, **members: object) -> dict[str, Any]:
        given = {} if revision is None else {"revision": revision}
        catalogue = Catalogue(lambda: self.revision, self.stored, self.items, self.commit)
        return apply(
            document(**members, **given),
            self.record,
            catalogue,
            setting=SETTING,
            on_change=lambda *told: self.told.append(told),
        )


def test_small_documents_are_one_transaction() -> None:
    table = Table()
    answer = table.apply(grants=[line(f"g{n}") for n in range(45)], locations=[HERE])
    assert (answer["applied"], answer["revision"], len(answer["changes"])) == (True, 1, 46)
    assert len(table.listed(grants_key(f"iam#{ACCOUNT}#user#AssumeS3User", "bkt"))) == 45


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
    assert outcomes == ["granted"] * 49 + ["unknown"] * 49
    assert len({change.id for change, _, _ in table.told}) == 98


def test_an_answer_that_would_not_fit_is_refused_before_anything_is_written() -> None:
    table = Table()
    table.apply(locations=[HERE])
    role = "arn:aws:iam::123456789012:role/r"
    grants = [
        line(f"g{n}", scope=f"s3://bkt/{n}{'é' * 180}/*", grantee={"iam": f"{role}{n}"})
        for n in range(3750)
    ]
    for dry_run in (True, False):
        with pytest.raises(TooLarge, match=r"about [23]\d\d\d at a time"):
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


@pytest.mark.invariant(19)
@pytest.mark.parametrize("dry_run", [True, False])
def test_a_refused_document_is_recorded_as_the_dry_run_that_it_was_or_was_not(
    dry_run: bool,
) -> None:
    faulty = {"grants": [line(), line()]}  # the same id twice
    for members in (faulty, {"revision": 7}):
        table = Table()
        with pytest.raises((InvalidRequest, PreconditionFailed)):
            table.apply(dryRun=dry_run, **members)
        assert table.record.members["dryRun"] is dry_run


def test_an_old_revision_is_refused_before_anything_is_written() -> None:
    table = Table()
    table.apply(locations=[HERE], revision=0)
    before = dict(table.documents)
    with pytest.raises(PreconditionFailed, match="revision 1, not 0"):
        table.apply(grants=[line()], revision=0)
    assert table.documents == before
    assert table.apply(grants=[line()], revision=1)["revision"] == 2


def test_a_request_that_is_limited_to_an_owner_says_so_in_its_record() -> None:
    table = Table()
    table.apply(owner="team-data", locations=[HERE | {"owner": "team-data"}])
    assert table.record.members.pop("owner") == "team-data"
    with pytest.raises(InvalidRequest):
        table.apply(owner="team-web", locations=[HERE | {"owner": "team-web"}])
    assert table.record.members.pop("owner") == "team-web"
    ((change, _, _),) = table.told
    assert change.as_json()["after"] == HERE | {"owner": "team-data"}
    table = Table()
    table.apply(locations=[HERE])
    assert "owner" not in table.record.members


def test_an_entry_that_another_owner_gets_meanwhile_is_not_changed() -> None:
    """The limit is checked against the revision that the transaction then requires."""
    table = Table()
    table.apply(locations=[HERE])
    read = table.stored

    def stored(request: ChangesRequest) -> Stored:
        found = read(request)
        if request.owner == "team-data":  # just after this request has read the table
            table.apply(grants=[line("a", owner="team-web")])
        return found

    table.stored = stored  # type: ignore[method-assign]
    with pytest.raises(PreconditionFailed):
        table.apply(owner="team-data", grants=[line("a", owner="team-data", maxDuration=60)])
    assert table.stored(document()).grants["a"].owner == "team-web"


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


def test_issuers_and_grants_to_their_subjects_are_applied() -> None:
    table = Table()
    acme = {"issuer": ISSUER, "claims": {"tenant": "acme", "a": 1}}
    answer = table.apply(
        grants=[line(), line("alices", grantee=ALICE), line("acmes", grantee=acme)],
        issuers=[entry(claims=["tenant", "a"], tenancy="own")],
        locations=[HERE],
    )
    assert [one["kind"] for one in answer["changes"]] == ["location", "issuer", *["grant"] * 3]
    assert [one.id for one in table.listed(grants_key(f"oidc#{ISSUER}#sub#alice", "bkt"))] == [
        "alices"
    ]
    by_claim = grants_key(f"oidc#{ISSUER}#claim#a#1", "bkt")
    assert [one.id for one in table.listed(by_claim)] == ["acmes"]
    assert table.trusted().keys() == {"login.example.com"}


def test_an_issuer_goes_with_its_grants_and_leaves_nothing_behind() -> None:
    table = Table()
    table.apply(grants=[line("alices", grantee=ALICE)], issuers=[entry()], locations=[HERE])
    before = dict(table.documents)
    with pytest.raises(InvalidRequest):
        table.apply(issuers=[], prune=True)
    assert table.documents == before
    answer = table.apply(grants=[], issuers=[], prune=True)
    assert {(one["action"], one["kind"]) for one in answer["changes"]} == {
        ("remove", "issuer"),
        ("remove", "grant"),
    }
    assert table.documents.keys() == {
        Key("locations", "bkt"),
        Key("location#bkt", "location"),
    }


def test_a_grant_that_moves_out_of_aws_leaves_nothing_behind() -> None:
    table = Table()
    table.apply(grants=[line()], issuers=[entry()], locations=[HERE])
    table.apply(grants=[line(grantee=ALICE)])
    assert grants_key(f"iam#{ACCOUNT}#user#AssumeS3User", "bkt") not in table.documents
    assert table.seen[-1] == {"a"}
    table.apply(grants=[line(grantee={"iam": USER_ARN})])
    assert grants_key(f"oidc#{ISSUER}#sub#alice", "bkt") not in table.documents


def test_less_trust_comes_before_more_grants_and_a_new_issuer_before_its_grants() -> None:
    table = Table()
    table.apply(
        issuers=[entry(audience=["a", "b"]), entry("https://x.example.com")], locations=[HERE]
    )
    table.told.clear()
    table.apply(
        grants=[
            line("alices", grantee=ALICE),
            line("new", grantee={"issuer": "https://new.example.com", "subject": "x"}),
        ],
        issuers=[entry(audience="a"), entry("https://new.example.com")],
        prune=True,
    )
    told = [(change.action, change.id) for change, _, _ in table.told]
    assert set(told[:2]) == {("change", "login.example.com"), ("remove", "x.example.com")}
    assert told[2] == ("add", "new.example.com")
    assert set(told[3:]) == {("add", "alices"), ("add", "new")}


def test_an_issuer_that_is_taken_in_again_is_no_change() -> None:
    table = Table()
    issuers = [entry(claims=["b", {"name": "a", "path": ["x", "y"]}], maxTokenLifetime="10m")]
    table.apply(issuers=issuers)
    assert table.apply(issuers=issuers, prune=True)["changes"] == []


def test_a_document_names_its_entries_and_the_buckets_of_its_grants() -> None:
    request = document(grants=[line(), line("b", scope="s3://other/*")], locations=[HERE])
    assert touched_ids(request) == {"grant": {"a", "b"}, "location": {"bkt", "other"}}
    assert touched_ids(document(issuers=[entry()])) == {"grant": set(), "location": set()}


def test_tests_are_written_with_the_rest_and_those_that_fail_are_recorded() -> None:
    table = Table()
    reads = {"id": "reads", "as": {"iam": USER_ARN}, "reaches": {"READ": "s3://bkt/a/x"}}
    table.apply(grants=[line()], locations=[HERE], tests=[reads])
    assert table.documents[catalogue_key("test", "reads")] == json.dumps(
        reads, separators=(",", ":")
    )
    assert "failedTests" not in table.record.members
    with pytest.raises(InvalidRequest):
        table.apply(grants=[line("b", scope="s3://bkt/b/*")], prune=True)
    assert table.revision == 1
    answer = table.apply(grants=[], prune=True)
    assert [one["code"] for one in answer["warnings"]] == ["TestFails"]
    assert table.record.members["failedTests"] == ["reads"]
    table.apply(tests=[], prune=True)
    assert table.catalogue("test") == {}
    assert [change.kind for change, _, outcome in table.told if outcome == "granted"] == [
        "test",
        "location",
        "grant",
        "grant",
        "test",
    ]
