"""Sharing: what it opens, for whom, and that nothing of it is there without it."""

import json
import re
from typing import Any, Final

import pytest

from tests.support.stack.policies import (
    ACCOUNT,
    ALL,
    DEV,
    PROD,
    REGION,
    Stack,
    broken_rules,
    configuration,
    stack,
    template,
)
from tests.unit.template.test_iam import (
    ASSUME,
    LENT,
    LOGS,
    NEVER_LENT,
    SSM,
    VENDING,
    permissions,
    role_of,
    statements,
)

SHARED: Final = stack(
    **configuration("dev"),
    Sharing="true",
    AuditTrail="true",
    Alarms="true",
    VpcEndpointIds="vpce-0a1b2c3d",
    CallerOrganization="o-a1b2c3d4e5",
)
OWN: Final = {
    f"{method} /{door}/shares{path}"
    for door in ("iam", "web-identity", "admin")
    for method, path in (("POST", ""), ("GET", ""), ("GET", "/{id}"), ("DELETE", "/{id}"))
    if (door, method) != ("admin", "POST")
}
DOMAIN: Final = {
    "DomainName": "vend.example.com",
    "CertificateArn": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/0a",
}
OPEN: Final = {"GET /s/{token}", "POST /s/{token}"}


def operations(made: Stack) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in made.properties("Api")["Body"]["paths"].items()
        for method, operation in methods.items()
    }


def resources(made: Stack, sid: str) -> set[str]:
    policy = made.properties("Api")["Policy"]
    [statement] = [one for one in policy["Statement"] if one.get("Sid") == sid]
    return set(statement["Resource"])


@pytest.mark.invariant(8)
@pytest.mark.parametrize("made", [DEV, PROD, ALL], ids=["dev", "prod", "all"])
def test_without_the_parameter_nothing_of_it_is_there(made: Stack) -> None:
    assert not [name for name in made.resources if "Share" in name]
    written = json.dumps(made.resources)
    for text in ("SharesFunction", "/shares", "/s/*", "/s/{token}", "owner#*", "link#*"):
        assert text not in written


def test_with_it_these_routes_are_there_and_no_others() -> None:
    beside = operations(SHARED).keys() - operations(DEV).keys()
    assert beside == OWN | OPEN


@pytest.mark.invariant(8)
@pytest.mark.parametrize("route", sorted(OWN | OPEN))
def test_only_the_link_itself_is_open(route: str) -> None:
    door = route.split("/")[1]
    scheme = {"web-identity": "WebIdentity", "s": "NONE"}.get(door, "AWS_IAM")
    assert operations(SHARED)[route]["security"] == [{scheme: []}]


@pytest.mark.invariant(10)
def test_sharing_and_tracing_do_not_go_together() -> None:
    assert broken_rules(Sharing="true") == set()
    assert broken_rules(Tracing="true") == set()
    assert broken_rules(Sharing="true", Tracing="true") == {"SharesAreNotTraced"}


def test_the_resource_policy_lists_both_methods_of_the_link_and_the_owners_routes() -> None:
    tokens = {one.partition("/v1/")[2] for one in resources(SHARED, "DoorsThatTakeTokens")}
    assert {"GET/s/*", "POST/s/*"} <= tokens
    own = {"POST/{}/shares", "GET/{}/shares", "GET/{}/shares/*", "DELETE/{}/shares/*"}
    assert {one.format("web-identity") for one in own} <= tokens
    others = resources(SHARED, "OtherAccountsOfTheOrganization")
    found = {one.partition("/v1/")[2] for one in others}
    assert {one.format("iam") for one in own} <= found
    assert not [one for one in found if "/s/" in one or "admin" in one]


@pytest.mark.parametrize(
    ("policy", "door"), [("CallersPolicy", "iam"), ("AdministratorsPolicy", "admin")]
)
def test_the_policies_for_people_name_the_routes_of_their_door(policy: str, door: str) -> None:
    [statement] = SHARED.properties(policy)["PolicyDocument"]["Statement"]
    named = {one.partition("/v1/")[2] for one in statement["Resource"]}
    wanted = {route.replace(" ", "").replace("{id}", "*") for route in OWN if f" /{door}/" in route}
    assert {one for one in named if "shares" in one} == wanted


