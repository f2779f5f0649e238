"""The stack at large: parameters and rules, functions and versions, the table, the outputs."""

import re
from typing import Any, Final

import pytest

from local.stack.intrinsics import Resolver
from s3vend.cli.setup.deployed import Code
from s3vend.cli.setup.provenance import Release, compared
from tests.support.stack.policies import (
    ACCOUNT,
    ALL,
    DEV,
    GOOGLE,
    PROD,
    PROVIDER,
    PSEUDO,
    REAL,
    REGION,
    ROOT,
    STACKS,
    Stack,
    broken_rules,
    configuration,
    stack,
    template,
    transformed,
)

FUNCTIONS: Final = {
    "AuthorizerFunction": "authorizer.handler",
    "CredentialsFunction": "credentials.handler",
    "PresignedUrlsFunction": "presigned_urls.handler",
    "StsFunction": "sts.handler",
    "AccessFunction": "access.handler",
    "AdministrationFunction": "administration.handler",
    "AuditFunction": "audit.handler",
    "RevocationsFunction": "revocations.handler",
}


@pytest.mark.parametrize(
    ("parameters", "broken"),
    [
        ({}, set()),
        ({"Environment": "dev", "TrustAssumeS3User": "true"}, set()),
        ({"Environment": "dev", "S3Endpoint": "http://local"}, set()),
        ({"Environment": "dev", "StsEndpoint": "http://local"}, set()),
        ({"Environment": "prod"}, set()),
        ({"Environment": "prod", "TrustAssumeS3User": "true"}, {"ProductionTrustsFunctionsOnly"}),
        ({"Environment": "prod", "S3Endpoint": "http://local"}, {"ProductionUsesAwsEndpoints"}),
        ({"Environment": "prod", "StsEndpoint": "http://local"}, {"ProductionUsesAwsEndpoints"}),
        ({"Environment": "dev", "AllowLocalIssuers": "true"}, set()),
        ({"Environment": "prod", "AllowLocalIssuers": "true"}, {"ProductionUsesAwsEndpoints"}),
        ({"Environment": "dev", **GOOGLE}, set()),
        ({"Environment": "dev", **PROVIDER}, set()),
        ({"Environment": "prod", **GOOGLE}, {"ProductionTrustsFunctionsOnly"}),
        ({"Environment": "prod", **PROVIDER}, {"ProductionTrustsFunctionsOnly"}),
    ],
)
def test_production_refuses_what_only_development_needs(
    parameters: dict[str, str], broken: set[str]
) -> None:
    assert broken_rules(AllowedBuckets="hogehoge-bucket", **parameters) == broken


@pytest.mark.parametrize(
    ("parameters", "broken"),
    [
        (GOOGLE | {"TrustGoogleAudience": ""}, {"GoogleIsPinned"}),
        (PROVIDER | {"TrustOidcAudience": ""}, {"OidcProviderIsPinned"}),
        (PROVIDER | {"TrustOidcSubject": ""}, {"OidcProviderIsPinned"}),
        (GOOGLE | PROVIDER, {"OidcProviderIsPinned"}),
    ],
)
def test_a_direct_way_that_is_not_pinned_whole_is_refused(
    parameters: dict[str, str], broken: set[str]
) -> None:
    assert broken_rules(**parameters) == broken


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("TrustGoogleSubject", "reports@example-project.iam.gserviceaccount.com"),
        ("TrustGoogleAudience", "*"),
        ("TrustOidcProvider", "https://token.actions.githubusercontent.com"),
        ("TrustOidcAudience", 'sts","x":"'),
        ("TrustOidcSubject", "repo:octo-org/*"),
        ("TrustOidcSubject", 'repo:a"b'),
    ],
)
def test_what_a_direct_way_is_pinned_to_has_no_wildcard_and_ends_no_text(
    parameter: str, value: str
) -> None:
    assert not re.fullmatch(template()["Parameters"][parameter]["AllowedPattern"], value)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("default", configuration("dev")),
        (
            "dev",
            {"Environment": "dev", "Architecture": "x86_64", "TrustAssumeS3User": "true"},
        ),
        (
            "prod",
            {
                "Environment": "prod",
                "Architecture": "arm64",
                "AllowedBuckets": "hogehoge-bucket",  # as the operator has to write it
                "TrustAssumeS3User": "false",
                "DeletionProtection": "true",
                "AccessLogs": "true",
                "Tracing": "true",
                "Alarms": "true",
                "Dashboard": "true",
                "AuditTrail": "true",
                "LogRetentionDays": "365",
            },
        ),
    ],
)
def test_a_configuration_sets_these_parameters_and_keeps_the_rules(
    environment: str, expected: dict[str, str]
) -> None:
    assert configuration(environment) == expected
    assert not broken_rules(**configuration(environment))


