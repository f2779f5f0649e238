"""What a company's account demands: boundaries, paths, names, a key, a VPC; and upgrades to it."""

import json
import re
from typing import Any, Final

import pytest

from tests.support.stack.policies import (
    ACCOUNT,
    REGION,
    ROOT,
    Stack,
    broken_rules,
    configuration,
    stack,
    template,
    transformed,
)
from tests.support.stack.schemas import replacing

BOUNDARY: Final = f"arn:aws:iam::{ACCOUNT}:policy/company/Boundary"
LENT_BOUNDARY: Final = f"arn:aws:iam::{ACCOUNT}:policy/company/LentByS3Vend"
KEY: Final = f"arn:aws:kms:{REGION}:999988887777:key/0a1b2c3d-1111-2222-3333-444455556666"
NETWORK: Final = {
    "VpcId": "vpc-0123456789abcdef0",
    "VpcSubnetIds": "subnet-0123456789abcdef0,subnet-0123456789abcdef1,subnet-0123456789abcdef2",
}
ROUTES: Final = {"VpcRouteTableIds": "rtb-0123456789abcdef0,rtb-0123456789abcdef1"}
# Everything at once that makes a role, beside the local cloud's settings.
FULL: Final = {
    "Sharing": "true",
    **configuration("prod"),
    "GradualDeployment": "true",
    "ManageApiGatewayAccount": "true",
    "AllowedOrigins": "https://app.example.com",
    "CloudTrailLogGroup": "trail",
}
VENDING: Final = {
    *("CredentialsFunction", "PresignedUrlsFunction", "SharesFunction", "StsFunction"),
}
LENT: Final = "AllowedAssumeS3Role"


def values_of(made: Stack, kind: str, key: str) -> dict[str, Any]:
    return {name: one.get(key) for name, one in made.of_type(kind).items()}


# ---- An upgrade without the new parameters ------------------------------------------------------

BEFORE: Final[dict[str, dict[str, list[Any]]]] = json.loads(
    (ROOT / "tests/unit/template/before_guard_rails.json").read_text(encoding="utf-8")
)
UPGRADED: Final = {
    "dev": configuration("dev"),
    "prod": {
        **configuration("prod"),
        "CloudTrailLogGroup": "trail",
        "GradualDeployment": "true",
        "AllowedOrigins": "https://app.example.com",
    },
}


@pytest.mark.parametrize(("environment", "removed"), [("dev", set()), ("prod", {"AssumeS3User"})])
def test_an_upgrade_replaces_nothing_and_removes_the_user_in_prod_alone(
    environment: str, removed: set[str]
) -> None:
    after = stack(**UPGRADED[environment]).resources
    before = BEFORE[environment]
    assert before.keys() - after.keys() == removed
    for name in before.keys() - removed:
        kind, fixed = before[name]
        properties = after[name].get("Properties", {})
        assert after[name]["Type"] == kind
        assert {key: properties[key] for key in replacing(kind) if key in properties} == fixed, name


def test_nothing_new_of_their_kinds_is_made_without_the_new_parameters() -> None:
    """Routes and functions come with features; networks and policies come with parameters."""
    kinds = re.compile(r"AWS::(EC2|IAM::ManagedPolicy|IAM::User|KMS|CodeDeploy)\b")
    for environment, parameters in UPGRADED.items():
        made = stack(**parameters).resources
        of_kind = {name for name, one in made.items() if kinds.match(one["Type"])}
        assert of_kind
        assert of_kind <= BEFORE[environment].keys()


def test_no_resource_has_the_name_of_a_parameter() -> None:
    source = transformed(**FULL)
    assert not source["Parameters"].keys() & source["Resources"].keys()


# ---- Boundaries -----------------------------------------------------------------------------------


def test_every_role_but_the_lent_one_has_the_boundary_of_the_company() -> None:
    made = stack(**FULL, PermissionsBoundaryArn=BOUNDARY)
    found = values_of(made, "AWS::IAM::Role", "PermissionsBoundary")
    assert found.pop(LENT) == "AllowedAssumeS3RoleBoundary"
    assert found.keys() > {"CodeDeployServiceRole", "ApiGatewayLogRole", "AuditTrailStreamRole"}
    assert set(found.values()) == {BOUNDARY}
    user = stack(PermissionsBoundaryArn=BOUNDARY).properties("AssumeS3User")
    assert user["PermissionsBoundary"] == BOUNDARY


