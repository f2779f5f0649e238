"""The API: its routes, who gets in, and what API Gateway says by itself."""

import json
import re
from typing import Any, Final

import pytest
from botocore.loaders import Loader

from tests.support.stack.policies import ACCOUNT, DEV, PROD, REGION, Stack, stack, template
from vending.errors import VendingError

BODY: Final = DEV.properties("Api")["Body"]
ROUTES: Final = {
    "POST /iam/credentials": "CredentialsFunction",
    "POST /web-identity/credentials": "CredentialsFunction",
    "GET /web-identity/credentials": "CredentialsFunction",
    "POST /web-identity/presigned-urls": "PresignedUrlsFunction",
    "GET /web-identity/grants": "AccessFunction",
    "GET /web-identity/identity": "AccessFunction",
    "POST /web-identity/explanations": "AccessFunction",
    "POST /iam/presigned-urls": "PresignedUrlsFunction",
    "POST /iam/multipart-uploads": "PresignedUrlsFunction",
    "POST /iam/multipart-uploads/{id}/parts": "PresignedUrlsFunction",
    "POST /iam/multipart-uploads/{id}/completion": "PresignedUrlsFunction",
    "POST /iam/multipart-uploads/{id}/abort": "PresignedUrlsFunction",
    "POST /web-identity/multipart-uploads": "PresignedUrlsFunction",
    "POST /web-identity/multipart-uploads/{id}/parts": "PresignedUrlsFunction",
    "POST /web-identity/multipart-uploads/{id}/completion": "PresignedUrlsFunction",
    "POST /web-identity/multipart-uploads/{id}/abort": "PresignedUrlsFunction",
    "POST /sts/{grantId}": "StsFunction",
    "GET /iam/grants": "AccessFunction",
    "GET /iam/identity": "AccessFunction",
    "POST /iam/explanations": "AccessFunction",
    "GET /admin/grants": "AdministrationFunction",
    "GET /admin/grants/{id}": "AdministrationFunction",
    "GET /admin/issuers": "AdministrationFunction",
    "GET /admin/issuers/{id}": "AdministrationFunction",
    "GET /admin/locations": "AdministrationFunction",
    "GET /admin/locations/{id}": "AdministrationFunction",
    "GET /admin/tests": "AdministrationFunction",
    "GET /admin/tests/{id}": "AdministrationFunction",
    "POST /admin/changes": "AdministrationFunction",
    "GET /admin/staged": "AdministrationFunction",
    "POST /admin/staged": "AdministrationFunction",
    "GET /admin/staged/{id}": "AdministrationFunction",
    "DELETE /admin/staged/{id}": "AdministrationFunction",
    "PUT /admin/staged/{id}/parts/{number}": "AdministrationFunction",
    "POST /admin/staged/{id}/commit": "AdministrationFunction",
    "GET /admin/staged/{id}/changes": "AdministrationFunction",
    "POST /admin/reach": "AdministrationFunction",
    "POST /admin/explanations": "AdministrationFunction",
    "GET /admin/audit": "AuditFunction",
    "GET /admin/sessions": "AuditFunction",
    "GET /admin/vends/{id}": "AuditFunction",
    "GET /admin/revocations": "RevocationsFunction",
    "GET /admin/revocations/{id}": "RevocationsFunction",
    "POST /admin/revocations": "RevocationsFunction",
    "DELETE /admin/revocations/{id}": "RevocationsFunction",
}


def operations() -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in BODY["paths"].items()
        for method, operation in methods.items()
    }


def test_the_api_has_exactly_these_routes() -> None:
    assert operations().keys() == ROUTES.keys()


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_asks_for_a_token_at_the_web_identity_door_and_else_for_a_signature(
    route: str,
) -> None:
    door = route.split("/")[1]
    schemes = {"web-identity": "WebIdentity", "sts": "NONE"}  # the token is in the body there
    assert operations()[route]["security"] == [{schemes.get(door, "AWS_IAM"): []}]
    assert BODY["components"]["securitySchemes"]["AWS_IAM"] == {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "awsSigv4",
    }


def test_the_authorizer_is_asked_about_every_request_anew() -> None:
    scheme = dict(BODY["components"]["securitySchemes"]["WebIdentity"])
    authorizer = dict(scheme.pop("x-amazon-apigateway-authorizer"))
    assert scheme == {
        "type": "apiKey",
        "name": "Unused",
        "in": "header",
        "x-amazon-apigateway-authtype": "custom",
    }
    assert "/functions/AuthorizerFunctionAliaslive/invocations" in authorizer.pop("authorizerUri")
    # No `authorizerCredentials`: API Gateway has a permission of its own.
    assert authorizer == {
        "type": "request",
        "authorizerResultTtlInSeconds": 0,
        "identitySource": "method.request.header.Authorization",
    }


