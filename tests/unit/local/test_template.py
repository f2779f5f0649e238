from pathlib import Path

import pytest

from local.cloud.ministack import ROOT
from local.stack import template

TEMPLATE = """
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      Name: !Ref AWS::StackName
      Url: !Sub https://${Api}
      Arn: !GetAtt Function.Arn
      Maybe: !If [Condition, !Ref A, b]
      GatewayResponses:
        THROTTLED:
          StatusCode: 429
          ResponseParameters: {Headers: {Retry-After: "'1'"}}
          ResponseTemplates: {application/json: '{"code": "TooManyRequests"}'}
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Post: {Type: Api, Properties: {Method: POST, Path: /iam/credentials}}
        Every: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
  Lent:
    Type: AWS::IAM::Role
    Properties: {PermissionsBoundary: !Ref Boundary}
  Own:
    Type: AWS::IAM::Role
    Properties: {RoleName: own}
  Idle:
    Type: AWS::Serverless::Function
    Properties: {Handler: idle.handler}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    return path


def test_short_tags_are_read_as_their_long_forms(path: Path) -> None:
    api = template.read(path)["Resources"]["Api"]["Properties"]
    assert api["Name"] == {"Ref": "AWS::StackName"}
    assert api["Url"] == {"Fn::Sub": "https://${Api}"}
    assert api["Arn"] == {"Fn::GetAtt": ["Function", "Arn"]}
    assert api["Maybe"] == {"Fn::If": ["Condition", {"Ref": "A"}, "b"]}


def test_gateway_responses_are_those_of_the_template(path: Path) -> None:
    assert template.gateway_responses(template.read(path), {}) == [
        template.GatewayResponse(
            "THROTTLED",
            "429",
            {"gatewayresponse.header.Retry-After": "'1'"},
            {"application/json": '{"code": "TooManyRequests"}'},
        )
    ]


def test_the_gateway_responses_of_the_real_template_are_literal() -> None:
    responses = template.gateway_responses(template.read(ROOT / "template.yaml"), {})
    assert "ACCESS_DENIED" in {response.kind for response in responses}
    for response in responses:
        texts = [*response.parameters.values(), *response.templates.values(), response.status]
        assert all(isinstance(text, str) for text in texts), response.kind


@pytest.mark.parametrize(
    ("origins", "named"),
    [
        ("", None),
        ("https://app.example.com", "'https://app.example.com'"),
        ("https://app.example.com,http://localhost:8000", "'*'"),
    ],
)
def test_gateway_responses_name_the_allowed_origin(origins: str, named: str | None) -> None:
    source = template.read(ROOT / "template.yaml")
    for response in template.gateway_responses(source, {"AllowedOrigins": origins}):
        header = "gatewayresponse.header.Access-Control-Allow-Origin"
        assert response.parameters.get(header) == named


def test_boundaries_are_those_of_the_template(path: Path) -> None:
    assert template.boundaries(template.read(path), {}) == {"Lent": "Boundary"}


def test_boundaries_follow_the_parameters_of_the_real_template() -> None:
    source = template.read(ROOT / "template.yaml")
    lent, other = "arn:aws:iam::123456789012:policy/lent", "arn:aws:iam::123456789012:policy/other"
    ours = {"AllowedAssumeS3Role": "AllowedAssumeS3RoleBoundary"}
    assert template.boundaries(source, {}) == ours
    assert template.boundaries(source, {"LentRoleBoundaryArn": lent}) == {
        "AllowedAssumeS3Role": lent
    }
    bounded = template.boundaries(source, {"PermissionsBoundaryArn": other})
    assert bounded.pop("AllowedAssumeS3Role") == "AllowedAssumeS3RoleBoundary"
    assert bounded.keys() > {"CredentialsFunctionRole", "CodeDeployServiceRole"}
    assert set(bounded.values()) == {other}


def test_a_route_names_its_function(path: Path) -> None:
    source = template.read(path)
    assert template.function_for(source, "POST", "/iam/credentials") == "Function"
    assert template.function_for(source, "GET", "/iam/credentials") is None
    assert template.function_for(source, "POST", "/iam/unknown") is None
