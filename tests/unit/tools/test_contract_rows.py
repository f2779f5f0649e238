"""What the code takes, the contract's schemas take, and nothing else: rows of the other tests."""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tests.support.contract import Contract
from tests.support.documents import entry
from tests.support.tokens import ISSUER
from tests.unit.bodies import test_body as test_bodies
from tests.unit.documents import test_document, test_expectation
from tests.unit.grants import test_expectation as test_grants_expectation
from tests.unit.grants import test_keys as test_location
from tests.unit.grants import test_scope
from tests.unit.uploads import test_uploads
from tests.unit.urls import test_content
from tests.unit.urls import test_vend as test_vend_urls
from tools.openapi import schemas
from tools.openapi.contract import MODELS
from vending.bodies import fields
from vending.bodies.parse import parse
from vending.errors import VendingError
from vending.sessions.durations import LONGEST, LONGEST_URL, SHORTEST, check_shortest
from vending.urls.compact import parse_urls

# What JSON Schema cannot say, by the words of the code: rows that the code refuses and a schema
# takes. (A number that is written 900.0 is an integer to JSON Schema.)
UNSAID = {
    "at most 1024 bytes in UTF-8": "it counts characters",
    "1 to 512 bytes": "the same",
    "a claim's value must be text": "the same, and 1.0",
    "bytes of JSON": "the same",
    "must be a whole number": "900.0",
    "must be 1": "1.0",
    "two claims have the same name": "names of unlike entries",
    "which 'claims' does not list": "the same",
    "without host bits": "arithmetic",
    "a time in whole seconds": "a range of years, and no fractions",
    "from 0 to 5368709120": "the first number is not over the second",
    "must be from 'from' to 'from' + ": "the same",
    "one checksum for each part": "arithmetic",
    "must be at most": "a duration in other units",
    "must be at least": "the same",
    "is at most 30d": "the same",
    "less than or equal to": "the same, in the words of pydantic",
    "never fetched over http": "the same",
    "in the bucket's region": "a part of another member",
}
BKT: dict[str, Any] = {"expiresIn": 60}
COMPACT = BKT | {"format": "compact", "method": "GET", "prefix": "s3://bkt/a/", "keys": ["x"]}
URL = {"method": "GET", "target": "s3://bkt/a"}
UPLOAD = BKT | {"target": "s3://bkt/a", "size": 25 * 1024**2, "partSize": 10 * 1024**2}


class Row(NamedTuple):
    """A body, its model, and from where it is."""

    test: str
    model: str
    members: dict[str, Any]


def rows(test: Callable[..., object]) -> Iterator[tuple[Any, ...]]:
    """The rows of a test."""
    for mark in test.pytestmark:  # type: ignore[attr-defined]
        for row in mark.args[1] if mark.name == "parametrize" else ():
            yield row if isinstance(row, tuple) else (row,)


