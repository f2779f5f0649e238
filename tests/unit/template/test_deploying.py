"""Deploying for real: a domain, a firewall, a private API, other accounts, versions by degrees."""

import json
import re
import tomllib
from collections.abc import Iterable
from typing import Any, Final

import pytest

from tests.evaluator import allows, listed
from tests.evaluator.decision import Policies, decide
from tests.evaluator.principals import Principal
from tests.evaluator.statements import Answer
from tests.evaluator.statements import Request as Asked
from tests.support.stack.policies import (
    ACCOUNT,
    REAL,
    REGION,
    ROOT,
    STACKS,
    Stack,
    broken_rules,
    configuration,
    stack,
    template,
)
from tests.unit.template.test_api import ROUTES, operations
from vending.aws.api.gateway import Request

DOMAIN: Final = {
    "DomainName": "vend.example.com",
    "CertificateArn": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/0a1b2c3d-1111-2222-3333-444455556666",
}
ZONE: Final = {"HostedZoneId": "Z0123456789EXAMPLE"}
PRIVATE: Final = {"VpcEndpointIds": "vpce-0a1b2c3d,vpce-11223344"}
ACCOUNTS: Final = {"CallerAccounts": "111122223333,444455556666"}
ORGANIZATION: Final = {"CallerOrganization": "o-a1b2c3d4e5"}
WEB_ACL: Final = {
    "WebAclArn": f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/ours/0a1b2c3d-1111-2222-3333-444455556666"
}
OWN_WEB_ACL: Final = {"OwnWebAcl": "true"}
BY_A_VERSION: Final = {
    "AuthorizerFailuresAlarm",
    "FunctionErrorsAlarm",
    "InternalErrorAlarm",
    "LatencyAlarm",
    "RefusalSpikeAlarm",
    "ServerErrorsAlarm",
    "TokenRefusalsAlarm",
}
BY_THE_WORLD: Final = {
    "FunctionThrottlesAlarm",
    "ReconcilerAlarm",  # silence: it rings later than a deployment lasts
    "StsThrottlingAlarm",
    "TableThrottlesAlarm",
    "RevokedSessionUsedAlarm",
}
OURS: Final = {
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::BasePathMapping",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::Route53::RecordSet",
    "AWS::WAFv2::WebACL",
    "AWS::WAFv2::WebACLAssociation",
}


@pytest.mark.parametrize(
    ("parameters", "broken"),
    [
        (DOMAIN, set()),
        (DOMAIN | ZONE, set()),
        ({"DomainName": "vend.example.com"}, {"DomainIsWhole"}),
        ({"CertificateArn": DOMAIN["CertificateArn"]}, {"DomainIsWhole"}),
        (ZONE, {"DomainIsWhole"}),
        (PRIVATE, set()),
        (PRIVATE | ACCOUNTS, set()),
        (PRIVATE | DOMAIN, {"PrivateApiHasNoDomain"}),
        (ORGANIZATION, set()),
        (ORGANIZATION | ACCOUNTS, {"OneKindOfCallers"}),
        (WEB_ACL, set()),
        (OWN_WEB_ACL, set()),
        ({"GradualDeployment": "true", "Alarms": "true"}, set()),
        (OWN_WEB_ACL | {"WebAclRequestsPerAddress": "10"}, set()),
        (OWN_WEB_ACL | {"WebAclRequestsPerAddress": "9"}, {"OneWebAcl"}),
        (OWN_WEB_ACL | WEB_ACL, {"OneWebAcl"}),
        ({"WebAclRequestsPerAddress": "1000"}, {"OneWebAcl"}),
        (WEB_ACL | {"WebAclRequestsPerAddress": "1000"}, {"OneWebAcl"}),
    ],
)
def test_what_does_not_go_together_is_refused(parameters: dict[str, str], broken: set[str]) -> None:
    assert broken_rules(**parameters) == broken
    assert broken_rules(**(configuration("prod") | parameters)) == broken


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("DomainName", "https://vend.example.com"),
        ("DomainName", "*.example.com"),
        ("DomainName", "Vend.example.com"),
        ("VpcEndpointIds", "vpc-0a1b2c3d"),
        ("VpcEndpointIds", "vpce-0a1b2c3d, vpce-11223344"),
        ("VpcEndpointIds", "*"),
        ("CallerAccounts", "*"),
        ("CallerAccounts", "arn:aws:iam::111122223333:root"),
        ("CallerAccounts", "111122223333,"),
        ("CallerOrganization", "*"),
        ("CallerOrganization", "o-*"),
        (
            "WebAclArn",
            "arn:aws:wafv2:us-east-1:123456789012:global/webacl/ours/0a1b2c3d-1111-2222-3333-444455556666",
        ),
    ],
)
def test_such_a_value_is_refused(parameter: str, value: str) -> None:
    assert not re.fullmatch(template()["Parameters"][parameter]["AllowedPattern"], value)


