"""Who may do what: the roles of the functions, the role that is lent, the memo's user, doors."""

import json
from typing import Any, Final

import pytest

from tests.evaluator import allows, listed
from tests.support.stack.policies import (
    ACCOUNT,
    ALL,
    DEV,
    GOOGLE,
    PROD,
    PROVIDER,
    REGION,
    STACKS,
    Stack,
    configuration,
    stack,
    template,
)

WITH_BROWSERS: Final = stack(**configuration("dev"), AllowedOrigins="https://app.example.com")
LENT: Final = f"arn:aws:iam::{ACCOUNT}:role/AllowedAssumeS3Role"
VENDING: Final = [
    "CredentialsFunctionRole.Arn",
    "PresignedUrlsFunctionRole.Arn",
    "StsFunctionRole.Arn",
]
LOGS: Final = {"logs:CreateLogStream", "logs:PutLogEvents"}
ASSUME: Final = {"sts:AssumeRole", "sts:SetSourceIdentity"}
RECORDING: Final = [
    *("AuthorizerFunction", "CredentialsFunction", "PresignedUrlsFunction", "StsFunction"),
    *("AccessFunction", "AdministrationFunction", "RevocationsFunction"),
]
DENYING: Final = {"iam:GetRolePolicy", "iam:PutRolePolicy"}
SSM: Final = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/s3vend/s3vend"
NEVER_LENT: Final = {f"{SSM}/never-lent-buckets": {"ssm:GetParameter"}}
# By function and resource, beside the logs: every action and no other.
PERMISSIONS: Final[dict[str, dict[str, set[str]]]] = {
    "AuthorizerFunction": {"Table.Arn": {"dynamodb:Query"}},
    "PreflightsFunction": {},
    "CredentialsFunction": {
        "Table.Arn": {"dynamodb:BatchGetItem", "dynamodb:UpdateItem"},
        LENT: ASSUME,
        **NEVER_LENT,
    },
    "PresignedUrlsFunction": {
        "Table.Arn": {"dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        LENT: ASSUME,
        **NEVER_LENT,
    },
    "StsFunction": {
        "Table.Arn": {"dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:UpdateItem"},
        LENT: ASSUME,
        **NEVER_LENT,
    },
    "AccessFunction": {"Table.Arn": {"dynamodb:BatchGetItem", "dynamodb:Query"}, **NEVER_LENT},
    "AdministrationFunction": {
        "Table.Arn": {
            "dynamodb:BatchGetItem",
            "dynamodb:DeleteItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
        },
        f"{SSM}/assumable-role-arns": {"ssm:GetParameter"},
        **NEVER_LENT,
    },
    "AuditFunction": {
        "Table.Arn": {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"},
        **{
            group: {"logs:FilterLogEvents"}
            for name in RECORDING
            for group in (
                f"{name}LogGroup.Arn",
                f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}LogGroup",
            )
        },
    },
    "RevocationsFunction": {
        "Table.Arn": {
            "dynamodb:BatchGetItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        },
        LENT: DENYING,
        **{
            group: {"logs:FilterLogEvents"}
            for name in ("Credentials", "PresignedUrls", "Sts")
            for group in (
                f"{name}FunctionLogGroup.Arn",
                f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}FunctionLogGroup",
            )
        },
    },
}


def role_of(made: Stack, function: str) -> str:
    return str(made.properties(function)["Role"]).removesuffix(".Arn")


def statements(made: Stack, role: str) -> list[dict[str, Any]]:
    """Every statement of the role's own policies and of those that name the role."""
    policies = list(made.properties(role).get("Policies", []))
    attached = made.properties(role).get("ManagedPolicyArns", [])
    policies += [p for n, p in made.of_type("AWS::IAM::ManagedPolicy").items() if n in attached]
    return [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]


def permissions(made: Stack, role: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for statement in statements(made, role):
        assert statement.keys() - {"Condition"} == {"Effect", "Action", "Resource"}
        assert statement["Effect"] == "Allow"
        for resource in listed(statement["Resource"]):
            found.setdefault(resource, set()).update(listed(statement["Action"]))
    return found


@STACKS
def test_the_table_of_permissions_names_every_function(made: Stack) -> None:
    there = PERMISSIONS.keys() - (set() if made is ALL else {"PreflightsFunction"})
    assert made.of_type("AWS::Lambda::Function").keys() == there


@pytest.mark.parametrize("function", PERMISSIONS)
def test_a_function_has_exactly_its_own_permissions(function: str) -> None:
    expected = PERMISSIONS[function] | {f"{function}LogGroup.Arn": LOGS}
    assert permissions(WITH_BROWSERS, role_of(WITH_BROWSERS, function)) == expected


@pytest.mark.invariant(8)
@STACKS
def test_who_needs_a_part_of_the_table_has_that_part_alone(made: Stack) -> None:
    conditions = {
        function: [
            one["Condition"]
            for one in statements(made, role_of(made, function))
            if "Condition" in one
        ]
        for function in made.of_type("AWS::Lambda::Function")
    }
    issuers = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["issuers"]}}
    counters = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["rate#*"]}}
    uploads = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["upload#*"]}}
    denials = {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["revocations", "block", "lease"]}
    }
    revoked = {
        "ForAllValues:StringEquals": {
            "dynamodb:LeadingKeys": ["revocations", "block", "lease", "ended"]
        }
    }
    ended = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["ended"]}}
    granted = {
        "ForAllValues:StringLike": {
            "dynamodb:LeadingKeys": [
                *("grants", "issuers", "locations", "tests", "revision", "history"),
                *("staged", "staged#*"),
                *("iam#*", "oidc#*", "location#*"),
            ]
        }
    }
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/AllowedAssumeS3RoleBoundary"
    within_the_boundary = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    assert conditions == {key: [] for key in conditions} | {
        "AuthorizerFunction": [issuers],
        "CredentialsFunction": [counters],
        "PresignedUrlsFunction": [counters, uploads],
        "StsFunction": [issuers, counters],
        "AdministrationFunction": [granted],
        "AuditFunction": [denials],
        "RevocationsFunction": [revoked, ended, within_the_boundary],
    }