@pytest.mark.invariant(14)
def test_the_function_reads_and_writes_only_what_is_about_shares() -> None:
    role = role_of(SHARED, "SharesFunction")
    assert permissions(SHARED, role) == {
        "Table.Arn": {
            *("dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem"),
            *("dynamodb:UpdateItem", "dynamodb:ConditionCheckItem"),
        },
        LENT: ASSUME,
        **NEVER_LENT,
        f"{SSM}/links-url": {"ssm:GetParameter"},
        "SharesFunctionLogGroup.Arn": LOGS,
    }
    keys = {
        statement["Action"]: next(iter(next(iter(statement["Condition"].values())).values()))
        for statement in statements(SHARED, role)
        if statement["Resource"] == "Table.Arn"
    }
    written = {*keys["dynamodb:PutItem"], *keys["dynamodb:UpdateItem"]}
    assert not written & {"ended", "block", "location#*", "iam#*", "oidc#*", "upload#*"}
    assert not set(keys["dynamodb:BatchGetItem"]) & {"grants", "issuers", "revocations", "upload#*"}
    assert keys["dynamodb:Query"] == ["shares", "owned#*"]


@pytest.mark.invariant(14)
def test_the_lent_role_trusts_the_function_and_each_door_writes_owners_alone() -> None:
    trust = SHARED.properties("AllowedAssumeS3Role")["AssumeRolePolicyDocument"]["Statement"]
    [own] = [one for one in trust if one["Sid"] == "VendingFunctions"]
    assert set(own["Principal"]["AWS"]) == {*VENDING, "SharesFunctionRole.Arn"}
    for name in ("Credentials", "PresignedUrls", "Sts", "Access"):
        more = [
            one
            for one in statements(SHARED, f"{name}FunctionRole")
            if one not in statements(DEV, f"{name}FunctionRole")
        ]
        assert [(one["Action"], one["Condition"]) for one in more] == [
            ("dynamodb:PutItem", {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["owner#*"]}})
        ]


def test_the_trust_of_an_oidc_provider_is_still_json() -> None:
    provider = {
        "TrustOidcProvider": "token.actions.githubusercontent.com",
        "TrustOidcAudience": "a",
        "TrustOidcSubject": "s",
    }
    for sharing in ("true", "false"):
        made = stack(**configuration("dev") | provider, Sharing=sharing)
        written = made.properties("AllowedAssumeS3Role")["AssumeRolePolicyDocument"]
        [own, *_] = json.loads(written)["Statement"]
        assert ("SharesFunctionRole.Arn" in own["Principal"]["AWS"]) is (sharing == "true")


def test_its_records_are_kept_searched_and_watched() -> None:
    assert SHARED.properties("SharesFunctionSubscription")["FilterPattern"]
    own = "SharesFunctionLogGroup"
    for name, last in (("AuditFunction", 3), ("RevocationsFunction", 2)):
        groups = SHARED.properties(name)["Environment"]["Variables"]["LOG_GROUPS"].split(",")
        assert own in groups[-last:], "after those of routes that are not open"
        read = permissions(SHARED, f"{name}Role")
        for group in (f"{own}.Arn", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{own}"):
            assert read[group] == {"logs:FilterLogEvents"}
    for alarm in ("FunctionErrorsAlarm", "FunctionThrottlesAlarm"):
        metrics = SHARED.properties(alarm)["Metrics"]
        assert "shares" in [one["Id"] for one in metrics]


def test_a_function_hears_of_the_parameter() -> None:
    for name in SHARED.of_type("AWS::Lambda::Function"):
        variables = SHARED.properties(name)["Environment"]["Variables"]
        assert variables["SHARING"] == "true"


@pytest.mark.parametrize(
    ("parameters", "url"),
    [
        ({}, "https://Api.execute-api.ap-northeast-1.amazonaws.com/v1"),
        (DOMAIN, "https://vend.example.com/v1"),
        ({"LinksUrl": "https://files.example.com"}, "https://files.example.com"),
        (DOMAIN | {"LinksUrl": "https://files.example.com/v1"}, "https://files.example.com/v1"),
    ],
)
def test_links_begin_with_the_apis_url_or_with_the_one_that_is_given(
    parameters: dict[str, str], url: str
) -> None:
    made = stack(**configuration("dev"), Sharing="true", **parameters)
    assert made.properties("LinksUrlParameter")["Value"] == url


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("", True),
        ("https://files.example.com", True),
        ("https://files.example.com/v1", True),
        ("https://files.example.com/", False),
        ("http://files.example.com", False),
        ("https://files.example.com/s/?a", False),
        ("https://localhost", False),
        ("https://me@files.example.com", False),
    ],
)
def test_the_url_of_links_is_one_of_https(url: str, is_good: bool) -> None:
    pattern = template()["Parameters"]["LinksUrl"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, url)) is is_good
