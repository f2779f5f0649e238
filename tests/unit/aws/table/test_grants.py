"""Reads and writes of the table, against moto, or a fake client for what moto cannot do."""

import json
from copy import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from tests.support.make import ACCOUNT, NOW, USER_ARN, grant, location
from tests.support.stack.tables import TABLE
from tests.support.tokens import ISSUER, issuer, jwks
from vending.aws.table import catalogue, issuers, items, uploads
from vending.aws.table import grants as table_grants
from vending.callers.identity import WebIdentity
from vending.callers.issuer import Claim, Issuer
from vending.callers.principal import Principal
from vending.catalogue.batches import Batch, batches, encode
from vending.catalogue.changes import Change, Entry, Kind
from vending.documents.grant import GrantBody
from vending.errors import InternalError, InvalidRequest, PreconditionFailed, Unavailable
from vending.grants.grant import Grant
from vending.grants.grantee import IamGrantee, WebGrantee
from vending.grants.keys import Keys
from vending.table import Key
from vending.uploads.upload import Sizes, Upload

USER_KEY = f"iam#{ACCOUNT}#user#AssumeS3User"


def kind(entry: Entry) -> Kind:
    if isinstance(entry, Issuer):
        return "issuer"
    return "grant" if isinstance(entry, Grant) else "location"


def write(dynamodb: Any, *entries: Any, revision: int = 0) -> int:
    changes = [Change(kind(one), one.id, "", None, one) for one in entries]
    for batch in batches(changes, {}):
        revision = catalogue.commit(dynamodb, TABLE, batch, revision)
    return revision


def numbered(count: int, **members: object) -> list[Grant]:
    return [grant(f"s3://bkt/{n}/* READ", id=f"g{n:03}", **members) for n in range(count)]


def test_a_decision_reads_the_grants_of_its_keys_in_its_bucket_and_the_location(
    dynamodb: Any,
) -> None:
    mine = grant("s3://bkt/a/* READ", id="mine")
    accounts = grant("s3://bkt/b/* READ", id="accounts", grantee=IamGrantee(ACCOUNT))
    elsewhere = grant("s3://other/* READ", id="elsewhere")
    write(dynamodb, mine, accounts, elsewhere, location(), location("other"))
    known = table_grants.load(dynamodb, TABLE, (USER_KEY, f"iam#{ACCOUNT}"), ("bkt",))
    assert known.grants == (mine, accounts)
    assert known.locations == (location(),)


def test_nothing_is_known_of_a_caller_or_bucket_that_is_not_there(dynamodb: Any) -> None:
    known = table_grants.load(dynamodb, TABLE, (USER_KEY,), ("bkt",))
    assert (known.grants, known.locations) == ((), ())


def test_the_revision_counts_the_changes(dynamodb: Any) -> None:
    assert catalogue.revision(dynamodb, TABLE) == 0
    assert write(dynamodb, location()) == 1
    assert catalogue.revision(dynamodb, TABLE) == 1


def test_of_two_who_write_at_one_revision_the_second_is_refused_whole(dynamodb: Any) -> None:
    write(dynamodb, location())
    write(dynamodb, grant("s3://bkt/a/* READ", id="first"), revision=1)
    with pytest.raises(PreconditionFailed):
        write(dynamodb, grant("s3://bkt/b/* READ", id="second"), revision=1)
    known = table_grants.load(dynamodb, TABLE, (USER_KEY,), ("bkt",))
    assert [one.id for one in known.grants] == ["first"]
    assert not items.read_items(dynamodb, TABLE, [Key("grants", "second")])


def test_two_who_write_first_are_told_apart_too(dynamodb: Any) -> None:
    write(dynamodb, location())
    with pytest.raises(PreconditionFailed):
        write(dynamodb, location("other"))