def given_none_left_out(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def grant(**members: object) -> dict[str, Any]:
    return {"version": 1, "grants": [test_document.GRANT | members]}


def credentials(**members: object) -> dict[str, Any]:
    return test_bodies.GOOD | members


def url(**members: object) -> dict[str, Any]:
    return BKT | {"requests": [URL | members]}


def issuer(members: object) -> dict[str, Any]:
    return {"version": 1, "issuers": [members]}


def expected(members: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "tests": [given_none_left_out(members)]}


# The test, the model, and how a row of it becomes a body.
SOURCES: list[tuple[Callable[..., object], str, Callable[..., dict[str, Any]]]] = [
    (test_bodies.test_a_target_is_text_or_members, "CredentialsRequest", lambda target, _: credentials(target=target)),
    (test_bodies.test_a_bad_target_is_named, "CredentialsRequest", lambda target: credentials(target=target)),
    (test_bodies.test_a_bad_target_is_named, "UrlsRequest", lambda target: url(target=target)),
    (test_bodies.test_a_bad_target_is_named, "UrlsRequest", lambda target: url(method="POST", target=target)),
    (test_bodies.test_a_bad_member_of_a_credentials_request_is_named, "CredentialsRequest", lambda changes, *_: credentials(**changes)),
    (test_bodies.test_up_to_twenty_targets_are_taken, "CredentialsRequest", lambda count, _: {"permission": "READ", "targets": ["s3://bkt/a"] * count}),
    (test_bodies.test_up_to_a_thousand_urls_are_taken, "UrlsRequest", lambda count, _: BKT | {"requests": [URL] * count}),
    (test_bodies.test_a_bad_url_request_is_named_by_its_place, "UrlsRequest", lambda one, _: BKT | {"requests": [one]}),
    (test_bodies.test_keys_that_trouble_other_parsers_are_presign_targets, "UrlsRequest", lambda key: url(target=f"s3://bkt/{key}")),
    (test_location.test_both_spellings_agree_over_the_corpus, "CredentialsRequest", lambda key: credentials(target=f"s3://bkt/{key}")),
    (test_location.test_both_spellings_agree_over_the_corpus, "UrlsRequest", lambda key: url(target={"bucket": "bkt", "key": key})),
    (test_vend_urls.test_a_fault_in_the_compact_form_is_named, "Compact", lambda members, _: given_none_left_out(COMPACT | members)),
    (test_vend_urls.test_a_checksum_is_one_of_three, "UrlsRequest", lambda member, value, _: url(method="PUT", **{member: value})),
    (test_vend_urls.test_a_checksum_is_one_of_three, "UrlsRequest", lambda member, value, _: url(method="PUT", checksumSha256="A" * 43 + "=", **{member: value})),
    (test_vend_urls.test_what_the_grant_does_not_take_is_refused_before_sts_is_called, "UrlsRequest", lambda _, __, method, members, *___: url(**({"method": method} | members))),
    (test_uploads.test_parts_that_were_not_planned_are_refused, "PartsRequest", lambda _, members, __: BKT | {"from": 1, "to": 3} | members),
    (test_uploads.test_an_upload_that_is_refused_is_started_nowhere, "UploadRequest", lambda _, __, members, ___: given_none_left_out({name: one for name, one in (UPLOAD | members).items() if name != "partSize" or "partSize" in members})),
    (test_document.test_a_duration_is_text_with_its_unit_or_seconds, "ChangesRequest", lambda text, _: grant(maxDuration=text)),
    (test_document.test_a_bad_member_of_a_grant_is_named, "ChangesRequest", lambda changes, _: grant(**changes)),
    (test_document.test_a_bad_member_of_a_location_is_named, "ChangesRequest", lambda changes, _: {"version": 1, "locations": [test_document.LOCATION | changes]}),
    (test_document.test_a_bad_member_of_a_document_is_named, "ChangesRequest", lambda members, _: members),
    (test_document.test_an_issuer_is_a_url_that_tokens_write, "ChangesRequest", lambda one, members: issuer(entry(one, **members))),
    (test_document.test_an_issuer_in_a_private_network_needs_pinned_keys, "ChangesRequest", lambda one: issuer(entry(one))),
    (test_document.test_an_issuer_in_a_private_network_needs_pinned_keys, "ChangesRequest", lambda one: issuer(entry(one, **test_document.PINNED))),
    (test_document.test_a_bad_member_of_an_issuer_is_named, "ChangesRequest", lambda changes, *_: issuer(entry() | changes)),
    (test_document.test_members_of_an_issuer_that_do_not_go_together_are_refused, "ChangesRequest", lambda changes, _: issuer(entry() | changes)),
    (test_document.test_a_grantee_outside_aws_is_read_with_the_types_of_its_claims, "ChangesRequest", lambda one, _: grant(grantee=one)),
    (test_document.test_a_bad_member_of_a_grantee_is_named, "ChangesRequest", lambda one, *_: grant(grantee=one)),
    (test_document.test_a_variable_that_is_never_filled_is_refused, "ChangesRequest", lambda one, scope, _: grant(grantee=one, scope=scope)),
    (test_expectation.test_a_bad_member_of_a_test_is_named, "ChangesRequest", lambda base, changes, *_: expected(base | changes)),
    (test_grants_expectation.test_a_changed_test_demands_as_much_or_may_demand_less, "ChangesRequest", lambda _, before, after, __: expected({"id": "x"} | before | after)),
    (test_scope.test_a_claim_may_fill_a_segment_of_a_scope, "ChangesRequest", lambda scope: grant(grantee={"issuer": ISSUER, "subject": "a"}, scope=scope)),
    (test_scope.test_one_scope_is_within_another_only_if_it_is_for_every_caller, "ChangesRequest", lambda _, scope, __: grant(scope=scope)),
]  # fmt: skip
ROWS = [
    Row(test.__name__, model, make(*row)) for test, model, make in SOURCES for row in rows(test)
]

DURATIONS = [("duration_seconds", SHORTEST, LONGEST), ("expires_in", 1, LONGEST_URL)]


def code_says(model: str, text: str) -> list[str]:
    """The faults that the code finds in a body."""
    try:
        urls = model in ("UrlsRequest", "Compact")
        body = parse_urls(text) if urls else parse(MODELS[model], text)
        for member, shortest, longest in DURATIONS:
            if (duration := getattr(body, member, None)) is not None:
                check_shortest("", duration, shortest)
                if duration > longest:  # whatever the grant
                    return [f"{member} is too long for every grant"]
    except VendingError as error:
        return [fault.detail for fault in error.faults] or [error.detail]
    return []


def agree(faults: list[str], wrong: list[str]) -> bool:
    """Whether what the code finds is wrong to the contract too, or cannot be said there."""
    return bool(faults) if wrong else all(any(words in one for words in UNSAID) for one in faults)


def member_says(kind: object, value: object) -> list[str]:
    """The faults that a member finds in its value."""
    try:
        TypeAdapter(kind).validate_python(value, strict=True)
    except ValidationError as error:
        return [one["msg"] for one in error.errors()]
    return []


def schema_of(model: str) -> Any:
    names = ["CompactReading", "CompactUpload", "CompactDeletion"]
    choices = [{"$ref": f"#/components/schemas/{one}"} for one in names]
    return {"oneOf": choices} if model == "Compact" else Contract.read().at(f"#/components/schemas/{model}")  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.test[5:60])