def test_every_parameter_has_a_default_that_is_no_secret_and_a_place_in_the_form() -> None:
    source = template()
    groups = source["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    placed = [name for group in groups for name in group["Parameters"]]
    assert sorted(placed) == sorted(source["Parameters"])
    for name, parameter in source["Parameters"].items():
        assert "Default" in parameter
        assert "NoEcho" not in parameter
        names_a_secret = re.search("secret|password|token|key", name, re.IGNORECASE)
        assert not names_a_secret or name == "KmsKeyArn"  # which says where the key is


@STACKS
@pytest.mark.parametrize(("name", "handler"), FUNCTIONS.items())
def test_a_function_is_set_up_like_this(made: Stack, name: str, handler: str) -> None:
    function = made.properties(name)
    traced = made is not DEV
    assert function["Handler"] == handler
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == ["x86_64" if made is DEV else "arm64"]
    assert function["TracingConfig"] == {"Mode": "Active" if traced else "PassThrough"}
    assert function["SnapStart"] == {"ApplyOn": "None"}
    assert function["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": f"{name}LogGroup"}
    assert function["Timeout"] <= 29  # API Gateway waits no longer
    (layer,) = function["Layers"]
    assert layer in made.of_type("AWS::Lambda::LayerVersion")


@STACKS
def test_doctor_takes_every_handler_and_every_variable_of_ours_for_ours(made: Stack) -> None:
    release = Release("0.1.0", "c" * 40, {("arm64", "functions"): "code"})
    for name, function in made.of_type("AWS::Lambda::Function").items():
        variables = frozenset(function["Environment"]["Variables"])
        has_files = "FileSystemConfigs" in function
        code = Code(name, "", "1", "arm64", "code", (), variables, function["Handler"], has_files)
        assert compared(code, release).detail == "version 1 has no layer"


@pytest.mark.invariant(10)
@pytest.mark.parametrize(("tracing", "traced"), [("true", True), ("false", False)])
def test_the_open_route_takes_no_query_where_requests_are_traced(
    tracing: str, traced: bool
) -> None:
    variables = stack(Tracing=tracing).properties("StsFunction")["Environment"]["Variables"]
    assert (variables["TRACED"] == "true") is traced


@STACKS
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_code_reads_these_variables_and_no_others(made: Stack, name: str) -> None:
    own = {
        "AdministrationFunction": {"HISTORY_DAYS"},
        "AuditFunction": {"LOG_GROUPS"},
        "RevocationsFunction": {"LOG_GROUPS", "DENIAL_POLICY_NAME"},
        "StsFunction": {"TRACED"},
    }.get(name, set())
    variables = made.properties(name)["Environment"]["Variables"]
    assert variables.keys() >= own
    assert {key: value for key, value in variables.items() if key not in own} == {
        "TABLE_NAME": "Table",
        "ROLE_ARN": f"arn:aws:iam::{ACCOUNT}:role/AllowedAssumeS3Role",
        "GRANTS_CACHE_SECONDS": "10",
        "S3_ENDPOINT": "",
        "STS_ENDPOINT": "",
        "ALLOW_LOCAL_ISSUERS": "false",
        "RATE_LIMIT_REQUESTS": "0",
        "RATE_LIMIT_URLS": "0",
        "RATE_LIMIT_FAILURE": "refuse",
        "ASSUMABLE_ROLES_PARAMETER": "/s3vend/s3vend/assumable-role-arns",
        "NEVER_LENT_PARAMETER": "/s3vend/s3vend/never-lent-buckets",
        "METRICS_NAMESPACE": "s3vend/s3vend",
        "SHARING": "false",
        "POWERTOOLS_SERVICE_NAME": "s3vend",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
    }


@pytest.mark.parametrize(("reserved", "kept"), [({}, None), ({"ReservedConcurrency": "5"}, "5")])
def test_the_kill_switch_alone_has_concurrency_reserved_where_it_is_asked_for(
    reserved: dict[str, str], kept: str | None
) -> None:
    functions = stack(**reserved).of_type("AWS::Lambda::Function")
    found = {name: one.get("ReservedConcurrentExecutions") for name, one in functions.items()}
    assert found == dict.fromkeys(FUNCTIONS, None) | {"RevocationsFunction": kept}


@pytest.mark.parametrize(
    ("value", "broken"),
    [("0", set()), ("1", {"ReservedConcurrencyIsEnough"}), ("2", set()), ("100", set())],
)
def test_one_execution_is_too_few_to_reserve(value: str, broken: set[str]) -> None:
    assert broken_rules(ReservedConcurrency=value) == broken


def versions(source: dict[str, Any], parameters: dict[str, str]) -> dict[str, str]:
    """What CloudFormation compares: another logical id or another property is a new version."""
    resolve = Resolver(source, parameters, PSEUDO)
    return {
        name: str(resolve(resource["Properties"]))
        for name, resource in source["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Version"
    }


@pytest.mark.parametrize(("which", "published"), [("vending", 4), ("all", len(FUNCTIONS) + 2)])
def test_the_functions_in_the_vpc_alone_publish_a_version_after_other_subnets(
    which: str, published: int
) -> None:
    network = {"VpcFunctions": which, "VpcId": "vpc-01234567"}
    one, other = ({**network, "VpcSubnetIds": f"subnet-0123456{number}"} for number in "78")
    before, after = versions(transformed(**one), one), versions(transformed(**other), other)
    assert len(after.items() - before.items()) == published


def parameters_of(value: Any, names: set[str]) -> set[str]:
    """The parameters that are mentioned anywhere in a value."""
    return {name for name in names if re.search(rf"'Ref': '{name}'|\${{{name}}}", str(value))}


@pytest.mark.parametrize(
    "change",
    [
        {"layer": "another"},
        {"code": "another"},
        {"AllowLocalIssuers": "true"},
        {"Architecture": "x86_64"},
        {"GrantsCacheSeconds": "0"},
        {"RateLimitFailure": "allow"},
        {"RateLimitRequests": "1"},
        {"RateLimitUrls": "1"},
        {"KmsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{'0' * 36}"},
        {"NamePrefix": "two-"},
        {"RoleName": "Another"},
        {"RolePath": "/teams/"},
        {"S3Endpoint": "http://local"},
        {"SnapStart": "PublishedVersions"},
        {"StsEndpoint": "http://local"},
        {"Tracing": "true"},
        {"Sharing": "true"},
    ],
    ids=str,
)
def test_every_function_publishes_a_new_version_after(change: dict[str, str]) -> None:
    given = {key: value for key, value in change.items() if key not in ("code", "layer")}
    before = versions(transformed(), {})
    after = versions(transformed(**change), given)
    assert (
        len(before) == len(after) == len(FUNCTIONS) + 2
    )  # those of browsers and of links are conditional
    new = ["SharesFunction"] if "Sharing" in change else []  # which is there only with links
    same = before.keys() & {name for name, version in after.items() if version in before.values()}
    assert [name.partition("Version")[0] for name in same] == new


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"LogRetentionDays": "7"},
        {"ThrottlingRate": "1"},
        {"Environment": "prod"},
        {"ReservedConcurrency": "5"},
        {"NeverLentBuckets": "deploys"},
        {"PermissionsBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/Company"},
        {"LentRoleBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/Lent"},
        {"CreateAssumeS3User": "false"},
        {"AllowedBuckets": "reports"},
        {"AllowedOrigins": "https://app.example.com"},
    ],
    ids=str,
)
def test_no_function_publishes_a_version_that_would_be_the_same_after(
    change: dict[str, str],
) -> None:
    # Lambda refuses such a version, and the deployment fails.
    assert versions(transformed(), {}) == versions(transformed(**change), change)


