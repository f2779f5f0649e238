"""A check says what the service's dry run says, and is about all files together."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.checking import ENTRY, KNOWN, checked, file, found, grant, holders, role
from tests.support.documents import HERE
from tests.support.make import ACCOUNT, NOW, ROLE_ARN, record
from vending.bodies.parse import parse
from vending.callers.principal import account_of
from vending.callers.web_identity import has_keys
from vending.catalogue.apply import Catalogue, apply
from vending.catalogue.proposal import Setting, Stored
from vending.checking.stack import Stack
from vending.documents.acknowledgement import OF_REACH
from vending.documents.document import ChangesRequest
from vending.errors import InvalidRequest

SETTING = Setting(ROLE_ARN, allow_local_issuers=False, has_keys=has_keys, now=NOW)


def test_the_stack_of_these_tests_is_the_one_of_the_others() -> None:
    assert account_of(ROLE_ARN) == ACCOUNT == KNOWN.account


def test_a_document_without_faults_has_no_findings() -> None:
    report = checked(file(grant("a", "a/*")))
    assert report.as_json() == {"findings": [], "notChecked": [], "differences": []}


@pytest.mark.parametrize(
    ("members", "code", "pointer"),
    [
        ({"nothing": 1}, "InvalidRequest", "/nothing"),
        ({"version": 2}, "InvalidRequest", "/version"),
        ({"grants": [grant("a", "a/*", permission="LIST")]}, "InvalidRequest", "/grants/0/permission"),
        ({"grants": [grant("a", "a/*"), grant("a", "b/*")]}, "InvalidRequest", "/grants/1/id"),
        ({"grants": [{"id": None}]}, "InvalidRequest", "/grants/0/id"),
        ({"locations": [HERE | {"region": "nowhere-1"}]}, "InvalidRequest", "/locations/0/region"),
        ({"locations": [HERE | {"scope": "s3://cf-templates-x/*"}]}, "InvalidRequest", "/locations/0/scope"),
        ({"owner": "team", "grants": [grant("a", "a/*")]}, "InvalidRequest", "/grants/0/owner"),
    ],
)  # fmt: skip
def test_what_the_service_refuses_is_a_fault(
    members: dict[str, Any], code: str, pointer: str
) -> None:
    report = checked(file(**members))
    assert (code, 0, pointer) in found(file(**members))
    assert {one.level for one in report.findings} == {"error"}


def test_several_files_are_one_document() -> None:
    platform = {"version": 1, "locations": [HERE], "issuers": [ENTRY]}
    team = {"version": 1, "grants": [grant("a", "a/*")]}
    assert found(team) == [("InvalidRequest", 0, "/grants/0/scope")]
    assert found(platform, team) == []
    assert found(platform, team, {"version": 1, "grants": [grant("a", "b/*")]}) == [
        ("InvalidRequest", 2, "/grants/0/id")
    ]


def test_another_entry_is_named_by_its_file() -> None:
    report = checked(file(grant("a", "a/*")), {"version": 1, "grants": [grant("a", "b/*")]})
    assert [one.detail for one in report.findings] == ["'a' is already used at /grants/0 of a.yaml"]


def test_the_owner_of_a_file_is_about_its_own_entries() -> None:
    team = {"version": 1, "owner": "team", "grants": [grant("b", "b/*", owner="team")]}
    assert found(file(grant("a", "a/*")), team) == []
    other = {"version": 1, "owner": "team", "grants": [grant("b", "b/*")]}
    assert found(file(grant("a", "a/*")), other) == [("InvalidRequest", 1, "/grants/0/owner")]


def test_files_of_different_owners_are_not_compared_with_removals() -> None:
    team = {"version": 1, "owner": "team", "grants": [grant("b", "b/*", owner="team")]}
    with pytest.raises(ValueError, match="different owners"):
        checked(file(grant("a", "a/*")), team, against=[file()], prune=True)


def test_a_list_that_no_file_has_is_named_since_the_service_may_have_it() -> None:
    report = checked({"version": 1, "grants": [grant("a", "a/*", holders(group="g"))]})
    assert [one.setting for one in report.unknown] == ["locations", "issuers"]
    assert checked(file(grant("a", "a/*"))).unknown == []


def test_what_stands_counts_where_a_check_is_against_it() -> None:
    alone = {"version": 1, "grants": [grant("b", "b/*")]}
    report = checked(alone, against=[file(grant("a", "a/*"))])
    assert report.findings == []
    assert [one["kind"] for one in report.differences] == ["gained"]
    pruned = checked(alone, against=[file(grant("a", "a/*"))], prune=True)
    assert [one["kind"] for one in pruned.differences] == ["gained", "lost"]


def test_an_older_file_that_is_no_document_is_refused() -> None:
    with pytest.raises(ValueError, match=r"cannot compare with old-b\.yaml: /grants"):
        checked(file(), against=[file(), {"version": 1, "grants": 1}])


def dry_run(members: dict[str, Any]) -> "set[tuple[str, str, str]]":
    """What the service says of a document where nothing stands."""
    catalogue = Catalogue(
        revision=lambda: 0,
        stored=lambda _: Stored({}, {}, {}),
        items=lambda _: {},
        commit=lambda _, __: pytest.fail("a dry run writes nothing"),
    )
    text = json.dumps(members | {"dryRun": True})
    try:
        body = parse(ChangesRequest, text)
        answer: Any = apply(body, record(), catalogue, setting=SETTING, on_change=lambda *_: None)
    except InvalidRequest as error:
        return {("InvalidRequest", one.pointer, one.detail) for one in error.faults}
    return {(one["code"], one["pointer"], one["detail"]) for one in answer["warnings"]}


GRANTEES = st.sampled_from(
    [
        *(
            role("A"),
            role("B"),
            role("C", "210987654321"),
            {"iam": ACCOUNT},
            {"iam": "210987654321"},
        ),
        *(holders(group="g"), holders(number=1), holders(other="x")),
        {"iam": "arn:aws-cn:iam::123456789012:role/A"},
        {"issuer": "https://other.example.com", "subject": "s"},
        {"iam": "nobody"},
    ]
)
SCOPES = st.sampled_from(
    [
        *("a/*", "a/b/*", "*", "a//b/*", "a%20/*", "a*/x", "a/${caller.name}/*", "a", ""),
        *("t/${claim.tenant}/*", "t/${claim.tenant:path}/*", "t/${claim.none}/*", "../*"),
    ]
)
MORE = st.fixed_dictionaries(
    {},
    optional={
        "permission": st.sampled_from(["READ", "WRITE", "READWRITE", "ALL"]),
        "expires": st.sampled_from(["2001-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "soon"]),
        "sourceIp": st.sampled_from([["0.0.0.0/0"], ["192.0.2.0/24"], "caller", "x"]),
        "acknowledge": st.sampled_from(
            [{"WildcardInScope": "meant"}, {"NestedScope": "meant"}, {"Unknown": "x"}]
        ),
        "contentTypes": st.just(["text/csv"]),
    },
)
GRANTS = st.builds(
    lambda id_, keys, grantee, more: grant(id_, keys, grantee, **more),
    st.sampled_from("abc"),
    SCOPES,
    GRANTEES,
    MORE,
)
LOCATIONS = st.sampled_from(
    [
        [HERE],
        [],
        [HERE, HERE],
        [HERE | {"region": "cn-north-1"}],
        [HERE | {"role": "arn:aws:iam::210987654321:role/s3"}],
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(GRANTS, max_size=3), LOCATIONS, st.sampled_from([[ENTRY], []]))
def test_a_check_and_the_dry_run_of_the_service_agree(
    grants: list[dict[str, Any]], locations: list[dict[str, Any]], issuers: list[dict[str, Any]]
) -> None:
    """Whatever the service says, the check says too; it adds only the warnings of reach."""
    members = file(*grants, locations=locations, issuers=issuers)
    report = checked(members)
    said = {(one.code, one.pointer, one.detail) for one in report.findings}
    regions = [one["region"] for one in locations]
    may_be_foreign = "cn-north-1" in regions or (not regions and "arn:aws-cn:" in str(grants))
    if not may_be_foreign:
        assert {one for one in said if one[0] not in OF_REACH} == dry_run(members)
    else:  # this stack may be in another partition, which no file can say
        assert bool(report.findings) <= bool(dry_run(members))


def test_without_settings_nothing_is_refused_that_some_stack_would_accept() -> None:
    lent = HERE | {"role": "arn:aws:iam::210987654321:role/s3"}
    local = ENTRY | {"issuer": "http://127.0.0.1:8080"}
    members = file(grant("a", "a/*"), locations=[lent], issuers=[local])
    assert found(members, stack=Stack()) == []
    assert {one.setting for one in checked(members, stack=Stack()).unknown} == {
        "AllowLocalIssuers",
        "AssumableRoleArns",
        "NeverLentBuckets",
    }
    assert {one[2] for one in found(members)} == {"/locations/0/role", "/issuers/0/issuer"}


def test_a_file_is_compared_with_the_issuers_that_stand() -> None:
    """An issuer's id is not its URL: as a new one, it would hide what its change does."""
    apart = {"id": "apart", "disjoint": "claim.tenant", "within": "s3://bkt/*"}
    before = file(grant("a", "a/*", holders(tenant="x")), tests=[apart])
    assert found(before | {"tests": []}, against=[before], prune=True) == []
    fewer = {"version": 1, "issuers": [ENTRY | {"claims": ["group"]}]}
    assert found(fewer, against=[file(grant("a", "a/*", holders(tenant="x")))]) == [
        ("InvalidRequest", 0, "/issuers/0")
    ]


def test_a_test_that_is_about_nobody_any_more_is_a_warning_as_on_the_service() -> None:
    apart = {"id": "apart", "disjoint": "claim.tenant", "within": "s3://bkt/*"}
    fewer = {"version": 1, "issuers": [ENTRY | {"claims": ["group"]}]}
    [warning] = checked(fewer, against=[file(tests=[apart])]).findings
    assert (warning.level, warning.code, warning.pointer) == ("warning", "TestFails", "/tests")
    assert "no issuer's entry lists the claim tenant" in warning.detail
