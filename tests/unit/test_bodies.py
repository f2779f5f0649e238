"""Bad input is refused with the member named and what would be right."""

import json
import tracemalloc
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vending.bodies import (
    Body,
    ChangesRequest,
    CredentialsRequest,
    GrantBody,
    LocationBody,
    UrlsRequest,
)
from vending.errors import FAULTS, InvalidRequest, TooLarge
from vending.grants import Permission
from vending.location import Location
from vending.parse import BODY_BYTES, parse

GOOD = {"target": "s3://bkt/a", "permission": "READ"}
URLS = {"expiresIn": 900, "requests": [{"method": "GET", "target": "s3://bkt/a"}]}
GRANT = {
    "id": "readers",
    "grantee": {"iam": "arn:aws:iam::123456789012:role/path/Reader"},
    "scope": "s3://bkt/reports/*",
    "permission": "READ",
}
LOCATION = {"scope": "s3://bkt/*", "region": "ap-northeast-1"}


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
        ("s3://bkt/a", Location("bkt", "a")),
        ("s3://bkt/a/*", Location("bkt", "a/", is_prefix=True)),
        ({"bucket": "bkt", "key": "a*"}, Location("bkt", "a*")),
        ({"bucket": "bkt", "key": "a/*"}, Location("bkt", "a/*")),
        ({"bucket": "bkt", "prefix": "a/"}, Location("bkt", "a/", is_prefix=True)),
        ({"bucket": "bkt", "prefix": ""}, Location("bkt", "", is_prefix=True)),
        ({"bucket": "bkt", "prefix": "*/"}, Location("bkt", "*/", is_prefix=True)),
    ],
)
def test_a_target_is_text_or_members(target: object, location: Location) -> None:
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
        ({"duration_seconds": 900}, "/duration_seconds", "no such member"),
        ({"Permission": "READ"}, "/Permission", "no such member"),
        ({"policy": "{}"}, "/policy", "no such member"),
        ({"a~b/c": 1}, "/a~0b~1c", "no such member"),
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
        ({"method": "POST", "target": "s3://bkt/a"}, "/requests/0/method"),
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
    assert parsed.wanted[0].target.key == key
    assert parsed.wanted[0].permission is Permission.WRITE


def test_each_method_takes_its_permission() -> None:
    requests = [{"method": one, "target": "s3://bkt/a"} for one in ("GET", "HEAD", "PUT", "DELETE")]
    parsed = parse(UrlsRequest, json.dumps(URLS | {"requests": requests}))
    assert [one.permission.value for one in parsed.wanted] == ["READ", "READ", "WRITE", "WRITE"]


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
        ('"permission": "READ"', {"/permission": "is there twice"}),
        ('"target": {"bucket": "bkt", "key": "a", "key": "b"}', {"/target": "is there twice", "/target/key": "is there twice"}),
        ('"durationSeconds": NaN', {"/durationSeconds": "NaN is not JSON"}),
        ('"durationSeconds": -Infinity', {"/durationSeconds": "-Infinity is not JSON"}),
        ('"durationSeconds": null', {"/durationSeconds": "is null; leave it out instead"}),
        ('"": null', {"/": "is null; leave it out instead"}),
        ('"targets": [null, {"a": [null]}], "x": 1', {"/targets/0": "is null; leave it out instead", "/targets/1/a/0": "is null; leave it out instead", "/x": "no such member"}),
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