def test_a_version_says_which_parameters_it_was_made_with() -> None:
    source = transformed()
    names = set(source["Parameters"])
    resources = source["Resources"]
    for name in (*FUNCTIONS, "PreflightsFunction", "SharesFunction"):
        (version,) = [
            resource["Properties"]["Description"]
            for resource in resources.values()
            if resource["Type"] == "AWS::Lambda::Version"
            and resource["Properties"]["FunctionName"] == {"Ref": name}
        ]
        mentioned = parameters_of(resources[name]["Properties"], names)
        conditional = {"Tracing"}  # behind the condition IsTraced
        as_digit = {"Sharing"}  # behind SharesAreOn: a description has 256 characters
        of_no_version = {"ReservedConcurrency"}  # it holds for all versions together
        assert parameters_of(version, names) == (mentioned - of_no_version - as_digit | conditional)


def test_the_layer_is_built_for_the_functions_architecture_and_older_ones_are_kept() -> None:
    written = template()["Resources"]["VendingLayer"]
    assert written["Metadata"]["BuildArchitecture"] == {"Ref": "Architecture"}
    for architecture in ("arm64", "x86_64"):
        made = stack(Architecture=architecture)
        (layer,) = made.of_type("AWS::Lambda::LayerVersion")
        assert made.properties(layer)["CompatibleArchitectures"] == [architecture]
        assert made.resources[layer]["DeletionPolicy"] == "Retain"