def test_a_batch_deletes_what_it_says(dynamodb: Any) -> None:
    write(dynamodb, location())
    catalogue.commit(dynamodb, TABLE, Batch({Key("location#bkt", "location"): None}), 1)
    assert table_grants.load(dynamodb, TABLE, (USER_KEY,), ("bkt",)).locations == ()


def test_more_keys_than_a_call_takes_are_read_in_several(dynamodb: Any) -> None:
    write(dynamodb, *numbered(150))
    keys = [Key("grants", f"g{n:03}") for n in range(150)]
    assert len(items.read_items(dynamodb, TABLE, [*keys, *keys])) == 150


def test_a_partition_is_read_in_order_from_a_start(dynamodb: Any) -> None:
    write(dynamodb, *numbered(5))
    ids = [key.sk for key, _ in items.entries(dynamodb, TABLE, "grants", start="g002")]
    assert ids == ["g002", "g003", "g004"]
    assert len(list(items.entries(dynamodb, TABLE, "grants"))) == 5


def test_a_caller_sees_its_grants_of_all_keys_and_buckets_from_any_place_on(dynamodb: Any) -> None:
    other = grant("s3://other/* READ", id="zz")
    accounts = numbered(2, grantee=IamGrantee(ACCOUNT))
    entries = [*accounts, grant("s3://bkt/x/* READ", id="m"), other]
    write(dynamodb, *entries)
    keys = (USER_KEY, f"iam#{ACCOUNT}")
    found = list(table_grants.grants_of_caller(dynamodb, TABLE, keys, None))
    assert [one.id for _, one in found] == ["g000", "g001", "m", "zz"]
    for number, (position, _) in enumerate(found):
        rest = list(table_grants.grants_of_caller(dynamodb, TABLE, keys, position))
        assert rest == found[number:]


def test_a_place_under_another_callers_key_is_refused(dynamodb: Any) -> None:
    with pytest.raises(InvalidRequest):
        list(
            table_grants.grants_of_caller(
                dynamodb, TABLE, (USER_KEY,), ("iam#1#user#Bob", "b", "g")
            )
        )


