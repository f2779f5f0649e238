"""Bad input is refused, and the answer names the member and says what it must be."""

import json
import tracemalloc
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vending.bodies.body import Body
from vending.bodies.parse import BODY_BYTES, parse
from vending.credentials.request import CredentialsRequest
from vending.documents.document import ChangesRequest
from vending.errors import FAULTS, InvalidRequest, TooLarge
from vending.grants.grant import Permission
from vending.grants.keys import Keys
from vending.urls.request import UrlsRequest

GOOD = {"target": "s3://bkt/a", "permission": "READ"}
URLS = {"expiresIn": 900, "requests": [{"method": "GET", "target": "s3://bkt/a"}]}


def refused(model: type[Body], text: str) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as error:
        parse(model, text)
    return error.value


def faults(model: type[Body], members: object) -> dict[str, str]:
    error = refused(model, json.dumps(members))
    return {fault.pointer: fault.detail for fault in error.faults}


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("s3://bkt/a", Keys("bkt", "a")),
        ("s3://bkt/a/*", Keys("bkt", "a/", is_prefix=True)),
        ({"bucket": "bkt", "key": "a*"}, Keys("bkt", "a*")),
        ({"bucket": "bkt", "key": "a/*"}, Keys("bkt", "a/*")),
        ({"bucket": "bkt", "prefix": "a/"}, Keys("bkt", "a/", is_prefix=True)),
        ({"bucket": "bkt", "prefix": ""}, Keys("bkt", "", is_prefix=True)),
        ({"bucket": "bkt", "prefix": "*/"}, Keys("bkt", "*/", is_prefix=True)),
    ],
)
def test_a_target_is_text_or_members(target: object, location: Keys) -> None:
    request = parse(CredentialsRequest, json.dumps(GOOD | {"target": target}))
    assert request.target == location
    assert request.wanted[0].target == location


@pytest.mark.parametrize(
    "target",
    [
        "s3://bkt",
        "s3:///x",
        "s3://Bkt/x",
        "s3://bkt/../x",
        "s3://bkt/pre*",
        {"bucket": "bkt", "key": "é" * 513},
        {"bucket": "bkt"},
        {"bucket": "bkt", "key": "a", "prefix": "b/"},
        {"bucket": "bkt", "prefix": "tenant1"},
        {"bucket": "bkt", "key": 7},
        {"bucket": ["bkt"], "key": "a"},
        {"bucket": "bkt", "key": "a", "region": "x"},
        7,
        ["s3://bkt/a"],
        True,
        {},
    ],
)
def test_a_bad_target_is_named(target: object) -> None:
    assert faults(CredentialsRequest, GOOD | {"target": target}).keys() == {"/target"}
    several = {"permission": "READ", "targets": ["s3://bkt/ok", target]}
    assert faults(CredentialsRequest, several).keys() == {"/targets/1"}


@pytest.mark.invariant(13)
@pytest.mark.parametrize(
    ("changes", "pointer", "words"),
    [
        ({"permission": "ADMIN"}, "/permission", "READWRITE"),
        ({"permission": "read"}, "/permission", "READWRITE"),
        ({"permission": ["READ"]}, "/permission", "READWRITE"),
        ({"privilege": "All"}, "/privilege", "Minimal"),
        ({"durationSeconds": 1.5}, "/durationSeconds", "whole number"),
        ({"durationSeconds": 900.0}, "/durationSeconds", "whole number"),
        ({"durationSeconds": "900"}, "/durationSeconds", "whole number"),
        ({"durationSeconds": True}, "/durationSeconds", "whole number"),
        ({"duration_seconds": 900}, "/duration_seconds", "unknown member"),
        ({"Permission": "READ"}, "/Permission", "unknown member"),
        ({"policy": "{}"}, "/policy", "unknown member"),
        ({"a~b/c": 1}, "/a~0b~1c", "unknown member"),
        ({"targets": ["s3://bkt/b"]}, "", "either"),
    ],
)
def test_a_bad_member_of_a_credentials_request_is_named(
    changes: dict[str, object], pointer: str, words: str
) -> None:
    found = faults(CredentialsRequest, GOOD | changes)
    assert found.keys() == {pointer}
    assert words in found[pointer]


