"""AllowedOrigins: which pages API Gateway lets call, and that nothing is open without it."""

import json
import re
from typing import Any, Final

import pytest

from tests.support.stack.policies import ACCOUNT, DEV, PROD, REGION, Stack, stack, template
from tests.unit.template.test_api import ROUTES
from vending.aws.api import cors

ONE: Final = "https://app.example.com"
SEVERAL: Final = "https://app.example.com,https://console.example.com:8443,http://localhost:5173"
PATHS: Final = sorted(
    {path for _, path in (route.split() for route in ROUTES) if path.startswith("/web-identity/")}
)
POLICY: Final = {"VpcEndpointIds": "vpce-0a1b2c3d", "CallerOrganization": "o-a1b2c3d4e5"}


def made(origins: str) -> Stack:
    return stack(AllowedOrigins=origins)


def operations(one: Stack, method: str) -> dict[str, dict[str, Any]]:
    paths: dict[str, Any] = one.properties("Api")["Body"]["paths"]
    return {path: methods[method] for path, methods in paths.items() if method in methods}


@pytest.mark.invariant(8)
@pytest.mark.parametrize("one", [pytest.param(DEV, id="dev"), pytest.param(PROD, id="prod")])
def test_without_the_parameter_nothing_of_it_is_there(one: Stack) -> None:
    assert not operations(one, "options")
    assert not [name for name in one.resources if "reflight" in name]
    assert "Variables" not in one.properties("Apiv1Stage")
    written = json.dumps(one.resources)
    assert "Access-Control" not in written
    assert "OPTIONS" not in written
    assert "reflight" not in written


@pytest.mark.invariant(8)
@pytest.mark.parametrize("origins", [ONE, SEVERAL, "*"])
def test_a_preflight_is_open_at_every_path_for_tokens_and_nowhere_else(origins: str) -> None:
    found = operations(made(origins), "options")
    assert sorted(found) == PATHS
    for operation in found.values():
        assert operation["security"] == [{"NONE": []}]
        integration = dict(operation["x-amazon-apigateway-integration"])
        assert "/functions/PreflightsFunctionAliaslive/invocations" in integration.pop("uri")
        assert integration == {"type": "aws_proxy", "httpMethod": "POST"}


def test_every_other_route_asks_for_what_it_asks_without_browsers() -> None:
    for method in ("get", "post", "delete"):
        assert operations(made(ONE), method) == operations(stack(), method)