def test_a_body_of_two_mebibytes_is_read_and_one_byte_more_is_not() -> None:
    padding = BODY_BYTES - len(json.dumps(GOOD | {"x": ""}))
    assert faults(CredentialsRequest, GOOD | {"x": "y" * padding}).keys() == {"/x"}
    with pytest.raises(TooLarge, match=str(BODY_BYTES)):
        parse(CredentialsRequest, json.dumps(GOOD | {"x": "y" * (padding + 1)}))
    with pytest.raises(TooLarge):
        parse(CredentialsRequest, "é" * (BODY_BYTES // 2 + 1))


def test_a_name_under_an_accounts_grant_comes_with_its_kind() -> None:
    members = GRANT | {"grantee": {"iam": "123456789012"}}
    scope = "s3://bkt/${caller.kind}/${caller.name}/*"
    assert GrantBody.model_validate(members | {"scope": scope}).grant()


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


def test_a_grant_is_read_into_its_canonical_form() -> None:
    members = GRANT | {
        "maxDuration": "15m",
        "expires": "2027-01-01T09:00:00+09:00",
        "sourceIp": ["192.0.2.0/24", "2001:db8::/32"],
        "vpcEndpoint": "vpce-0a1b2c3d",
    }
    granted = GrantBody.model_validate(members).grant()
    assert granted.max_duration == 900
    assert granted.expires == datetime(2027, 1, 1, tzinfo=UTC)
    canonical = granted.as_json()
    assert canonical["grantee"] == {"iam": "arn:aws:iam::123456789012:role/Reader"}
    assert GrantBody.model_validate(canonical).grant() == granted


grant_members = st.fixed_dictionaries(
    {
        "id": st.from_regex("[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True),
        "grantee": st.sampled_from(
            [
                {"iam": "arn:aws-cn:iam::123456789012:user/a/b/Alice"},
                {"iam": "123456789012"},
                {"iam": "arn:aws:iam::123456789012:role/R", "uniqueId": "AROA2EXAMPLEEXAMPLE1"},
            ]
        ),
        "scope": st.sampled_from(
            ["s3://bkt/*", "s3://bkt/${caller.account}/日本/*", "s3://bkt/a$b"]
        ),
        "permission": st.sampled_from([one.value for one in Permission]),
    },
    optional={
        "maxDuration": st.integers(1, 3600) | st.sampled_from(["15m", "1h", "30s"]),
        "expires": st.datetimes(datetime(1999, 12, 31), datetime(9999, 1, 1)).map(  # noqa: DTZ001
            lambda time: time.isoformat() + "+09:00"
        ),
        "sourceIp": st.just("caller") | st.just(["192.0.2.0/24", "2001:DB8::/32"]),
        "vpcEndpoint": st.just("vpce-0a1b2c3d"),
    },
)


@given(grant_members)
def test_every_grant_that_is_accepted_is_stored_and_read_back_the_same(
    members: dict[str, Any],
) -> None:
    try:
        granted = GrantBody.model_validate(members).grant()
    except ValidationError:
        return
    document = json.dumps(granted.as_json())
    assert GrantBody.model_validate(json.loads(document)).grant() == granted


@pytest.mark.parametrize(
    ("text", "seconds"), [("15m", 900), ("1h", 3600), ("30s", 30), (900, 900), (1, 1)]
)
def test_a_duration_is_text_with_its_unit_or_seconds(text: object, seconds: int) -> None:
    assert GrantBody.model_validate(GRANT | {"maxDuration": text}).max_duration == seconds


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"id": "a b"}, "/grants/0/id"),
        ({"id": ""}, "/grants/0/id"),
        ({"id": "a" * 65}, "/grants/0/id"),
        ({"id": "a\n"}, "/grants/0/id"),
        ({"scope": "s3://bkt/tenant1*"}, "/grants/0/scope"),
        ({"scope": "s3://${caller.name}/*"}, "/grants/0/scope"),
        ({"scope": "s3://bkt/x-${caller.name}/*"}, "/grants/0/scope"),
        ({"scope": {"bucket": "bkt", "key": "a"}}, "/grants/0/scope"),
        ({"permission": "FULL_CONTROL"}, "/grants/0/permission"),
        ({"grantee": "arn:aws:iam::123456789012:role/Reader"}, "/grants/0/grantee"),
        ({"grantee": {"iam": "*"}}, "/grants/0/grantee/iam"),
        ({"grantee": {"iam": "arn:aws:iam::123456789012:root"}}, "/grants/0/grantee/iam"),
        ({"grantee": {"iam": 123456789012}}, "/grants/0/grantee/iam"),
        ({"scope": "s3://bkt/reports/"}, "/grants/0/scope"),
        ({"grantee": {"iam": "arn:aws:iam::123456789012:role/*"}}, "/grants/0/grantee/iam"),
        (
            {"grantee": {"iam": "arn:aws:sts::123456789012:assumed-role/R/s"}},
            "/grants/0/grantee/iam",
        ),
        (
            {"grantee": {"iam": "123456789012", "uniqueId": "AIDA2EXAMPLEEXAMPLE1"}},
            "/grants/0/grantee",
        ),
        ({"grantee": GRANT["grantee"] | {"uniqueId": "AIDA2EXAMPLEEXAMPLE1"}}, "/grants/0/grantee"),  # type: ignore[operator]
        ({"grantee": {"issuer": "https://x"}}, "/grants/0/grantee/issuer"),
        ({"maxDuration": 0}, "/grants/0/maxDuration"),
        ({"maxDuration": 3601}, "/grants/0/maxDuration"),
        ({"maxDuration": "2h"}, "/grants/0/maxDuration"),
        ({"maxDuration": "15 m"}, "/grants/0/maxDuration"),
        ({"maxDuration": "PT15M"}, "/grants/0/maxDuration"),
        ({"maxDuration": 1.5}, "/grants/0/maxDuration"),
        ({"expires": "2027-01-01T00:00:00"}, "/grants/0/expires"),
        ({"expires": "tomorrow"}, "/grants/0/expires"),
        ({"expires": "0999-12-31T00:00:00Z"}, "/grants/0/expires"),
        ({"expires": "0001-01-01T00:00:00+14:00"}, "/grants/0/expires"),
        ({"expires": "9999-12-31T23:59:59-14:00"}, "/grants/0/expires"),
        ({"expires": "2027-01-01T00:00:00.5Z"}, "/grants/0/expires"),
        ({"expires": 1798761600}, "/grants/0/expires"),
        ({"sourceIp": "192.0.2.7"}, "/grants/0/sourceIp"),
        ({"sourceIp": []}, "/grants/0/sourceIp"),
        ({"sourceIp": ["192.0.2.7/24"]}, "/grants/0/sourceIp"),
        ({"sourceIp": [3221225991]}, "/grants/0/sourceIp"),
        ({"sourceIp": ["fe80::1%eth0"]}, "/grants/0/sourceIp"),
        ({"sourceIp": ["192.0.2.0/24"] * 21}, "/grants/0/sourceIp"),
        ({"grantee": {"iam": "123456789012"}, "scope": "s3://bkt/${caller.name}/*"}, "/grants/0"),
        ({"vpcEndpoint": "vpce-*"}, "/grants/0/vpcEndpoint"),
        ({"maxObjectSize": "100MiB"}, "/grants/0/maxObjectSize"),
    ],
)
def test_a_bad_member_of_a_grant_is_named(changes: dict[str, object], pointer: str) -> None:
    found = faults(ChangesRequest, {"version": 1, "grants": [GRANT | changes]})
    assert pointer in found


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"scope": "s3://bkt/prefix/*"}, "/locations/0/scope"),
        ({"scope": "s3://bkt/key"}, "/locations/0/scope"),
        ({"region": "tokyo"}, "/locations/0/region"),
        ({"region": "us-iso-east-1"}, "/locations/0/region"),
        ({"kmsKey": "arn:aws:kms:us-east-1:123456789012:key/0a1b"}, "/locations/0"),
        ({"region": "ap-northeast-1\n"}, "/locations/0/region"),
        ({"account": 123456789012}, "/locations/0/account"),
        ({"kmsKey": "alias/key"}, "/locations/0/kmsKey"),
        ({"kmsKey": "arn:aws:kms:ap-northeast-1:123456789012:key/*"}, "/locations/0/kmsKey"),
        ({"role": "arn:aws:iam::123456789012:role/Other"}, "/locations/0/role"),
    ],
)
def test_a_bad_member_of_a_location_is_named(changes: dict[str, object], pointer: str) -> None:
    found = faults(ChangesRequest, {"version": 1, "locations": [LOCATION | changes]})
    assert found.keys() == {pointer}


def test_a_location_is_read_into_its_canonical_form() -> None:
    key = "arn:aws:kms:ap-northeast-1:123456789012:key/0a1b2c3d"
    members = LOCATION | {"account": "999999999999", "kmsKey": key}
    assert LocationBody.model_validate(members).location().as_json() == members
    assert LocationBody.model_validate(LOCATION).location().as_json() == LOCATION


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({}, "/version"),
        ({"version": 2}, "/version"),
        ({"version": "1"}, "/version"),
        ({"version": True}, "/version"),
        ({"version": 1.0}, "/version"),
        ({"version": 1, "revision": -1}, "/revision"),
        ({"version": 1, "dryRun": "yes"}, "/dryRun"),
        ({"version": 1, "prune": 1}, "/prune"),
        ({"version": 1, "issuers": []}, "/issuers"),
    ],
)
def test_a_bad_member_of_a_document_is_named(members: dict[str, object], pointer: str) -> None:
    assert faults(ChangesRequest, members).keys() == {pointer}