@pytest.mark.parametrize("parameters", [{}, FULL, configuration("prod")])
def test_no_combination_of_parameters_leaves_a_role_or_user_out(parameters: dict[str, str]) -> None:
    """The expressions do not depend on which resources are made, and SAM adds no role."""

    def chosen(condition: str, parameter: str) -> dict[str, Any]:
        return {"Fn::If": [condition, {"Ref": parameter}, {"Ref": "AWS::NoValue"}]}

    boundary = chosen("RolesAreBounded", "PermissionsBoundaryArn")
    found = {
        name: (one["Type"], one["Properties"])
        for name, one in transformed(**parameters)["Resources"].items()
        if one["Type"] in ("AWS::IAM::Role", "AWS::IAM::User")
    }
    assert len(found) > 10
    for name, (kind, properties) in found.items():
        assert name == LENT or properties["PermissionsBoundary"] == boundary, name
        if kind == "AWS::IAM::Role":
            assert properties["Path"] == chosen("HasRolePath", "RolePath"), name


def test_without_a_boundary_only_the_lent_role_has_one() -> None:
    found = values_of(stack(**FULL), "AWS::IAM::Role", "PermissionsBoundary")
    assert {name for name, arn in found.items() if arn} == {LENT}


@pytest.mark.parametrize(
    ("parameters", "of_role", "in_condition"),
    [
        (
            {},
            "AllowedAssumeS3RoleBoundary",
            f"arn:aws:iam::{ACCOUNT}:policy/AllowedAssumeS3RoleBoundary",
        ),
        (
            {"NamePrefix": "two-"},
            "AllowedAssumeS3RoleBoundary",
            f"arn:aws:iam::{ACCOUNT}:policy/two-AllowedAssumeS3RoleBoundary",
        ),
        ({"LentRoleBoundaryArn": LENT_BOUNDARY}, LENT_BOUNDARY, LENT_BOUNDARY),
    ],
)
def test_the_kill_switch_writes_only_while_the_lent_role_has_its_boundary(
    parameters: dict[str, str], of_role: str, in_condition: str
) -> None:
    made = stack(**parameters)
    assert made.properties(LENT)["PermissionsBoundary"] == of_role
    assert ("AllowedAssumeS3RoleBoundary" in made.resources) is (of_role != LENT_BOUNDARY)
    [policy] = made.properties("RevocationsFunctionRole")["Policies"]
    [write] = [
        one for one in policy["PolicyDocument"]["Statement"] if one["Action"] == "iam:PutRolePolicy"
    ]
    assert write["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": in_condition}}


# ---- Paths and names ------------------------------------------------------------------------------


def test_every_role_is_under_the_path_and_every_arn_of_the_lent_one_says_so() -> None:
    made = stack(**FULL, RolePath="/teams/storage/")
    assert set(values_of(made, "AWS::IAM::Role", "Path").values()) == {"/teams/storage/"}
    text = json.dumps(made.resources)
    assert f":role/teams/storage/{LENT}" in text
    assert f":role/{LENT}" not in text


def test_without_a_path_no_role_names_one_since_naming_it_might_replace_the_role() -> None:
    assert set(values_of(stack(**FULL), "AWS::IAM::Role", "Path").values()) == {None}


def test_one_prefix_is_enough_for_a_second_stack_in_an_account() -> None:
    first, second = stack(**configuration("dev")), stack(**configuration("dev"), NamePrefix="two-")
    for kind, key in (
        ("AWS::IAM::Role", "RoleName"),
        ("AWS::IAM::User", "UserName"),
        ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
    ):
        names = {name for name in values_of(first, kind, key).values() if name}
        assert names
        others = {name for name in values_of(second, kind, key).values() if name}
        assert others == {f"two-{name}" for name in names}
    assert f":role/{LENT}" not in json.dumps(second.resources)
    assert f":role/two-{LENT}" in json.dumps(second.resources)


