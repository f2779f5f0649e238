"""Policies for the account: the boundary's text, the key's statements, what a deployer needs."""

import json
import re
from typing import Any, Final

import pytest

from tests.evaluator import allows, listed
from tests.support.stack.policies import ACCOUNT, REGION, ROOT, configuration, stack
from tests.support.stack.schemas import permissions, schema
from tools.account import boundary, deployer, key_policy
from tools.account.__main__ import main
from tools.account.place import Place

HERE: Final = Place(ACCOUNT, REGION, "s3vend")
PROD: Final = configuration("prod")
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/Reader"
BUCKETS: Final = {"AllowedBuckets": "reports-prod,data-*"}

# ---- The boundary -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parameters", [{}, BUCKETS, BUCKETS | {"NeverLentBuckets": "deploys,state-*"}]
)
def test_the_printed_boundary_is_the_stacks_own(parameters: dict[str, str]) -> None:
    own = stack(**parameters).properties(boundary.BOUNDARY)["PolicyDocument"]
    assert boundary.policy(parameters, HERE) == own


def test_the_printed_boundary_names_no_trail_and_covers_the_one_to_come() -> None:
    printed = boundary.policy(PROD, HERE)
    assert "AuditTrailBucket" not in json.dumps(printed)
    trail = "arn:aws:s3:::s3vend-audittrailbucket-1a2b3c/records/x"
    everything = boundary.policy({"AllowedBuckets": "*"}, HERE)
    assert not allows(everything, "s3:GetObject", trail)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"Buckets": "x"}, "the stack has no parameter Buckets"),
        ({"AllowedBukets": "x"}, "no parameter AllowedBukets; did you mean 'AllowedBuckets'?"),
        ({"Environment": "prod"}, "the stack would be refused: AllowedBuckets must name"),
        ({"AllowedBuckets": "UPPER"}, "cannot be 'UPPER'; use: '*', or bucket names separated by"),
        ({"Environment": "stage"}, "Environment cannot be 'stage'; use: dev, prod"),
        ({"LogRetentionDays": "2"}, "LogRetentionDays cannot be '2'; use: 1, 3, 5, 7,"),
        ({"ThrottlingRate": "0"}, "ThrottlingRate cannot be '0'; use: a number, 1 or more"),
        ({"RateLimitUrls": "many"}, "cannot be 'many'; use: a number, 0 to 600000000"),
        ({"RoleName": "a b"}, "RoleName cannot be 'a b'; use: text that matches ^["),
        ({"AssumableRoleArns": f"{ROLE},*"}, "use: A list of ARNs of roles, without wildcards."),
        ({"AllowedBuckets": ",".join(f"{'long' * 15}{n}" for n in range(60))}, "IAM takes 6144"),
    ],
)
def test_a_boundary_that_cannot_be_is_not_printed(parameters: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        boundary.policy(parameters, HERE)


def test_each_role_of_a_list_is_looked_at_by_itself() -> None:
    roles = f"arn:aws:iam::{ACCOUNT}:role/a,arn:aws:iam::{ACCOUNT}:role/b"
    assert boundary.policy({**BUCKETS, "AssumableRoleArns": roles}, HERE)
    with pytest.raises(ValueError, match="AssumableRoleArns cannot be"):
        boundary.policy({**BUCKETS, "AssumableRoleArns": f"{roles},x"}, HERE)


def test_the_same_text_in_another_order_allows_nothing_beyond() -> None:
    ours = boundary.policy(BUCKETS, HERE)
    theirs = {
        "Statement": [
            {key: value[::-1] if isinstance(value, list) else value for key, value in one.items()}
            for one in reversed(ours["Statement"])
        ]
    }
    assert boundary.beyond(theirs, ours) == []
    denied = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}
    assert boundary.beyond({"Statement": [*theirs["Statement"], denied]}, ours) == []