@pytest.mark.parametrize("parameters", [DOMAIN, ZONE, PRIVATE, ACCOUNTS, ORGANIZATION, WEB_ACL])
def test_such_a_value_is_taken(parameters: dict[str, str]) -> None:
    for parameter, value in parameters.items():
        assert re.fullmatch(template()["Parameters"][parameter]["AllowedPattern"], value)


@STACKS
def test_nothing_of_this_is_there_unless_a_parameter_asks_for_it(made: Stack) -> None:
    api = made.properties("Api")
    assert not OURS & {resource["Type"] for resource in made.resources.values()}
    assert "Policy" not in api
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert api["Parameters"] == {"endpointConfigurationTypes": "REGIONAL"}
    assert api["Body"]["servers"] == [
        {"x-amazon-apigateway-endpoint-configuration": {"disableExecuteApiEndpoint": False}}
    ]


def test_a_domain_leads_to_the_stage_by_its_name_and_closes_the_name_that_aws_gives() -> None:
    made = stack(**DOMAIN)
    assert made.properties("ApiDomain") == {
        "DomainName": "vend.example.com",
        "RegionalCertificateArn": DOMAIN["CertificateArn"],
        "EndpointConfiguration": {"Types": ["REGIONAL"]},
        "SecurityPolicy": "TLS_1_2",
    }
    assert made.properties("ApiDomainMapping") == {
        "DomainName": "ApiDomain",
        "BasePath": "v1",
        "RestApiId": "Api",
        "Stage": "Apiv1Stage",
    }
    assert made.properties("Api")["Body"]["servers"] == [
        {"x-amazon-apigateway-endpoint-configuration": {"disableExecuteApiEndpoint": True}}
    ]
    assert made.outputs["ApiUrl"] == "https://vend.example.com/v1"
    assert made.properties("ApiUrlParameter")["Value"] == made.outputs["ApiUrl"]
    assert not made.of_type("AWS::Route53::RecordSet")


def test_a_record_is_made_where_a_zone_is_given() -> None:
    [record] = stack(**DOMAIN, **ZONE).of_type("AWS::Route53::RecordSet").values()
    assert record == {
        "HostedZoneId": "Z0123456789EXAMPLE",
        "Name": "vend.example.com",
        "Type": "A",
        "AliasTarget": {
            "DNSName": "ApiDomain.RegionalDomainName",
            "HostedZoneId": "ApiDomain.RegionalHostedZoneId",
        },
    }


@pytest.mark.parametrize(
    ("parameters", "acl"),
    [(WEB_ACL, WEB_ACL["WebAclArn"]), (OWN_WEB_ACL, "WebAcl.Arn")],
)
def test_one_web_acl_stands_in_front_of_the_stage(parameters: dict[str, str], acl: str) -> None:
    made = stack(**parameters)
    [association] = made.of_type("AWS::WAFv2::WebACLAssociation").values()
    assert association == {
        "ResourceArn": f"arn:aws:apigateway:{REGION}::/restapis/Api/stages/Apiv1Stage",
        "WebACLArn": acl,
    }
    assert ("WebAcl" in made.resources) is (parameters == OWN_WEB_ACL)