@pytest.mark.parametrize(
    ("parameters", "exists"),
    [
        ({"Environment": "dev"}, True),
        ({"Environment": "prod"}, False),
        ({"Environment": "dev", "CreateAssumeS3User": "false"}, False),
        ({"Environment": "prod", "CreateAssumeS3User": "true"}, True),
    ],
)
def test_the_user_is_there_in_dev_and_where_it_is_asked_for(
    parameters: dict[str, str], exists: bool
) -> None:
    made = stack(**parameters)
    assert ("AssumeS3User" in made.resources) is exists
    assert ("UserName" in made.outputs) is exists
    assert "AssumeS3RolePolicy" in made.resources  # somebody may have attached it elsewhere


def test_a_user_that_is_trusted_exists() -> None:
    broken = broken_rules(TrustAssumeS3User="true", CreateAssumeS3User="false")
    assert broken == {"WhoIsTrustedExists"}


# ---- A key of one's own ---------------------------------------------------------------------------

KEYS: Final = [
    ("AWS::Logs::LogGroup", "KmsKeyId"),
    ("AWS::Lambda::Function", "KmsKeyArn"),
    ("AWS::SNS::Topic", "KmsMasterKeyId"),
]


@pytest.mark.parametrize(("kind", "key"), KEYS)
def test_the_own_key_encrypts_what_the_stack_keeps(kind: str, key: str) -> None:
    full = FULL | {"AccessLogs": "true"}
    assert set(values_of(stack(**full, KmsKeyArn=KEY), kind, key).values()) == {KEY}
    assert set(values_of(stack(**full), kind, key).values()) == {None}


def test_the_own_key_encrypts_the_table() -> None:
    assert stack(KmsKeyArn=KEY).properties("Table")["SSESpecification"] == {
        "SSEEnabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": KEY,
    }
    assert stack().properties("Table")["SSESpecification"] == {"SSEEnabled": True}


def test_the_functions_use_the_key_through_two_services_alone() -> None:
    made = stack(**FULL, KmsKeyArn=KEY)
    for name in made.of_type("AWS::Lambda::Function"):
        role = made.properties(made.properties(name)["Role"].removesuffix(".Arn"))
        assert "KeyPolicy" in role["ManagedPolicyArns"]
    for one in made.properties("KeyPolicy")["PolicyDocument"]["Statement"]:
        assert one["Resource"] == KEY
        assert one["Condition"]["StringEquals"]["kms:ViaService"] in (
            f"dynamodb.{REGION}.amazonaws.com",
            f"lambda.{REGION}.amazonaws.com",
        )


# ---- A VPC ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("which", "expected"), [("none", set()), ("vending", VENDING), ("all", None)]
)
def test_functions_are_in_the_vpc_that_is_given(which: str, expected: set[str] | None) -> None:
    network = {} if which == "none" else {"VpcFunctions": which, **NETWORK}
    made = stack(**FULL, **network)
    functions = values_of(made, "AWS::Lambda::Function", "VpcConfig")
    inside = {name for name, network in functions.items() if network}
    assert inside == (set(functions) if expected is None else expected)
    for name in inside:
        assert functions[name] == {
            "SecurityGroupIds": ["FunctionsSecurityGroup.GroupId"],
            "SubnetIds": NETWORK["VpcSubnetIds"].split(","),
        }
    for name, function in made.of_type("AWS::Lambda::Function").items():
        role = made.properties(function["Role"].removesuffix(".Arn"))
        assert ("VpcPolicy" in role["ManagedPolicyArns"]) is (name in inside)


def test_the_code_of_a_function_may_not_use_what_lambda_needs_for_the_vpc() -> None:
    allow, deny = stack(VpcFunctions="all", **NETWORK).properties("VpcPolicy")["PolicyDocument"][
        "Statement"
    ]
    assert (allow["Effect"], deny["Effect"]) == ("Allow", "Deny")
    assert allow["Action"] == deny["Action"]
    assert all(action.startswith("ec2:") for action in allow["Action"])
    assert "lambda:SourceFunctionArn" in deny["Condition"]["ArnLike"]