class Client:
    """A client with answers that the test sets; it notes its calls."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def batch_get_item(self, **asked: Any) -> Any:
        self.asked.append(asked)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    query = transact_write_items = batch_get_item


def item(pk: str, sk: str, document: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": pk}, "sk": {"S": sk}, "document": {"S": document}}


def test_keys_that_dynamodb_left_out_are_asked_for_again() -> None:
    left = {TABLE: {"Keys": [{"pk": {"S": "b"}, "sk": {"S": "b"}}]}}
    stub = Client(
        {"Responses": {TABLE: [item("a", "a", "1")]}, "UnprocessedKeys": left},
        {"Responses": {TABLE: [item("b", "b", "2")]}},
    )
    found = items.read_items(stub, TABLE, [Key("a", "a"), Key("b", "b")])
    assert found == {Key("a", "a"): "1", Key("b", "b"): "2"}
    assert stub.asked[1]["RequestItems"][TABLE]["Keys"] == left[TABLE]["Keys"]


@pytest.mark.invariant(12)
def test_keys_that_are_left_out_again_and_again_are_a_failure_not_an_absence() -> None:
    left = {TABLE: {"Keys": [{"pk": {"S": "b"}, "sk": {"S": "b"}}]}}
    stub = Client({"Responses": {}, "UnprocessedKeys": left})
    with pytest.raises(Unavailable):
        items.read_items(stub, TABLE, [Key("b", "b")])


def test_administrators_read_what_was_written_last_and_decisions_the_cheaper_way() -> None:
    for consistent in (True, False):
        stub = Client({"Responses": {}}, {"Items": []})
        items.read_items(stub, TABLE, [Key("a", "a")], consistent=consistent)
        list(items.entries(stub, TABLE, "p", consistent=consistent))
        assert stub.asked[0]["RequestItems"][TABLE]["ConsistentRead"] is consistent
        assert stub.asked[1]["ConsistentRead"] is consistent


def test_two_transactions_at_one_moment_are_a_conflict_of_administrators() -> None:
    response: Any = {
        "Error": {"Code": "TransactionCanceledException"},
        "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
    }
    with pytest.raises(PreconditionFailed):
        catalogue.commit(Client(ClientError(response, "TransactWriteItems")), TABLE, Batch(), 0)
    response["CancellationReasons"] = [{"Code": "ThrottlingError"}]
    with pytest.raises(Unavailable):
        catalogue.commit(Client(ClientError(response, "TransactWriteItems")), TABLE, Batch(), 0)


def test_an_empty_page_with_a_continuation_is_not_the_end() -> None:
    stub = Client(
        {"Items": [], "LastEvaluatedKey": {"pk": {"S": "p"}, "sk": {"S": "0"}}},
        {"Items": [item("p", "a", "1")]},
    )
    assert list(items.entries(stub, TABLE, "p")) == [(Key("p", "a"), "1")]
    assert stub.asked[1]["ExclusiveStartKey"] == {"pk": {"S": "p"}, "sk": {"S": "0"}}


def page(*items: object, pk: str = "p", sk: str) -> dict[str, object]:
    return {"Items": list(items), "LastEvaluatedKey": {"pk": {"S": pk}, "sk": {"S": sk}}}


@pytest.mark.invariant(12)
@pytest.mark.parametrize(
    ("pages", "calls"),
    [
        ([page(sk=f"{n:02}") for n in range(20)], 6),
        ([page(item("p", "a", "1"), sk="a")] * 20, 2),
        ([page(item("p", "b", "1"), sk="b"), page(item("p", "a", "1"), sk="a")], 2),
        ([page(item("p", "a", "1"), sk="a", pk="q")], 1),
    ],
    ids=["empty for ever", "the same again", "backwards", "into another partition"],
)
def test_pages_that_lead_nowhere_are_not_followed(pages: list[Any], calls: int) -> None:
    stub = Client(*pages)
    with pytest.raises(Unavailable) as error:
        list(items.entries(stub, TABLE, "p"))
    assert (error.value.reason, len(stub.asked)) == ("NoProgress", calls)


@pytest.mark.invariant(12)
def test_items_that_nobody_asked_for_are_taken_for_a_failure() -> None:
    other = item("other", "b", "1")
    left = {TABLE: {"Keys": [{"pk": {"S": "other"}, "sk": {"S": "b"}}]}}
    for answer in ({"Responses": {TABLE: [other]}}, {"Responses": {}, "UnprocessedKeys": left}):
        with pytest.raises(Unavailable, match="cannot complete this request") as error:
            items.read_items(Client(answer), TABLE, [Key("b", "b")])
        assert error.value.reason == "OtherItems"
    with pytest.raises(Unavailable):
        list(items.entries(Client({"Items": [other]}), TABLE, "b"))
    with pytest.raises(Unavailable):
        list(items.entries(Client({"Items": [item("b", "a", "1")]}), TABLE, "b", start="b"))


@pytest.mark.invariant(12)
@pytest.mark.parametrize("answer", [{}, {"Responses": {TABLE: [{"pk": {"S": "a"}}]}}, None])
def test_an_answer_without_what_belongs_in_it_is_a_failure(answer: Any) -> None:
    with pytest.raises(Unavailable) as error:
        items.read_items(Client(answer), TABLE, [Key("a", "a")])
    assert error.value.reason == "AnswerNotUnderstood"


def test_what_is_left_out_once_for_all_keys_is_asked_for_again() -> None:
    left = {TABLE: {"Keys": [{"pk": {"S": "b"}, "sk": {"S": "b"}}]}}
    stub = Client(
        {"Responses": {}, "UnprocessedKeys": left}, {"Responses": {TABLE: [item("b", "b", "2")]}}
    )
    assert items.read_items(stub, TABLE, [Key("b", "b")]) == {Key("b", "b"): "2"}


def test_what_comes_item_by_item_is_not_waited_for() -> None:
    keys = [Key("b", str(number)) for number in range(10)]
    answers = [
        {
            "Responses": {TABLE: [item("b", key.sk, "1")]},
            "UnprocessedKeys": {TABLE: {"Keys": [items.item(one) for one in keys[n + 1 :]]}},
        }
        for n, key in enumerate(keys)
    ]
    stub = Client(*answers)
    with pytest.raises(Unavailable):
        items.read_items(stub, TABLE, keys)
    assert len(stub.asked) == 4


@pytest.mark.invariant(12)
@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ThrottlingException"}}, "BatchGetItem"),
        ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "BatchGetItem"),
        ClientError({"Error": {"Code": "InternalServerError"}}, "BatchGetItem"),
        ConnectTimeoutError(endpoint_url="https://dynamodb"),
    ],
)
def test_whatever_fails_is_unavailable_and_never_an_empty_answer(error: Exception) -> None:
    with pytest.raises(Unavailable):
        table_grants.load(Client(error), TABLE, (USER_KEY,), ("bkt",))
    with pytest.raises(Unavailable):
        list(items.entries(Client(error), TABLE, "p"))
    with pytest.raises(Unavailable):
        catalogue.commit(Client(error), TABLE, Batch(), 0)


@pytest.mark.parametrize("document", ["[", "[{}]", '[{"id": "a"}]', '{"a": 1}', "7"])
def test_a_damaged_item_is_our_fault_and_never_less_than_it_was(document: str) -> None:
    answer = {"Responses": {TABLE: [item(USER_KEY, "bkt", document)]}}
    with pytest.raises(InternalError) as error:
        table_grants.load(Client(answer), TABLE, (USER_KEY,), ("bkt",))
    assert error.value.reason == "DamagedItem"


def test_what_is_written_is_read_back_the_same(dynamodb: Any) -> None:
    one = grant(
        "s3://bkt/${caller.name}/* READWRITE",
        max_duration=900,
        source_ip=("192.0.2.0/24",),
        grantee=IamGrantee(Principal.parse(USER_ARN), "AIDA2EXAMPLEEXAMPLE1"),
    )
    write(dynamodb, one)
    (document,) = items.read_items(dynamodb, TABLE, [Key("grants", one.id)]).values()
    assert GrantBody.stored_grant(document) == one
    assert USER_ARN in document


ALL = issuer(
    audience=("a", "b"),
    subject_claim="oid",
    claims=(Claim("roles", ("realm", "roles")), Claim("tenant", ("tenant",))),
    algorithms=("ES256", "EdDSA"),
    max_token_lifetime=60,
    jwks='{"keys":[]}',
)


def test_all_issuers_are_read_by_their_url(dynamodb: Any) -> None:
    assert issuers.issuers(dynamodb, TABLE) == {}
    others = [issuer(f"https://i{n}.example.com/a") for n in range(20)]
    write(dynamodb, ALL, *others, location(), *numbered(3))
    assert issuers.issuers(dynamodb, TABLE) == {one.url: one for one in [ALL, *others]}


def test_keys_of_the_longest_are_read_page_by_page() -> None:
    documents = [encode(issuer(f"https://i{n}.example.com", jwks=pinned()).as_json()) for n in "ab"]
    stub = Client(
        {
            "Items": [item("issuers", "a", documents[0])],
            "LastEvaluatedKey": {"pk": {"S": "issuers"}, "sk": {"S": "a"}},
        },
        {"Items": [item("issuers", "b", documents[1])]},
    )
    assert issuers.issuers(stub, TABLE).keys() == {
        "https://ia.example.com",
        "https://ib.example.com",
    }
    assert len(stub.asked) == 2


def pinned() -> str:
    return json.dumps(json.loads(jwks()), separators=(",", ":"), sort_keys=True)


def test_an_issuer_is_trusted_by_what_its_entry_says_and_not_by_its_place() -> None:
    stub = Client({"Items": [item("issuers", "evil.example.com", encode(ALL.as_json()))]})
    assert issuers.issuers(stub, TABLE) == {ISSUER: ALL}


@pytest.mark.parametrize("document", ["[", "[]", "{}", '{"issuer": "x"}', "7", '{"issuer": null}'])
def test_a_damaged_issuer_is_our_fault_and_no_absence(document: str) -> None:
    stub = Client({"Items": [item("issuers", "a", document)]})
    with pytest.raises(InternalError) as error:
        issuers.issuers(stub, TABLE)
    assert error.value.reason == "DamagedItem"


def test_issuers_that_cannot_be_read_are_unavailable() -> None:
    with pytest.raises(Unavailable):
        issuers.issuers(Client(ConnectTimeoutError(endpoint_url="https://dynamodb")), TABLE)


def test_a_decision_reads_the_grants_of_a_subject_and_of_its_claims(dynamodb: Any) -> None:
    grantees = {
        "own": WebGrantee(ISSUER, "a#b%"),
        "by-claim": WebGrantee(ISSUER, None, (("groups", '"x#y"'),)),
        "by-number": WebGrantee(ISSUER, None, (("id", "1"),)),
        "of-another": WebGrantee(ISSUER, "alice"),
        "elsewhere": WebGrantee(f"{ISSUER}/", "a#b%"),
    }
    grants = {
        id_: grant("s3://bkt/${claim.t}/* READ", id=id_, grantee=one)
        for id_, one in grantees.items()
    }
    write(dynamodb, *grants.values(), location())
    who = WebIdentity(ISSUER, "a#b%", {"groups": ["z", "x#y"], "id": [1, "1"]}, "h")
    known = table_grants.load(dynamodb, TABLE, who.grantee_keys, ("bkt",))
    assert set(known.grants) == {grants["own"], grants["by-claim"], grants["by-number"]}


def upload(id_: str = "abcdefghijklmnop") -> Upload:
    ends = NOW + timedelta(days=7)
    return Upload(id_, "a caller", Keys("bkt", "a"), "s3id", Sizes(2), None, None, ends)


def test_an_upload_is_kept_under_its_id_until_it_ends(dynamodb: Any) -> None:
    uploads.save_upload(dynamodb, TABLE, upload())
    assert uploads.load_upload(dynamodb, TABLE, upload().id) == upload()
    [item] = dynamodb.scan(TableName=TABLE)["Items"]
    assert item["pk"]["S"] == "upload#abcdefghijklmnop"
    assert item["ttl"]["N"] == str(int(upload().ends.timestamp()))


def test_an_upload_never_takes_the_place_of_another(dynamodb: Any) -> None:
    uploads.save_upload(dynamodb, TABLE, upload())
    with pytest.raises(Unavailable):
        uploads.save_upload(dynamodb, TABLE, replace(upload(), s3_id="another"))
    assert uploads.load_upload(dynamodb, TABLE, upload().id) == upload()


def test_an_upload_that_is_saved_again_since_nobody_answered_is_saved(dynamodb: Any) -> None:
    uploads.save_upload(dynamodb, TABLE, upload())
    uploads.save_upload(dynamodb, TABLE, upload())
    assert uploads.load_upload(dynamodb, TABLE, upload().id) == upload()


@pytest.mark.parametrize("id_", ["", "x", "ABCDEFGHIJKLMNOP", "abcdefghijklmno#", "a" * 17])
def test_an_id_of_no_form_of_ours_is_no_upload(id_: str, dynamodb: Any) -> None:
    assert uploads.load_upload(dynamodb, TABLE, id_) is None
    assert uploads.load_upload(dynamodb, TABLE, "a" * 16) is None