@pytest.mark.parametrize(
    "more",
    [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
        {"Sid": "AllowedBuckets", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:*:s3:::x"},
        {
            "Effect": "Allow",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {"NumericEquals": {"s3:max-keys": [1, "2"]}},
        },
    ],
)
def test_a_boundary_that_allows_more_is_told(more: dict[str, Any]) -> None:
    ours = boundary.policy(BUCKETS, HERE)
    [sentence] = boundary.beyond({"Statement": [*ours["Statement"], more]}, ours)
    assert sentence.startswith("allows what our text does not: ")


def test_a_boundary_that_does_not_deny_what_ours_denies_is_told() -> None:
    ours = boundary.policy(BUCKETS, HERE)
    without = [one for one in ours["Statement"] if one["Effect"] != "Deny"]
    [sentence] = boundary.beyond({"Statement": without}, ours)
    assert sentence.startswith("does not deny what our text denies: ")
    assert boundary.beyond({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}, ours)


@pytest.mark.parametrize("roles", ["", ROLE, f"{ROLE},{ROLE}Too", f"{ROLE}, {ROLE}Too"])
def test_a_list_is_taken_if_cloudformation_takes_each_member(roles: str) -> None:
    assert boundary.policy({"AssumableRoleArns": roles}, HERE)


# ---- The key --------------------------------------------------------------------------------------


def test_every_statement_of_the_key_is_for_one_account_or_one_stack() -> None:
    for one in key_policy.statements(HERE):
        conditions = json.dumps(one["Condition"])
        assert ACCOUNT in conditions
        if one["Principal"] == {"AWS": "*"}:
            assert one["Condition"]["StringEquals"]["kms:CallerAccount"] == ACCOUNT


@pytest.mark.parametrize(
    ("region", "service"),
    [("eu-central-1", "dynamodb.eu-central-1.amazonaws.com"), ("cn-north-1", "amazonaws.com.cn")],
)
def test_the_key_is_for_services_of_the_region(region: str, service: str) -> None:
    assert service in json.dumps(key_policy.statements(Place(ACCOUNT, region, "s3vend")))


# ---- A deployer -----------------------------------------------------------------------------------

VPC: Final = {
    "VpcFunctions": "all",
    "VpcId": "vpc-01234567",
    "VpcSubnetIds": "subnet-01234567",
    "VpcRouteTableIds": "rtb-01234567",
}
FULL: Final = {
    **PROD,
    **VPC,
    "Environment": "dev",
    "GradualDeployment": "true",
    "ManageApiGatewayAccount": "true",
    "OwnWebAcl": "true",
    "CloudTrailLogGroup": "trail",
    "DomainName": "vend.example.com",
    "HostedZoneId": "Z0123456789EXAMPLE",
    "CallerAccounts": "111122223333",
    "AllowedOrigins": "https://app.example.com",
    "KmsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b2c3d-1111-2222-3333-444455556666",
}


def printed(parameters: dict[str, str]) -> set[str]:
    return {
        action
        for policy in deployer.policies(HERE, parameters)
        for one in policy["Statement"]
        for action in listed(one["Action"])
    }


@pytest.mark.parametrize(
    "parameters",
    [{}, PROD, FULL, VPC, VPC | {"VpcRouteTableIds": ""}],
    ids=["default", "prod", "full", "vpc with endpoints", "vpc without endpoints"],
)
def test_a_deployer_gets_the_actions_of_the_types_that_the_stack_makes_and_no_other(
    parameters: dict[str, str],
) -> None:
    made = stack(**parameters)
    kinds = {resource["Type"] for resource in made.resources.values()}
    expected = deployer.actions({*kinds, deployer.DEPLOYMENT})
    if "KmsKeyArn" in parameters:
        expected |= {"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"}
    else:
        expected -= {"logs:AssociateKmsKey", "logs:DisassociateKmsKey"}
    if "VpcFunctions" not in parameters:
        expected = {action for action in expected if not action.startswith("ec2:")}
    if "CallerAccounts" not in parameters:
        expected -= {"apigateway:UpdateRestApiPolicy"}
    assert printed(parameters) == expected


def test_the_table_of_calls_has_the_types_of_the_whole_template_and_no_other() -> None:
    kinds = {
        resource["Type"]
        for parameters in (FULL, FULL | {"Alarms": "true"})
        for resource in stack(**parameters).resources.values()
    }
    assert deployer.calls().keys() == kinds | {deployer.DEPLOYMENT}


# What CloudFormation's schemas name and this stack does not use: by type, or for all.
NOT_USED: Final[dict[str, str]] = {
    "AWS::ApiGateway::RestApi": r"iam:PassRole|s3:GetObject",  # a body in a bucket
    "AWS::CodeDeploy::DeploymentGroup": r"codedeploy:RegisterOnPremisesInstance",  # servers
    # Replicas, streams, imports, tags of items; the key's own policy allows its use.
    "AWS::DynamoDB::Table": (
        r"dynamodb:(\w*Replica|\w*Item|DeleteResourcePolicy|DescribeImport|\w*able\w*Destination"
        r"|ImportTable|PutResourcePolicy|Query|Scan|UpdateContributorInsights"
        r"|UpdateKinesisStreamingDestination)|iam:CreateServiceLinkedRole|(kinesis|kms|logs|s3):.*"
    ),
    "AWS::EC2::SecurityGroup": r"ec2:DescribeInstances",
    "AWS::EC2::VPCEndpoint": r"vpc-lattice:.*|vpce:AllowMultiRegion",
    "AWS::Events::Rule": r"iam:PassRole",  # no target has a role
    "AWS::IAM::ManagedPolicy": r"iam:(At|De)tach(Group|Role|User)Policy",  # roles name policies
    "AWS::IAM::Policy": r"iam:\w+(Group|User)Policy",
    "AWS::IAM::User": r"iam:(\w*LoginProfile|\w*AccessKeys?|\w+Group|(Put|Get|Delete)UserPolicy)",
    "AWS::KMS::Key": r"kms:(Dis|En)ableKey",
    "AWS::KinesisFirehose::DeliveryStream": r"iam:GetRole|kms:.*",  # AWS's own key
    "AWS::Lambda::Alias": r"lambda:\w+ProvisionedConcurrencyConfig",
    "AWS::Lambda::Function": (
        r"elasticfilesystem:.*|s3files:.*|kms:.*|s3:GetObjectVersion|iam:PassRole"
        r"|lambda:(\w*CodeSigningConfig|PassCapacityProvider"
        r"|Put(FunctionRecursion|FunctionScaling|RuntimeManagement)Config)"
    ),
    "AWS::Lambda::LayerVersion": r"lambda:DeleteLayerVersion|s3:GetObjectVersion",  # it is kept
    "AWS::Lambda::Version": (
        r"lambda:Put(FunctionScaling|ProvisionedConcurrency|RuntimeManagement)Config"
    ),
    "AWS::Logs::LogGroup": (
        r"firehose:TagDeliveryStream|s3:.*|logs:(CreateLogDelivery|DeleteDataProtectionPolicy"
        r"|DeleteIndexPolicy|DeleteResourcePolicy|Put(BearerTokenAuthentication|\w+Policy"
        r"|LogGroupDeletionProtection))"
    ),
    "AWS::S3::Bucket": (
        r"iam:PassRole|s3tables:.*|s3:(CreateBucketMetadata\w+|DeleteBucket\w+|DeleteObject"
        r"|PutAccelerate\w+|PutAnalytics\w+|PutBucket(Abac|Acl|CORS|Logging|Notification"
        r"|Replication|Website)|Put(IntelligentTiering|Inventory|Metrics|Replication)\w+"
        r"|PutObjectAcl|PutObjectLockConfiguration|UpdateBucketMetadata\w+)"
    ),
    "AWS::SNS::Topic": r"iam:(GetRole|PassRole)|sns:(PutDataProtectionPolicy|(Uns|S)ubscribe)",
    "AWS::WAFv2::WebACLAssociation": (
        r"(amplify|apprunner|appsync|bedrock-agentcore|cognito-idp|ec2|elasticloadbalancing):.*"
        r"|wafv2:(Get|Put)PermissionPolicy"
    ),
}
# What the schemas do not name, and why it is needed.
BESIDE: Final[dict[str, set[str]]] = {
    "AWS::ApiGateway::DomainName": {"acm:DescribeCertificate"},  # checked with the caller's rights
    "AWS::CodeDeploy::Application": {"codedeploy:UpdateApplication"},
    "AWS::IAM::Role": {"iam:PassRole"},  # to the services that use the roles
    "AWS::Lambda::Function": {"lambda:GetFunctionConfiguration", "lambda:ListTags"},
    "AWS::S3::Bucket": {"s3:GetBucket*"},
    "AWS::SNS::TopicPolicy": {"sns:GetTopicAttributes"},
    "AWS::SSM::Parameter": {"ssm:DescribeParameters"},
}


@pytest.mark.parametrize("kind", sorted(deployer.calls().keys() - {deployer.DEPLOYMENT}))
def test_the_calls_of_a_type_are_those_of_cloudformations_schema(kind: str) -> None:
    listed_, named = deployer.actions({kind}), permissions(kind)
    assert "handlers" in schema(kind) or kind in BESIDE or kind == "AWS::Route53::RecordSet"
    missing = {
        action
        for action in named - listed_
        if not re.fullmatch(NOT_USED.get(kind, ""), action)
        and not any(
            one.endswith("*") and action.casefold().startswith(one[:-1].casefold())
            for one in listed_
        )
    }
    assert not missing, "needed, or NOT_USED with a reason"
    if kind != "AWS::Route53::RecordSet":  # CloudFormation does not publish its calls
        assert listed_ - named <= BESIDE.get(kind, set())


def test_the_page_names_the_calls_of_each_type() -> None:
    page = (ROOT / "docs/permissions.md").read_text(encoding="utf-8")
    for kind, row in re.findall(r"^\| `(AWS::[\w:]+)` \| (.*) \|$", page, re.MULTILINE):
        services = re.findall(r"`(?:([a-z0-9-]+):)?([A-Z][A-Za-z*]+)`", row)
        named, service = set(), ""
        for given, action in services:
            service = given or service
            named.add(f"{service}:{action}")
        assert deployer.actions({kind}) <= named, kind


def test_the_policies_of_the_page_are_those_that_are_printed() -> None:
    committed = (ROOT / "docs/deployer-policy.json").read_text(encoding="utf-8")
    assert json.loads(committed) == deployer.policies(HERE, PROD)


def test_a_deployer_passes_roles_of_the_stack_to_its_services_and_never_the_lent_one() -> None:
    policies = deployer.policies(HERE, FULL)
    [one] = [
        each
        for policy in policies
        for each in policy["Statement"]
        if "iam:PassRole" in each["Action"]
    ]
    assert one["Resource"] == [f"arn:aws:iam::{ACCOUNT}:role/s3vend-*"]
    assert "iam:PassedToService" in one["Condition"]["StringEquals"]


def statement_with(action: str, **more: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = [
        one
        for policy in deployer.policies(HERE, {**FULL, "AuditTrail": "false", **more})
        for one in policy["Statement"]
        if action in one["Action"]
    ]
    assert len(found) == 1
    return found[0]


def test_a_deployer_changes_the_zone_of_the_stack_and_no_other() -> None:
    certificate = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/0a1b2c3d"
    zones = statement_with("route53:ChangeResourceRecordSets")["Resource"]
    assert zones == [
        "arn:aws:route53:::change/*",
        "arn:aws:route53:::hostedzone/Z0123456789EXAMPLE",
    ]
    found = statement_with("acm:DescribeCertificate", CertificateArn=certificate)
    assert found["Resource"] == [certificate]


def test_a_deployer_uses_the_company_s_key_through_services_of_the_stack_alone() -> None:
    for action in ("kms:CreateGrant", "kms:Decrypt", "kms:Encrypt"):
        found = statement_with(action)
        assert found["Resource"] == [FULL["KmsKeyArn"]]
        services = [f"{one}.{REGION}.amazonaws.com" for one in ("dynamodb", "lambda")]
        assert found["Condition"] == {"StringEquals": {"kms:ViaService": services}}
    assert "Condition" not in statement_with("kms:DescribeKey")


def test_no_policy_of_a_deployer_is_too_long_or_has_all_actions_of_a_service() -> None:
    for policy in deployer.policies(HERE, FULL):
        assert len(json.dumps(policy, separators=(",", ":"))) <= boundary.LONGEST
        for one in policy["Statement"]:
            assert not [action for action in one["Action"] if action.endswith(":*")]


# ---- The command ----------------------------------------------------------------------------------


def test_the_command_prints_what_samconfig_and_the_parameters_say(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["boundary", "--region", REGION, "--", "AllowedBuckets=hogehoge-bucket"]
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out) == boundary.policy(PROD, HERE)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["boundary", "--region", "mars-1"], "AWS has no region 'mars-1'; give one such as"),
        (["boundary", "--region", "eu-centrl-1"], "did you mean 'eu-central-1'?"),
        (
            ["boundary", "--region", REGION, "--configuration", "production"],
            "no configuration 'production' with a stack; use default, dev, prod",
        ),
        (["boundary", "--region", REGION, "--", "Alarms"], "write Name=Value"),
        (["boundary", "--region", REGION, "--", "Alarms=true", "Alarms=false"], "given twice"),
        (["deployer-policy", "--region", REGION], "name the account that the stack will be in"),
        (["key-policy", "--region", REGION], "name the account that the stack will be in"),
        (["key-policy", "--region", REGION, "--account", "12"], "12 digits, not '12'"),
        (
            ["deployer-policy", "--region", REGION, "--account", ACCOUNT, "--", "X=1"],
            "the stack has no parameter X",
        ),
    ],
)
def test_the_command_says_what_is_wrong(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    assert message in capsys.readouterr().err