def test_the_stack_makes_the_endpoints_where_it_has_the_route_tables() -> None:
    without = stack(VpcFunctions="all", **NETWORK)
    assert not without.of_type("AWS::EC2::VPCEndpoint")
    made = stack(VpcFunctions="all", **NETWORK, **ROUTES)
    endpoints = made.of_type("AWS::EC2::VPCEndpoint").values()
    found = {one["ServiceName"].rpartition(".")[2]: one["VpcEndpointType"] for one in endpoints}
    assert found == {
        "dynamodb": "Gateway",
        "s3": "Gateway",
        "logs": "Interface",
        "ssm": "Interface",
        "sts": "Interface",
    }
    for one in endpoints:
        if one["VpcEndpointType"] == "Gateway":
            assert one["RouteTableIds"] == ROUTES["VpcRouteTableIds"].split(",")
        else:
            assert one["PrivateDnsEnabled"] is True
            assert one["SecurityGroupIds"] == ["EndpointsSecurityGroup.GroupId"]


def test_nothing_reaches_the_functions_and_only_they_reach_the_endpoints() -> None:
    made = stack(VpcFunctions="all", **NETWORK, **ROUTES)
    functions = made.properties("FunctionsSecurityGroup")
    assert functions["SecurityGroupIngress"] == []
    assert [(one["FromPort"], one["ToPort"]) for one in functions["SecurityGroupEgress"]] == [
        (443, 443)
    ]
    [only] = made.properties("EndpointsSecurityGroup")["SecurityGroupIngress"]
    assert only["SourceSecurityGroupId"] == "FunctionsSecurityGroup.GroupId"


@pytest.mark.parametrize(
    ("parameters", "broken"),
    [
        ({"VpcFunctions": "all"}, {"VpcIsWhole"}),
        ({"VpcFunctions": "all", "VpcId": NETWORK["VpcId"]}, {"VpcIsWhole"}),
        (NETWORK, {"VpcIsWhole"}),
        (ROUTES, {"VpcIsWhole"}),
        ({"VpcFunctions": "vending", **NETWORK}, set()),
        ({"VpcFunctions": "all", **NETWORK, **ROUTES}, set()),
    ],
)
def test_a_vpc_is_given_whole(parameters: dict[str, str], broken: set[str]) -> None:
    assert broken_rules(**parameters) == broken


# ---- What is published ----------------------------------------------------------------------------


def test_a_version_says_key_and_subnets_in_few_characters() -> None:
    """Lambda takes 256; the values here are the longest, and IAM's longest name of a role."""
    made = stack(
        RolePath=f"/{'p' * 31}/",
        NamePrefix="x" * 32,
        RoleName="y" * 32,
        KmsKeyArn=KEY,
        VpcFunctions="vending",
        **NETWORK,
        SnapStart="PublishedVersions",
        Tracing="false",
        GrantsCacheSeconds="300",
        RateLimitRequests="60000",
        RateLimitUrls="600000000",
        Architecture="x86_64",
        Sharing="true",
    )
    for version in made.of_type("AWS::Lambda::Version").values():
        inside = version["FunctionName"] in VENDING
        assert ("0123456789abcdef2" in version["Description"]) is inside
        assert "0a1b2c3d-1111-2222-3333-444455556666" in version["Description"]
        assert len(version["Description"]) <= 256


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        ("PermissionsBoundaryArn", BOUNDARY, "Boundary"),
        ("LentRoleBoundaryArn", LENT_BOUNDARY, "arn:aws:iam::aws:policy/AdministratorAccess"),
        ("RolePath", "/teams/storage/", "/teams/storage"),
        ("RolePath", "/", "teams/"),
        ("NamePrefix", "two-", "two/"),
        ("KmsKeyArn", KEY, "alias/aws/dynamodb"),
        ("VpcId", NETWORK["VpcId"], "vpc"),
        ("VpcSubnetIds", NETWORK["VpcSubnetIds"], f"{NETWORK['VpcSubnetIds']},subnet-01234567"),
        ("VpcRouteTableIds", ROUTES["VpcRouteTableIds"], "rtb-1,rtb-2"),
    ],
)
def test_a_parameter_takes_its_own_form_alone(parameter: str, good: str, bad: str) -> None:
    pattern = template()["Parameters"][parameter]["AllowedPattern"]
    assert re.fullmatch(pattern, good)
    assert not re.fullmatch(pattern, bad)