@pytest.mark.parametrize(
    ("requests", "rules"),
    [
        ("0", ["BadAddresses", "KnownAttacks"]),
        ("1000", ["BadAddresses", "KnownAttacks", "RequestsPerAddress"]),
    ],
)
def test_the_own_web_acl_counts_addresses_where_it_is_told_to(
    requests: str, rules: list[str]
) -> None:
    acl = stack(**OWN_WEB_ACL, WebAclRequestsPerAddress=requests).properties("WebAcl")
    assert [rule["Name"] for rule in acl["Rules"]] == rules
    assert acl["DefaultAction"] == {"Allow": {}}
    if requests != "0":
        assert acl["Rules"][-1]["Statement"]["RateBasedStatement"]["Limit"] == requests


def test_no_rule_of_the_own_web_acl_keeps_samples_which_would_show_tokens() -> None:
    acl = stack(**OWN_WEB_ACL, WebAclRequestsPerAddress="1000").properties("WebAcl")
    shown = [acl["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in acl["Rules"])]
    assert [one["SampledRequestsEnabled"] for one in shown] == [False] * 4


def test_no_list_judges_bodies_by_the_text_of_keys() -> None:
    rules = stack(**OWN_WEB_ACL).properties("WebAcl")["Rules"]
    lists = {rule["Statement"]["ManagedRuleGroupStatement"]["Name"] for rule in rules}
    assert lists == {
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesKnownBadInputsRuleSet",
    }


def test_a_private_api_names_its_endpoints() -> None:
    api = stack(**PRIVATE).properties("Api")
    assert api["EndpointConfiguration"] == {
        "Types": ["PRIVATE"],
        "VpcEndpointIds": ["vpce-0a1b2c3d", "vpce-11223344"],
    }
    assert api["Parameters"] == {"endpointConfigurationTypes": "PRIVATE"}


@STACKS
def test_every_deployment_of_the_stack_deploys_the_api_since_its_policy_may_be_another(
    made: Stack,
) -> None:
    assert template()["Resources"]["Api"]["Properties"]["AlwaysDeploy"] is True
    [deployment] = made.of_type("AWS::ApiGateway::Deployment")
    assert made.properties("Apiv1Stage")["DeploymentId"] == deployment


# ---- The resource policy, as IAM would read it --------------------------------------------------

API: Final = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:Api"
OTHER: Final = "111122223333"
THIRD: Final = "999988887777"
INSIDE: Final = {"aws:SourceVpce": "vpce-11223344"}


def policy_of(**parameters: str) -> dict[str, Any]:
    """The API's policy, its resources written out as API Gateway does."""
    policy: dict[str, Any] = stack(**parameters).properties("Api")["Policy"]

    def whole(resources: Any) -> Any:
        if isinstance(resources, list):
            return [whole(one) for one in resources]
        return str(resources).replace("execute-api:", API, 1)

    statements = [s | {"Resource": whole(s["Resource"])} for s in policy["Statement"]]
    return policy | {"Statement": statements}


def answer(
    policy: dict[str, Any], route: str, account: str, *, own: bool, **context: str
) -> Answer:
    """To a role of this account; ``own``: its own policies allow every route."""
    method, path = route.split()
    resource = f"{API}/v1/{method}{path}"
    allows = {"Statement": {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}}
    principal = Principal(
        f"arn:aws:sts::{account}:assumed-role/Caller/session", f"arn:aws:iam::{account}:role/Caller"
    )
    known = {"aws:PrincipalAccount": account, **context}
    request = Asked("execute-api:Invoke", resource, known, principal, owner=ACCOUNT)
    identity = [allows] if own else []
    return decide(Policies(identity=identity, resource=policy), request)


SIGNED: Final = [route for route, one in operations().items() if {"AWS_IAM": []} in one["security"]]
FOR_TOKENS: Final = sorted(ROUTES.keys() - set(SIGNED))
FOR_CALLERS: Final = [route for route in SIGNED if route.split()[1].startswith("/iam/")]
FOR_ADMINISTRATORS: Final = [route for route in SIGNED if route.split()[1].startswith("/admin/")]
ORG: Final = {"aws:PrincipalOrgID": ORGANIZATION["CallerOrganization"]}
POLICIES: Final = [PRIVATE, ACCOUNTS, ORGANIZATION, PRIVATE | ACCOUNTS, PRIVATE | ORGANIZATION]


@pytest.mark.parametrize("parameters", POLICIES)
def test_nobody_of_our_own_account_gets_in_without_a_policy_of_their_own(
    parameters: dict[str, str],
) -> None:
    policy = policy_of(**parameters)
    for route in FOR_CALLERS + FOR_ADMINISTRATORS:
        seen = answer(policy, route, ACCOUNT, own=False, **INSIDE, **ORG)
        assert seen is Answer.NOT_ALLOWED, route
        assert answer(policy, route, ACCOUNT, own=True, **INSIDE, **ORG) is Answer.ALLOWED, route


@pytest.mark.parametrize(
    ("parameters", "account", "organization"),
    [(ACCOUNTS, OTHER, {}), (ORGANIZATION, OTHER, ORG), (PRIVATE | ACCOUNTS, OTHER, {})],
)
def test_who_calls_from_another_account_needs_both_halves_and_gets_no_further_than_the_iam_door(
    parameters: dict[str, str], account: str, organization: dict[str, str]
) -> None:
    policy = policy_of(**parameters)
    for own in (True, False):
        for route in FOR_CALLERS:
            expected = Answer.ALLOWED if own else Answer.NOT_ALLOWED
            seen = answer(policy, route, account, own=own, **INSIDE, **organization)
            assert seen is expected, route
        for route in FOR_ADMINISTRATORS:
            seen = answer(policy, route, account, own=own, **INSIDE, **organization)
            assert seen is Answer.NOT_ALLOWED, route


@pytest.mark.parametrize(
    ("parameters", "context"),
    [
        (ACCOUNTS, {}),
        (PRIVATE, INSIDE),
        (ORGANIZATION, {}),
        (ORGANIZATION, {"aws:PrincipalOrgID": "o-another0000"}),
    ],
)
def test_no_other_account_gets_in(parameters: dict[str, str], context: dict[str, str]) -> None:
    for route in SIGNED:
        seen = answer(policy_of(**parameters), route, THIRD, own=True, **context)
        assert seen is Answer.NOT_ALLOWED, route


@pytest.mark.parametrize("context", [{}, {"aws:SourceVpce": "vpce-99999999"}])
def test_a_private_api_refuses_everybody_who_comes_another_way(context: dict[str, str]) -> None:
    policy = policy_of(**PRIVATE, **ACCOUNTS)
    for route in ROUTES:
        for account in (ACCOUNT, OTHER):
            assert answer(policy, route, account, own=True, **context) is Answer.DENIED, route


@pytest.mark.parametrize("parameters", POLICIES)
def test_a_token_from_anywhere_reaches_the_authorizer(parameters: dict[str, str]) -> None:
    # Who sends a token belongs to no account: here, one whose policies say nothing.
    policy = policy_of(**parameters)
    for route in [*FOR_TOKENS, "POST /sts/grant"]:
        method, path = route.split()
        request = Asked(
            "execute-api:Invoke",
            f"{API}/v1/{method}{path}",
            dict(INSIDE),
            Principal("anonymous", kind="Service"),
            owner=ACCOUNT,
        )
        statements = [s for s in policy["Statement"] if s["Principal"] == "*"]
        seen = decide(Policies(resource=policy | {"Statement": statements}), request)
        assert seen is Answer.ALLOWED, route


def paths(routes: Iterable[str]) -> set[str]:
    """The routes as a policy names them: a parameter of the path is a star."""
    return {re.sub(r"{[^}]*}", "*", route.replace(" ", "", 1)) for route in routes}


def opened(policy: dict[str, Any]) -> dict[str, set[str]]:
    """What each statement that allows names, without the API and the stage."""
    return {
        one["Sid"]: {resource.removeprefix(f"{API}/v1/") for resource in listed(one["Resource"])}
        for one in policy["Statement"]
        if one["Effect"] == "Allow"
    }


@pytest.mark.invariant(8)
@pytest.mark.parametrize("parameters", POLICIES)
def test_the_resource_policy_names_every_route_and_none_that_does_not_exist(
    parameters: dict[str, str],
) -> None:
    found = opened(policy_of(**parameters))
    assert found.pop("DoorsThatTakeTokens") == paths(FOR_TOKENS)
    for statement in found:
        assert found[statement] == paths(FOR_CALLERS), statement
    assert len(found) == ("CallerAccounts" in parameters or "CallerOrganization" in parameters)


NO_ROUTES: Final = [
    # What was open before, what may come, and what reads like a route:
    *("DELETE /web-identity/grants", "GET /s/share", "POST /s/share", "GET /web-identity/x"),
    *("POST /web-identity/grants", "GET /sts/grant", "PUT /web-identity/credentials"),
    *("POST /web-identity/multipart-uploads/id", "POST /web-identity/multipart-uploads/id/other"),
    *("POST /web-identity/", "GET /web-identity/credentials/x", "OPTIONS /web-identity/grants"),
    *("DELETE /iam/grants", "POST /iam/x", "GET /iam/", "POST /iam/multipart-uploads/id"),
    *("GET /", "POST /v1/iam/credentials", "GET /web-identity/../admin/grants"),
]


@pytest.mark.invariant(8)
@pytest.mark.parametrize("parameters", POLICIES)
@pytest.mark.parametrize("route", NO_ROUTES)
def test_nothing_is_open_where_there_is_no_route(parameters: dict[str, str], route: str) -> None:
    policy = policy_of(**parameters)
    for account in (ACCOUNT, OTHER, THIRD):
        seen = answer(policy, route, account, own=False, **INSIDE, **ORG)
        assert seen is Answer.NOT_ALLOWED, account


def test_the_resource_policy_is_short_enough() -> None:
    """API Gateway takes 8,192 characters."""
    for parameters in POLICIES:
        assert len(json.dumps(policy_of(**parameters))) < 8192


@pytest.mark.parametrize(
    ("policy", "routes"),
    [("CallersPolicy", FOR_CALLERS), ("AdministratorsPolicy", FOR_ADMINISTRATORS)],
)
def test_the_policy_of_a_door_names_every_route_of_it_and_none_that_does_not_exist(
    policy: str, routes: list[str]
) -> None:
    (statement,) = stack().properties(policy)["PolicyDocument"]["Statement"]
    assert {one.removeprefix(f"{API}/v1/") for one in statement["Resource"]} == paths(routes)


def test_the_policy_on_the_page_is_the_other_half_and_no_more() -> None:
    page = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
    [snippet] = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    ours = re.sub(r"arn:aws:execute-api:[^/]+/", f"{API}/", snippet)
    (statement,) = json.loads(ours)["Statement"]
    assert {one.removeprefix(f"{API}/v1/") for one in statement["Resource"]} == paths(FOR_CALLERS)
    for route in SIGNED:
        method, path = route.split()
        resource = f"{API}/v1/{method}{path}"
        assert allows(json.loads(ours), "execute-api:Invoke", resource) is (route in FOR_CALLERS)


def test_who_signs_in_another_account_is_its_role_whatever_the_session_calls_itself() -> None:
    context = {
        "httpMethod": "GET",
        "resourcePath": "/iam/identity",
        "stage": "v1",
        "identity": {
            "userArn": f"arn:aws:sts::{OTHER}:assumed-role/ReportReader/AllowedAssumeS3Role",
            "caller": "AROA2EXAMPLEEXAMPLE1:AllowedAssumeS3Role",
            "accountId": OTHER,
            "sourceIp": "192.0.2.7",
        },
    }
    caller = Request({"requestContext": context}).caller()
    assert set(caller.identity.grantee_keys) == {f"iam#{OTHER}#role#ReportReader", f"iam#{OTHER}"}


# ---- Versions by degrees, and the application repository -----------------------------------------


@pytest.mark.parametrize(
    "kind", ["AllAtOnce", "Canary10Percent5Minutes", "Linear10PercentEvery1Minute"]
)
def test_a_gradual_deployment_shifts_every_function_and_goes_back_by_itself(kind: str) -> None:
    made = stack(GradualDeployment="true", DeploymentType=kind, Alarms="true")
    groups = made.of_type("AWS::CodeDeploy::DeploymentGroup")
    functions = made.of_type("AWS::Lambda::Function")
    assert groups.keys() == {f"{name}DeploymentGroup" for name in functions}
    for group in groups.values():
        assert group["DeploymentConfigName"] == f"CodeDeployDefault.Lambda{kind}"
        assert group["AlarmConfiguration"] == {
            "Enabled": True,
            "Alarms": [{"Name": name} for name in sorted(BY_A_VERSION)],
        }
        assert group["AutoRollbackConfiguration"] == {
            "Enabled": True,
            "Events": [
                "DEPLOYMENT_FAILURE",
                "DEPLOYMENT_STOP_ON_ALARM",
                "DEPLOYMENT_STOP_ON_REQUEST",
            ],
        }
    for name in functions:
        policy = made.resources[f"{name}Aliaslive"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
        assert policy == {
            "ApplicationName": "ServerlessDeploymentApplication",
            "DeploymentGroupName": f"{name}DeploymentGroup",
        }


def test_a_deployment_without_alarms_that_could_stop_it_is_refused() -> None:
    assert broken_rules(GradualDeployment="true") == {"GradualDeploymentsHaveAlarms"}


def test_every_alarm_either_stops_a_deployment_or_is_of_the_world_around_it() -> None:
    assert set(REAL.of_type("AWS::CloudWatch::Alarm")) == BY_A_VERSION | BY_THE_WORLD


def test_a_change_of_these_parameters_publishes_no_version_that_would_be_the_same() -> None:
    plain = stack().of_type("AWS::Lambda::Version")
    gradual = {"GradualDeployment": "true", "Alarms": "true"}
    for given in (DOMAIN | ZONE, PRIVATE, ACCOUNTS, OWN_WEB_ACL, gradual):
        assert stack(**given).of_type("AWS::Lambda::Version") == plain


def test_the_application_repository_is_told_the_version_of_the_changelog() -> None:
    said = template()["Metadata"]["AWS::ServerlessRepo::Application"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    [newest, *_] = re.findall(r"^## (\S+)", changelog, re.MULTILINE)
    assert said["SemanticVersion"] == project["version"] == newest
    assert said["SpdxLicenseId"] == project["license"]
    assert said["Description"] == project["description"]


def test_the_application_repository_takes_what_it_is_told() -> None:
    said = template()["Metadata"]["AWS::ServerlessRepo::Application"]
    assert (ROOT / said["LicenseUrl"]).is_file()
    assert (ROOT / said["ReadmeUrl"]).is_file()
    assert len(said["Description"]) <= 256
    assert len(said["Labels"]) <= 10
    assert all(re.fullmatch(r"[a-zA-Z0-9+\-_:/@]{1,127}", label) for label in said["Labels"])
    assert re.fullmatch(r"[a-zA-Z0-9\-]{1,140}", said["Name"])