@pytest.mark.invariant(14)
@STACKS
@pytest.mark.parametrize(
    "function", ["CredentialsFunction", "PresignedUrlsFunction", "StsFunction"]
)
def test_the_vending_functions_write_nothing_that_decides(made: Stack, function: str) -> None:
    allowed = statements(made, role_of(made, function))
    writes = [
        one for one in allowed if one["Action"] in ("dynamodb:PutItem", "dynamodb:UpdateItem")
    ]
    assert writes
    for one in writes:
        [[pattern]] = [next(iter(keys.values())) for keys in one["Condition"].values()]
        assert pattern in ("upload#*", "rate#*")


@pytest.mark.parametrize("function", PERMISSIONS)
def test_tracing_adds_the_two_actions_of_xray_and_nothing_else(function: str) -> None:
    without = permissions(WITH_BROWSERS, role_of(WITH_BROWSERS, function))
    xray = {"*": {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}}
    assert permissions(ALL, role_of(ALL, function)) == without | xray


@pytest.mark.parametrize(
    "made", [pytest.param(WITH_BROWSERS, id="dev"), pytest.param(ALL, id="all")]
)
@pytest.mark.parametrize("function", PERMISSIONS)
def test_a_function_has_a_role_of_its_own_that_only_lambda_assumes(
    made: Stack, function: str
) -> None:
    role = role_of(made, function)
    assert role == f"{function}Role"
    attached = made.properties(role).get("ManagedPolicyArns", [])
    assert attached == (["TracingPolicy"] if made is ALL else [])
    assert made.properties(role)["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ]


@STACKS
def test_the_audit_trail_is_read_from_the_logs_of_every_function_that_writes_records(
    made: Stack,
) -> None:
    silent = {"AuditFunction", "PreflightsFunction"}  # the latter decides nothing
    others = made.of_type("AWS::Lambda::Function").keys() - silent
    variables = made.properties("AuditFunction")["Environment"]["Variables"]
    assert set(variables["LOG_GROUPS"].split(",")) == {f"{name}LogGroup" for name in others}
    assert set(RECORDING) == others


@pytest.mark.invariant(14)
@STACKS
def test_only_the_vending_functions_may_speak_to_sts(made: Stack) -> None:
    speaking = {
        f"{role}.Arn"
        for role in made.of_type("AWS::IAM::Role")
        for statement in statements(made, role)
        if any(action.startswith(("sts:", "*")) for action in listed(statement["Action"]))
    }
    assert speaking == set(VENDING)


@pytest.mark.invariant(14)
def test_the_functions_may_assume_the_listed_roles_and_no_others() -> None:
    others = [f"arn:aws:iam::999999999999:role/Partner{number}" for number in "12"]
    for listed_roles in ([], others):
        made = stack(AssumableRoleArns=",".join(listed_roles))
        for function in ("CredentialsFunction", "PresignedUrlsFunction", "StsFunction"):
            assumed = permissions(made, role_of(made, function))
            roles = {name for name, actions in assumed.items() if actions == ASSUME}
            assert roles == {LENT, *listed_roles}
        names = made.of_type("AWS::SSM::Parameter")["AssumableRolesParameter"]["Value"]
        assert names.split(",") == ["AllowedAssumeS3Role.Arn", *listed_roles]


@pytest.mark.invariant(14)
@STACKS
def test_no_function_may_change_iam_or_invoke_another_but_for_the_denials(made: Stack) -> None:
    assert permissions(made, role_of(made, "RevocationsFunction"))[LENT] >= DENYING
    actions = {
        action
        for function in made.of_type("AWS::Lambda::Function")
        for statement in statements(made, role_of(made, function))
        for action in listed(statement["Action"])
        if (function, statement["Resource"]) != ("RevocationsFunction", LENT)
    }
    assert not [a for a in actions if a.startswith(("iam:", "lambda:", "s3:")) or "*" in a]


@STACKS
def test_only_the_lent_role_has_s3(made: Stack) -> None:
    with_s3 = {
        name
        for kind in ("AWS::IAM::Role", "AWS::IAM::User")
        for name, properties in made.of_type(kind).items()
        if any("S3FullAccess" in arn for arn in properties.get("ManagedPolicyArns", []))
    }
    assert with_s3 == {"AllowedAssumeS3Role"}
    boundary = "AllowedAssumeS3RoleBoundary"
    for name, policy in made.of_type("AWS::IAM::ManagedPolicy").items():
        document = policy["PolicyDocument"]
        assert name == boundary or not allows(document, "s3:GetObject", "arn:aws:s3:::b/key")


@STACKS
def test_the_lent_role_is_the_memos_within_a_boundary_and_an_hour(made: Stack) -> None:
    role = made.properties("AllowedAssumeS3Role")
    assert role["RoleName"] == "AllowedAssumeS3Role"
    assert role["ManagedPolicyArns"] == ["arn:aws:iam::aws:policy/AmazonS3FullAccess"]
    assert role["PermissionsBoundary"] == "AllowedAssumeS3RoleBoundary"
    assert role["MaxSessionDuration"] == 3600


@STACKS
def test_beside_s3_the_lent_role_has_keys_through_s3_alone(made: Stack) -> None:
    (own,) = made.properties("AllowedAssumeS3Role")["Policies"]
    (statement,) = own["PolicyDocument"]["Statement"]
    assert set(statement["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b"
    through = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
    assert allows(own["PolicyDocument"], "kms:Decrypt", key, through)
    assert not allows(own["PolicyDocument"], "kms:Decrypt", key, {"kms:ViaService": "ec2.x"})
    assert not allows(own["PolicyDocument"], "kms:Decrypt", key)


FUNCTIONS_TRUSTED: Final = {
    "Sid": "VendingFunctions",
    "Effect": "Allow",
    "Principal": {"AWS": VENDING},
    "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
}
USER_TRUSTED: Final = {
    "Sid": "AssumeS3User",
    "Effect": "Allow",
    "Principal": {"AWS": "AssumeS3User.Arn"},
    "Action": "sts:AssumeRole",
}
GOOGLE_TRUSTED: Final = {
    "Sid": "GoogleServiceAccount",
    "Effect": "Allow",
    "Principal": {"Federated": "accounts.google.com"},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {
        "StringEquals": {
            "accounts.google.com:aud": "104857600123456789012",
            "accounts.google.com:oaud": "https://vend.example.com",
            "accounts.google.com:sub": "104857600123456789012",
        }
    },
}
PROVIDER_TRUSTED: Final = {
    "Sid": "OidcProvider",
    "Effect": "Allow",
    "Principal": {
        "Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    },
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": "repo:octo-org/app:ref:refs/heads/main",
        }
    },
}
USER: Final = {"TrustAssumeS3User": "true"}


@pytest.mark.invariant(14)
@pytest.mark.parametrize(
    ("made", "trusted"),
    [
        pytest.param(DEV, [FUNCTIONS_TRUSTED, USER_TRUSTED], id="dev trusts the user too"),
        pytest.param(PROD, [FUNCTIONS_TRUSTED], id="prod trusts the functions alone"),
        pytest.param(stack(), [FUNCTIONS_TRUSTED], id="without a word the functions alone"),
        pytest.param(stack(**GOOGLE), [FUNCTIONS_TRUSTED, GOOGLE_TRUSTED], id="Google"),
        pytest.param(
            stack(**GOOGLE, **USER),
            [FUNCTIONS_TRUSTED, USER_TRUSTED, GOOGLE_TRUSTED],
            id="Google and the user",
        ),
        pytest.param(stack(**PROVIDER), [FUNCTIONS_TRUSTED, PROVIDER_TRUSTED], id="a provider"),
        pytest.param(
            stack(**PROVIDER, **USER),
            [FUNCTIONS_TRUSTED, USER_TRUSTED, PROVIDER_TRUSTED],
            id="a provider and the user",
        ),
    ],
)
def test_the_lent_role_trusts_the_functions_and_the_user_only_where_told(
    made: Stack, trusted: list[dict[str, Any]]
) -> None:
    policy = made.properties("AllowedAssumeS3Role")["AssumeRolePolicyDocument"]
    document = json.loads(policy) if isinstance(policy, str) else policy
    assert document == {"Version": "2012-10-17", "Statement": trusted}


S3: Final = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
EC2: Final = {"kms:ViaService": f"ec2.{REGION}.amazonaws.com"}
KEY: Final = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
EVERY: Final[dict[str, str]] = {}
SOME: Final = {"AllowedBuckets": "one,two-*"}
BOUNDARY: Final = [
    # parameters, action, resource, context, allowed
    (EVERY, "s3:GetObject", "arn:aws:s3:::hogehoge-bucket/hoge.zip", {}, True),
    (EVERY, "s3:PutBucketPolicy", "arn:aws:s3:::hogehoge-bucket", {}, True),
    (EVERY, "s3:ListAllMyBuckets", "*", {}, True),
    (EVERY, "s3:GetObject", "arn:aws-cn:s3:::hogehoge-bucket/hoge.zip", {}, True),
    (EVERY, "kms:Decrypt", KEY, S3, True),
    (EVERY, "kms:GenerateDataKey", KEY, S3, True),
    (EVERY, "kms:Decrypt", KEY, {}, False),
    (EVERY, "kms:Decrypt", KEY, EC2, False),
    (EVERY, "kms:ScheduleKeyDeletion", KEY, S3, False),
    (EVERY, "iam:PutRolePolicy", LENT, {}, False),
    (EVERY, "sts:AssumeRole", LENT, {}, False),
    (EVERY, "dynamodb:GetItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t", {}, False),
    (EVERY, "lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f", {}, False),
    (SOME, "s3:GetObject", "arn:aws:s3:::one/a/key", {}, True),
    (SOME, "s3:ListBucket", "arn:aws:s3:::one", {}, True),
    (SOME, "s3:GetObject", "arn:aws:s3:::two-b/key", {}, True),
    (SOME, "s3:GetObject", "arn:aws:s3:::one-more/key", {}, False),
    (SOME, "s3:ListBucket", "arn:aws:s3:::two", {}, False),
    (SOME, "s3:ListAllMyBuckets", "*", {}, False),
    (SOME, "kms:Decrypt", KEY, S3, True),
]


@pytest.mark.invariant(14)
@pytest.mark.parametrize(("parameters", "action", "resource", "context", "allowed"), BOUNDARY)
def test_the_boundary_keeps_the_lent_role_to_s3_on_the_allowed_buckets(
    parameters: dict[str, str], action: str, resource: str, context: dict[str, str], allowed: bool
) -> None:
    boundary = stack(**parameters).properties("AllowedAssumeS3RoleBoundary")["PolicyDocument"]
    assert allows(boundary, action, resource, context) is allowed


@STACKS
def test_the_memos_user_has_its_two_policies_and_nothing_else(made: Stack) -> None:
    user = {
        "UserName": "AssumeS3User",
        "ManagedPolicyArns": ["AssumeS3RolePolicy", "CallersPolicy"],
    }
    assert made.of_type("AWS::IAM::User") == ({} if made is PROD else {"AssumeS3User": user})
    assert made.properties("AssumeS3RolePolicy")["PolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": LENT}
    ]


@STACKS
def test_nothing_in_the_stack_is_a_secret(made: Stack) -> None:
    kinds = {resource["Type"] for resource in made.resources.values()}
    assert not kinds & {"AWS::IAM::AccessKey", "AWS::SecretsManager::Secret"}


@pytest.mark.parametrize(
    ("policy", "door"), [("CallersPolicy", "/iam/"), ("AdministratorsPolicy", "/admin/")]
)
@STACKS
def test_the_policy_of_a_door_opens_every_route_of_its_door_and_no_other(
    made: Stack, policy: str, door: str
) -> None:
    document = made.properties(policy)["PolicyDocument"]
    base = f"arn:aws:execute-api:{REGION}:{ACCOUNT}"
    for path, methods in made.properties("Api")["Body"]["paths"].items():
        own = path.startswith(door)
        asked = path.replace("{id}", "some-id")
        for method in map(str.upper, methods):
            assert allows(document, "execute-api:Invoke", f"{base}:Api/v1/{method}{asked}") is own
            # What else the same words could be read as:
            for other in (
                f"{base}:Api/v1/PATCH{asked}",
                f"{base}:Api/v2/{method}{asked}",
                f"{base}:Other/v1/{method}{asked}",
                f"{base}:Api/v1/{method}/web-identity{asked}",
            ):
                assert not allows(document, "execute-api:Invoke", other)
    assert not allows(document, "execute-api:InvalidateCache", f"{base}:Api/v1/GET/iam/grants")


@pytest.mark.parametrize(
    ("parameter", "resource", "property_"),
    [
        ("UserName", "AssumeS3User", "UserName"),
        ("RoleName", "AllowedAssumeS3Role", "RoleName"),
        ("AssumeS3RolePolicyName", "AssumeS3RolePolicy", "ManagedPolicyName"),
        ("BoundaryName", "AllowedAssumeS3RoleBoundary", "ManagedPolicyName"),
        ("CallersPolicyName", "CallersPolicy", "ManagedPolicyName"),
        ("AdministratorsPolicyName", "AdministratorsPolicy", "ManagedPolicyName"),
    ],
)
def test_another_name_goes_wherever_the_name_stands(
    parameter: str, resource: str, property_: str
) -> None:
    default = DEV.properties(resource)[property_]
    made = stack(**{parameter: "Another"})
    assert made.properties(resource)[property_] == "Another"
    assert f"role/{default}" not in str(made.resources)


def test_nothing_has_a_name_that_a_second_stack_could_not_have() -> None:
    named = ("UserName", "RoleName", "ManagedPolicyName", "TableName", "LogGroupName", "LayerName")
    for resource in template()["Resources"].values():
        for key in (*named, "FunctionName", "Name"):
            assert not isinstance(resource["Properties"].get(key), str)