@STACKS
def test_the_alias_live_follows_the_published_version(made: Stack) -> None:
    published = made.of_type("AWS::Lambda::Version")
    for alias in made.of_type("AWS::Lambda::Alias").values():
        assert alias["Name"] == "live"
        assert alias["FunctionVersion"].removesuffix(".Version") in published


@STACKS
def test_the_table_survives_mistakes(made: Stack) -> None:
    table = made.properties("Table")
    assert made.resources["Table"]["DeletionPolicy"] == "Retain"
    assert made.resources["Table"]["UpdateReplacePolicy"] == "Retain"
    assert table["DeletionProtectionEnabled"] is (made is PROD)
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert {(k["AttributeName"], k["KeyType"]) for k in table["KeySchema"]} == {
        ("pk", "HASH"),
        ("sk", "RANGE"),
    }
    assert {a["AttributeType"] for a in table["AttributeDefinitions"]} == {"S"}


@STACKS
def test_every_log_group_is_kept_for_its_days_and_longer_than_the_stack(made: Stack) -> None:
    groups = made.of_type("AWS::Logs::LogGroup")
    assert groups.keys() >= {f"{function}LogGroup" for function in FUNCTIONS}
    for name, group in groups.items():
        # Without a name: one that is left behind is in nobody's way.
        assert group == {"RetentionInDays": "365" if made is PROD else "30"}
        assert made.resources[name]["DeletionPolicy"] == "RetainExceptOnCreate"


@STACKS
def test_the_outputs_are_parameters_too(made: Stack) -> None:
    trail = {"AuditTrailBucketName": "AuditTrailBucket"} if made is PROD else {}
    assert made.outputs == trail | {
        "ApiUrl": f"https://Api.execute-api.{REGION}.amazonaws.com/v1",
        "ApiId": "Api",
        "RoleArn": "AllowedAssumeS3Role.Arn",
        "CallersPolicyArn": "CallersPolicy",
        "AdministratorsPolicyArn": "AdministratorsPolicy",
        "TableName": "Table",
        **({} if made is PROD else {"UserName": "AssumeS3User"}),
    }
    stored = {p["Name"]: p["Value"] for p in made.of_type("AWS::SSM::Parameter").values()}
    assert stored.pop("/s3vend/s3vend/never-lent-buckets") == "*-audittrailbucket-*"
    assert stored.pop("/s3vend/s3vend/assumable-role-arns") == "AllowedAssumeS3Role.Arn"
    assert stored == {
        f"/s3vend/s3vend/{name}": made.outputs[output]
        for name, output in {
            "api-url": "ApiUrl",
            "role-arn": "RoleArn",
            "callers-policy-arn": "CallersPolicyArn",
            "administrators-policy-arn": "AdministratorsPolicyArn",
            "table": "TableName",
            **({"audit-trail-bucket": "AuditTrailBucketName"} if trail else {}),
        }.items()
    }


def page() -> str:
    return (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")


def test_the_page_on_permissions_has_a_row_for_every_type_of_resource() -> None:
    network = {"VpcFunctions": "all", "VpcId": "vpc-01234567", "VpcSubnetIds": "subnet-01234567"}
    inside = stack(**network, VpcRouteTableIds="rtb-01234567")
    made = [one for each in (ALL, REAL, DEV, inside) for one in each.resources.values()]
    kinds = {resource["Type"] for resource in made}
    assert set(re.findall(r"^\| `(AWS::[\w:]+)` \|", page(), re.MULTILINE)) == kinds


def test_the_page_on_permissions_names_everything_that_is_left_behind() -> None:
    retained = {
        resource["Type"]
        for resource in [*ALL.resources.values(), *REAL.resources.values()]
        if "Retain" in resource.get("DeletionPolicy", "")
    }
    # A version goes with its function.
    section = page().split("## What deletion leaves behind")[1]
    assert set(re.findall(r"`(AWS::[\w:]+)`", section)) == retained - {"AWS::Lambda::Version"}