def test_no_target_at_all_is_refused() -> None:
    assert "target" in faults(CredentialsRequest, {"permission": "READ"})[""]
    assert faults(CredentialsRequest, {"target": "s3://bkt/a"}) == {"/permission": "is required"}


@pytest.mark.parametrize(("count", "fits"), [(0, False), (1, True), (20, True), (21, False)])
def test_up_to_twenty_targets_are_taken(count: int, fits: bool) -> None:
    members = {"permission": "READ", "targets": [f"s3://bkt/{n}" for n in range(count)]}
    if fits:
        assert len(parse(CredentialsRequest, json.dumps(members)).wanted) == count
    else:
        assert faults(CredentialsRequest, members).keys() == {"/targets"}


@pytest.mark.parametrize(("count", "fits"), [(0, False), (1, True), (1000, True), (1001, False)])
def test_up_to_a_thousand_urls_are_taken(count: int, fits: bool) -> None:
    members = URLS | {"requests": URLS["requests"] * count}  # type: ignore[operator]
    if fits:
        assert len(parse(UrlsRequest, json.dumps(members)).requests) == count
    else:
        assert faults(UrlsRequest, members).keys() == {"/requests"}


@pytest.mark.parametrize(
    ("request_", "pointer"),
    [
        ({"method": "PATCH", "target": "s3://bkt/a"}, "/requests/0/method"),
        ({"method": "get", "target": "s3://bkt/a"}, "/requests/0/method"),
        ({"method": "GET", "target": "s3://bkt/a/*"}, "/requests/0/target"),
        ({"method": "GET", "target": "s3://bkt/*"}, "/requests/0/target"),
        ({"method": "GET", "target": {"bucket": "bkt", "prefix": "a/"}}, "/requests/0/target"),
        ({"method": "GET"}, "/requests/0/target"),
        ({"method": "GET", "target": "s3://bkt/a", "key": "b"}, "/requests/0/key"),
        ("s3://bkt/a", "/requests/0"),
    ],
)
def test_a_bad_url_request_is_named_by_its_place(request_: object, pointer: str) -> None:
    assert faults(UrlsRequest, URLS | {"requests": [request_]}).keys() == {pointer}


@pytest.mark.parametrize("key", ["a?b", "a#b", "a%2Fb", "a+b", "a b", "🚀", "a*b"])
def test_keys_that_trouble_other_parsers_are_presign_targets(key: str) -> None:
    request = {"method": "PUT", "target": f"s3://bkt/{key}"}
    parsed = parse(UrlsRequest, json.dumps(URLS | {"requests": [request]}))
    assert parsed.requests[0].target.key == key
    assert parsed.wanted[0].permission is Permission.WRITE


def test_each_method_takes_its_permission() -> None:
    requests = [{"method": one, "target": "s3://bkt/a"} for one in ("GET", "HEAD", "PUT", "DELETE")]
    parsed = parse(UrlsRequest, json.dumps(URLS | {"requests": requests}))
    assert [one.permission.value for one in parsed.wanted] == ["READ", "READ", "WRITE", "WRITE"]


@pytest.mark.invariant(13)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ('{"target": "s3://bkt/a", "permission": "READ",}', "not JSON"),
        ("{'target': 1}", "not JSON"),
        ('{"target": 1} x', "not JSON"),
        ('{"durationSeconds": ' + "9" * 5000 + "}", "too long a number"),
        ("[" * 100_000, "nested too deeply"),
        ("\ufeff{}", "not JSON"),
    ],
)
def test_what_is_not_plain_json_is_refused(text: str, words: str) -> None:
    assert words in refused(CredentialsRequest, text).detail


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ('"permission": "READ"', {"/permission": "appears twice"}),
        ('"target": {"bucket": "bkt", "key": "a", "key": "b"}', {"/target": "appears twice", "/target/key": "appears twice"}),
        ('"durationSeconds": NaN', {"/durationSeconds": "NaN is not JSON"}),
        ('"durationSeconds": -Infinity', {"/durationSeconds": "-Infinity is not JSON"}),
        ('"durationSeconds": null', {"/durationSeconds": "is null; leave it out instead"}),
        ('"": null', {"/": "is null; leave it out instead"}),
        ('"targets": [null, {"a": [null]}], "x": 1', {"/targets/0": "is null; leave it out instead", "/targets/1/a/0": "is null; leave it out instead", "/x": "unknown member"}),
    ],
)  # fmt: skip
def test_what_is_odd_in_json_is_named_at_its_place_with_all_other_faults(
    members: str, found: dict[str, str]
) -> None:
    text = f'{{"target": "s3://bkt/a", "permission": "READ", {members}}}'
    faults = {fault.pointer: fault.detail for fault in refused(CredentialsRequest, text).faults}
    assert found.items() <= faults.items()