def test_the_contract_takes_what_the_code_takes(row: Row) -> None:
    faults = code_says(row.model, json.dumps(row.members))
    wrong = Contract.read().faults(schema_of(row.model), row.members)
    assert agree(faults, wrong), (faults, wrong)


MEMBERS = [
    *rows(test_content.test_a_member_takes_what_is_well_formed),
    *rows(test_content.test_a_member_refuses_what_is_not),
]


@pytest.mark.parametrize(("kind", "value"), MEMBERS, ids=str)
def test_a_members_schema_takes_what_the_member_takes(kind: Any, value: object) -> None:
    faults, wrong = member_says(kind, value), Contract.read().faults(schemas.of(kind, []), value)
    assert agree(faults, wrong), (faults, wrong)


def test_what_is_listed_as_beyond_json_schema_is_refused_by_the_code_alone() -> None:
    read = Contract.read()
    alone = [
        *(code_says(one.model, json.dumps(one.members)) for one in ROWS if read.accepts(schema_of(one.model), one.members)),
        *(member_says(*one) for one in MEMBERS if read.accepts(schemas.of(one[0], []), one[1])),
    ]  # fmt: skip
    for words in UNSAID:
        assert any(words in fault for faults in alone for fault in faults), words


@pytest.mark.parametrize("length", [2, 3, 63, 64])
def test_a_bucket_name_is_as_long_to_both(length: int) -> None:
    name = "b" * length
    for value in (f"s3://{name}/a", f"s3://{name}/*", {"bucket": name, "key": "a"}):
        taken = not member_says(fields.Target, value)
        assert taken is (3 <= length <= 63)
        assert Contract.read().accepts({"$ref": "#/components/schemas/Target"}, value) is taken


@pytest.mark.parametrize("length", [0, 1, 1024, 1025])
def test_a_key_of_ascii_is_as_long_to_both(length: int) -> None:
    value = {"bucket": "bkt", "key": "k" * length}
    taken = not member_says(fields.KeyTarget, value)
    assert taken is (1 <= length <= 1024)
    assert Contract.read().accepts({"$ref": "#/components/schemas/KeyTarget"}, value) is taken


PIECES = ["s3://", "/", "*", ".", "..", "bkt", "b", "-", "a" * 60, "xn--", "sthree-", "-s3alias", "--x-s3", ".mrap", "--ol-s3", "192.0.2.7", "é", "\n", "\x85", "?", "#", "A", " ", "$", "${", "}", "${caller.name}", "${claim.a}", "${claim.a:path}", "${claim.:path}"]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
near = st.one_of(texts, texts.map(lambda text: f"s3://bkt/{text}"), texts.map(lambda text: f"s3://{text}/a"))  # fmt: skip


@pytest.mark.parametrize("name", ["Target", "KeyTarget", "KeyPrefix", "BucketScope", "GrantScope"])
@given(text=near)
def test_text_near_a_target_is_one_to_both_or_to_neither(name: str, text: str) -> None:
    schema = Contract.read().at(f"#/components/schemas/{name}")
    for value in (text, {"bucket": "bkt", "key": text}, {"bucket": text, "prefix": "a/"}, {"bucket": "bkt", "prefix": text}):  # fmt: skip
        taken = not member_says(getattr(fields, name), value)
        assert Contract.read().accepts(schema, value) is taken, value