@pytest.mark.parametrize(("route", "function"), ROUTES.items())
def test_a_route_calls_the_alias_of_its_function_without_the_callers_credentials(
    route: str, function: str
) -> None:
    integration = dict(operations()[route]["x-amazon-apigateway-integration"])
    assert f"/functions/{function}Aliaslive/invocations" in integration.pop("uri")
    # No `credentials`: a caller never needs lambda:InvokeFunction.
    assert integration == {"type": "aws_proxy", "httpMethod": "POST"}


def test_only_this_api_may_invoke_the_functions_each_for_its_own_routes() -> None:
    permitted = {}
    scheduled = {}
    for permission in DEV.of_type("AWS::Lambda::Permission").values():
        if permission["Principal"] == "events.amazonaws.com":
            scheduled[permission["SourceArn"]] = permission["FunctionName"]
            continue
        assert permission["Principal"] == "apigateway.amazonaws.com"
        assert permission["Action"] == "lambda:InvokeFunction"
        permitted[permission["SourceArn"]] = permission["FunctionName"]
    rules = {f"{name}.Arn" for name in DEV.of_type("AWS::Events::Rule")}
    assert scheduled == dict.fromkeys(rules, "RevocationsFunctionAliaslive")
    base = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:Api/*"
    authorizers = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:Api/authorizers/*"
    assert permitted.pop(authorizers) == "AuthorizerFunctionAliaslive"
    assert permitted == {
        f"{base}/{re.sub('{[^}]*}', '*', route.replace(' ', ''))}": f"{function}Aliaslive"
        for route, function in ROUTES.items()
    }


@pytest.mark.parametrize("made", [pytest.param(DEV, id="dev"), pytest.param(PROD, id="prod")])
def test_there_is_one_regional_stage_that_traces_no_data(made: Stack) -> None:
    assert made.properties("Api")["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    (stage,) = made.of_type("AWS::ApiGateway::Stage").values()
    assert stage["StageName"] == "v1"
    assert stage["MethodSettings"] == [
        {
            "HttpMethod": "*",
            "ResourcePath": "/*",
            "DataTraceEnabled": False,
            "LoggingLevel": "OFF",
            "MetricsEnabled": True,
            "ThrottlingRateLimit": "100",
            "ThrottlingBurstLimit": "200",
        }
    ]
    assert stage["TracingEnabled"] is (made is PROD)


def test_throttling_follows_its_parameters() -> None:
    (settings,) = stack(ThrottlingRate="7", ThrottlingBurst="9").properties("Apiv1Stage")[
        "MethodSettings"
    ]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == ("7", "9")


ACCESS_LOG: Final = {
    "requestId": "$context.requestId",
    "extendedRequestId": "$context.extendedRequestId",
    "time": "$context.requestTimeEpoch",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "resourcePath": "$context.resourcePath",
    "status": "$context.status",
    "latency": "$context.responseLatency",
    "integrationStatus": "$context.integration.status",
    "integrationLatency": "$context.integration.latency",
    "account": "$context.identity.accountId",
    "caller": "$context.identity.caller",
    "refusal": "$context.error.responseType",
}


@pytest.mark.invariant(10)
def test_the_access_log_has_exactly_these_members_on_one_line() -> None:
    setting = PROD.properties("Apiv1Stage")["AccessLogSetting"]
    assert json.loads(setting["Format"]) == ACCESS_LOG
    assert "\n" not in setting["Format"]
    assert setting["DestinationArn"].endswith(f":{ACCOUNT}:log-group:ApiAccessLogGroup")
    assert PROD.properties("ApiAccessLogGroup") == {"RetentionInDays": "365"}


def test_development_has_no_access_log() -> None:
    assert "AccessLogSetting" not in DEV.properties("Apiv1Stage")
    assert "ApiAccessLogGroup" not in DEV.resources


def test_the_accounts_log_role_is_set_before_the_stage_where_asked_and_outlives_the_stack() -> None:
    made = stack(AccessLogs="true", ManageApiGatewayAccount="true")
    assert made.properties("ApiGatewayAccount") == {"CloudWatchRoleArn": "ApiGatewayLogRole.Arn"}
    assert "ApiGatewayAccount" in made.properties("Api")["Description"]
    for name in ("ApiGatewayAccount", "ApiGatewayLogRole"):
        assert made.resources[name]["DeletionPolicy"] == "Retain"
        assert name not in PROD.resources


RESPONSES: Final[dict[str, dict[str, Any]]] = BODY["x-amazon-apigateway-gateway-responses"]
REFUSALS: Final = {
    "ACCESS_DENIED": (403, "NotAuthenticated"),
    "API_CONFIGURATION_ERROR": (500, "InternalError"),
    "AUTHORIZER_CONFIGURATION_ERROR": (503, "Unavailable"),
    "AUTHORIZER_FAILURE": (503, "Unavailable"),
    "BAD_REQUEST_BODY": (400, "InvalidRequest"),
    "BAD_REQUEST_PARAMETERS": (400, "InvalidRequest"),
    "DEFAULT_4XX": (403, "NotAuthenticated"),
    "DEFAULT_5XX": (500, "InternalError"),
    "EXPIRED_TOKEN": (403, "NotAuthenticated"),
    "INTEGRATION_FAILURE": (503, "Unavailable"),
    "INTEGRATION_TIMEOUT": (503, "Unavailable"),
    "INVALID_API_KEY": (403, "NotAuthenticated"),
    "INVALID_SIGNATURE": (403, "NotAuthenticated"),
    "MISSING_AUTHENTICATION_TOKEN": (403, "NotAuthenticated"),
    "QUOTA_EXCEEDED": (429, "TooManyRequests"),
    "REQUEST_TOO_LARGE": (413, "TooLarge"),
    "RESOURCE_NOT_FOUND": (404, "NotFound"),
    "THROTTLED": (429, "TooManyRequests"),
    "UNAUTHORIZED": (401, "NotAuthenticated"),
    "UNSUPPORTED_MEDIA_TYPE": (400, "InvalidRequest"),
    "WAF_FILTERED": (403, "NotAuthenticated"),
}


def problem(kind: str) -> dict[str, Any]:
    (text,) = RESPONSES[kind]["responseTemplates"].values()
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def headers(kind: str) -> dict[str, str]:
    return {
        name.removeprefix("gatewayresponse.header."): value.strip("'")
        for name, value in RESPONSES[kind]["responseParameters"].items()
    }


def test_every_kind_of_refusal_that_api_gateway_knows_has_a_response() -> None:
    known = Loader().load_service_model("apigateway", "service-2")["shapes"]["GatewayResponseType"]
    assert set(known["enum"]) == RESPONSES.keys() == REFUSALS.keys()


@pytest.mark.parametrize(("kind", "status", "code"), [(k, *v) for k, v in REFUSALS.items()])
def test_a_refusal_of_api_gateway_has_the_shape_of_ours(kind: str, status: int, code: str) -> None:
    body = problem(kind)
    assert list(body) == ["type", "title", "status", "detail", "code", "requestId", "message"]
    assert body["message"] == body["detail"]  # what SDKs show
    assert (body["type"], body["status"], body["code"]) == ("about:blank", status, code)
    assert RESPONSES[kind]["statusCode"] == str(status)
    assert RESPONSES[kind]["responseTemplates"].keys() == {"application/json"}
    assert headers(kind)["Content-Type"] == "application/problem+json"
    assert headers(kind)["Cache-Control"] == "no-store"
    assert headers(kind)["Referrer-Policy"] == "no-referrer"  # the path may be that of a link


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_of_api_gateway_repeats_nothing_of_the_request(kind: str) -> None:
    (text,) = RESPONSES[kind]["responseTemplates"].values()
    assert re.findall(r"\$[\w.]+", text) == ["$context.extendedRequestId"]
    assert not [value for value in headers(kind).values() if "method.request" in value]


@pytest.mark.parametrize(("kind", "status"), [(k, v[0]) for k, v in REFUSALS.items()])
def test_a_refusal_says_when_to_try_again_and_how_to_authenticate(kind: str, status: int) -> None:
    expected = {"Content-Type", "Cache-Control", "Referrer-Policy"}
    expected |= {"Retry-After"} if status in (429, 503) else set()
    expected |= {"WWW-Authenticate"} if status == 401 else set()
    assert headers(kind).keys() == expected
    assert headers(kind).get("Retry-After", "1").isdecimal()


def problems(kind: type[VendingError]) -> dict[str, str]:
    """Titles by code."""
    found = {kind.code: kind.title} if "code" in vars(kind) else {}
    for child in kind.__subclasses__():
        found |= problems(child)
    return found


def test_one_code_has_one_title_whoever_refuses() -> None:
    ours = problems(VendingError)
    titles = {problem(kind)["code"]: problem(kind)["title"] for kind in REFUSALS}
    assert {code: ours.get(code, title) for code, title in titles.items()} == titles
    assert titles.keys() - ours.keys() <= {"TooManyRequests"}


def test_no_route_takes_the_rest_of_a_path() -> None:
    assert "+}" not in json.dumps(BODY["paths"])
    assert "Cors" not in template()["Resources"]["Api"]["Properties"]