def test_a_very_long_name_is_cut() -> None:
    (fault,) = refused(CredentialsRequest, json.dumps(GOOD | {"x" * 5000: 1})).faults
    assert len(fault.pointer) < 200


@pytest.mark.parametrize("text", ["[]", "7", '"s3://bkt/a"', "null", "true"])
def test_a_body_that_is_no_object_is_refused(text: str) -> None:
    assert refused(CredentialsRequest, text).faults[0].detail == "must be an object"


@pytest.mark.invariant(13)
def test_a_body_of_two_mebibytes_is_read_and_one_byte_more_is_not() -> None:
    padding = BODY_BYTES - len(json.dumps(GOOD | {"x": ""}))
    assert faults(CredentialsRequest, GOOD | {"x": "y" * padding}).keys() == {"/x"}
    with pytest.raises(TooLarge, match=str(BODY_BYTES)):
        parse(CredentialsRequest, json.dumps(GOOD | {"x": "y" * (padding + 1)}))
    with pytest.raises(TooLarge):
        parse(CredentialsRequest, "é" * (BODY_BYTES // 2 + 1))


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (UrlsRequest, '{"expiresIn": 1, "requests": [' + "0," * 900_000 + "0]}"),
        (CredentialsRequest, '{"permission": "READ", "targets": [' + "0," * 900_000 + "0]}"),
        (ChangesRequest, '{"version": 1, "grants": [' + "0," * 900_000 + "0]}"),
        (CredentialsRequest, "{" + ",".join(f'"{n}":1' for n in range(150_000)) + "}"),
        (CredentialsRequest, "{" + ",".join(f'"{n}":1' for n in range(150_000)) + ',"0":1}'),
    ],
    ids=["requests", "targets", "grants", "members", "duplicates"],
)
def test_a_body_full_of_faults_costs_no_more_than_its_size(model: type[Body], text: str) -> None:
    tracemalloc.start()
    error = refused(model, text)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(error.faults) <= 1
    assert most < 100 * 1024 * 1024


def test_as_many_faults_as_a_document_can_have_are_sorted_out() -> None:
    text = '{"version": 1, "grants": [' + "{}," * 19_999 + "{}]}"
    error = refused(ChangesRequest, text)
    assert "80000 faults" in error.detail
    assert len(error.faults) == FAULTS


@pytest.mark.invariant(10)
def test_errors_do_not_show_what_was_sent() -> None:
    secret = "hunter2-hunter2"
    for members in (
        GOOD | {"permission": secret},
        GOOD | {"durationSeconds": secret},
        GOOD | {"target": secret},
        {"targets": secret, "permission": "READ"},
        GOOD | {"target": {"bucket": f"{secret}_", "key": secret}},
    ):
        error = refused(CredentialsRequest, json.dumps(members))
        assert secret not in error.detail + repr(error.faults)


def test_not_even_the_validators_own_error_shows_what_was_sent() -> None:
    with pytest.raises(ValidationError) as error:
        CredentialsRequest.model_validate(GOOD | {"durationSeconds": "hunter2-hunter2"})
    assert "hunter2" not in str(error.value)


def test_many_faults_are_counted_and_the_first_hundred_listed() -> None:
    members = URLS | {"requests": [{"method": "NO", "target": "s3://bkt/a"}] * 500}
    error = refused(UrlsRequest, json.dumps(members))
    assert "500 faults" in error.detail
    assert len(error.faults) == FAULTS


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from([*GOOD, "targets", "privilege", "durationSeconds", "x"]), json_values
    )
)
def test_any_json_is_a_request_or_a_clear_refusal(members: dict[str, Any]) -> None:
    with suppress(InvalidRequest):
        assert parse(CredentialsRequest, json.dumps(members)).wanted