def test_the_function_that_anybody_can_call_can_do_nothing() -> None:
    function = made(ONE).properties("PreflightsFunction")
    assert function["Handler"] == "preflights.handler"
    [policy] = made(ONE).properties("PreflightsFunctionRole")["Policies"]
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": "PreflightsFunctionLogGroup.Arn",
        }
    ]
    permissions = [
        one
        for one in made(ONE).of_type("AWS::Lambda::Permission").values()
        if one["FunctionName"] == "PreflightsFunctionAliaslive"
    ]
    base = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:Api/*/OPTIONS"
    assert {one["SourceArn"] for one in permissions} == {
        base + path.replace("{id}", "*") for path in PATHS
    }
    assert {one["Principal"] for one in permissions} == {"apigateway.amazonaws.com"}


@pytest.mark.parametrize(("origins", "variable"), [(ONE, ONE), (SEVERAL, SEVERAL), ("*", cors.ANY)])
def test_the_stage_tells_the_functions_the_origins(origins: str, variable: str) -> None:
    variables = made(origins).properties("Apiv1Stage")["Variables"]
    assert variables == {cors.VARIABLE: variable}
    # What API Gateway takes: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html
    assert re.fullmatch(r"[A-Za-z0-9\-._~:/?#&=,]{1,512}", variable)


def test_the_form_allows_no_more_than_a_stage_variable_holds() -> None:
    assert template()["Parameters"]["AllowedOrigins"]["MaxLength"] == 512


@pytest.mark.parametrize(("origins", "named"), [(ONE, ONE), (SEVERAL, "*"), ("*", "*")])
def test_what_api_gateway_refuses_by_itself_can_be_read(origins: str, named: str) -> None:
    responses = made(origins).properties("Api")["Body"]["x-amazon-apigateway-gateway-responses"]
    plain = stack().properties("Api")["Body"]["x-amazon-apigateway-gateway-responses"]
    assert responses.keys() == plain.keys()
    for kind, response in responses.items():
        more = response["responseParameters"].items() - plain[kind]["responseParameters"].items()
        assert dict(more) == {
            "gatewayresponse.header.Access-Control-Allow-Origin": f"'{named}'",
            "gatewayresponse.header.Access-Control-Expose-Headers": f"'{cors.EXPOSED}'",
        }, kind
        assert response["responseTemplates"] == plain[kind]["responseTemplates"]


@pytest.mark.invariant(8)
def test_the_resource_policy_opens_each_preflight_and_no_other_options() -> None:
    def statements(**parameters: str) -> list[dict[str, Any]]:
        policy: dict[str, Any] = stack(**POLICY, **parameters).properties("Api")["Policy"]
        assert len(json.dumps(policy).replace("execute-api:/", "x" * 70)) < 8192
        found: list[dict[str, Any]] = policy["Statement"]
        return found

    preflights = {
        "Sid": "Preflights",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": [f"execute-api:/v1/OPTIONS{path.replace('{id}', '*')}" for path in PATHS],
    }
    without = statements()
    assert [one for one in statements(AllowedOrigins=ONE) if one not in without] == [preflights]
    assert "Policy" not in made(ONE).properties("Api")  # it needs none for that alone


def test_no_deployment_group_is_left_without_its_function() -> None:
    gradual = {"GradualDeployment": "true", "Alarms": "true"}
    group = "PreflightsFunctionDeploymentGroup"
    assert group in stack(**gradual, AllowedOrigins=ONE).resources
    assert group not in stack(**gradual).resources


def taken(value: str) -> bool:
    parameter = template()["Parameters"]["AllowedOrigins"]
    return bool(re.fullmatch(parameter["AllowedPattern"], value))


@pytest.mark.parametrize(
    "value",
    [
        *("", "*", ONE, SEVERAL, "https://a", "https://a-b.example:8443", "https://192.0.2.7"),
        *("http://localhost", "http://localhost:80800", "http://127.0.0.1:3000"),
        *("https://xn--bcher-kva.example", "https://a.example:4430,https://b.example:44"),
    ],
)
def test_these_origins_are_taken(value: str) -> None:
    assert taken(value)


@pytest.mark.parametrize(
    "value",
    [
        *("null", "https://*", "https://*.example.com", f"{ONE},*", f"*,{ONE}", "**", "any"),
        *(f"{ONE}/", f"{ONE}/path", f"{ONE}?q", f"{ONE}#f", f"{ONE}:", f"{ONE}:0", f"{ONE}:08"),
        *("http://app.example.com", "ftp://a.example", "app.example.com", "//app.example.com"),
        *("https://App.example.com", "HTTPS://app.example.com", "https://app.example.com."),
        *("https://user@app.example.com", "https://a..example", "https://-a.example", "https://"),
        *(f"{ONE}:443", f"{ONE}:443,{ONE}", "http://localhost:80", "http://localhost:80,"),
        *(f"{ONE},", f",{ONE}", f"{ONE},,{ONE}", f"{ONE}, {ONE}", f" {ONE}", f"{ONE};{ONE}"),
        *("http://localhost.example.com", "http://127.0.0.10", "http://[::1]", f"{ONE}{ONE}"),
        *(f"{ONE}'", f"{ONE}\n", f"{ONE}:123456", "chrome-extension://abcdef", "file://"),
        *("https://bücher.example", f"{ONE}\r\nX-Evil: 1", "https://${AWS::Region}"),
    ],
)
def test_no_other_text_is_taken(value: str) -> None:
    assert not taken(value)
