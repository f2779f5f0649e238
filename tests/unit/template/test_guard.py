"""What the rules of AWS's Guard registry say of a stack with everything that a company may demand.

https://github.com/aws-cloudformation/aws-guard-rules-registry: a rule here has its name there. We
write them as predicates, because cfn-guard is a program of its own and its rules do not know SAM.
"""

from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.evaluator import listed
from tests.support.stack.policies import ACCOUNT, REGION, Stack, configuration, stack

KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b2c3d-1111-2222-3333-444455556666"
HARDENED: Final = stack(
    **configuration("prod"),
    KmsKeyArn=KEY,
    OwnWebAcl="true",
    PermissionsBoundaryArn=f"arn:aws:iam::{ACCOUNT}:policy/Company",
    ReservedConcurrency="5",
    VpcFunctions="all",
    VpcId="vpc-01234567",
    VpcSubnetIds="subnet-01234567",
    VpcRouteTableIds="rtb-01234567",
    AuditTrailLockDays="30",
)
Properties = dict[str, Any]
Rule = Callable[[Properties, Stack], object]


def statements(properties: Properties) -> list[dict[str, Any]]:
    documents = [properties.get("PolicyDocument"), *(
        one["PolicyDocument"] for one in properties.get("Policies", [])
    )]  # fmt: skip
    return [one for document in documents if document for one in document["Statement"]]


def allows_every(properties: Properties, pattern: Callable[[str], bool]) -> bool:
    return any(
        one["Effect"] == "Allow" and any(map(pattern, listed(one["Action"])))
        for one in statements(properties)
    )


def over_tls_alone(properties: Properties, made: Stack) -> bool:
    return any(
        one["Effect"] == "Deny"
        and one.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        for one in statements(properties)
    )


RULES: Final[list[tuple[str, str, Rule]]] = [
    # rule, type, what it demands
    ("API_GW_ASSOCIATED_WITH_WAF", "AWS::ApiGateway::Stage", lambda one, made: made.of_type("AWS::WAFv2::WebACLAssociation")),
    ("API_GW_CACHE_ENABLED_AND_ENCRYPTED", "AWS::ApiGateway::Stage", lambda one, made: one.get("CacheClusterEnabled")),
    ("API_GW_EXECUTION_LOGGING_ENABLED", "AWS::ApiGateway::Stage", lambda one, made: one.get("AccessLogSetting")),
    ("API_GW_SSL_ENABLED", "AWS::ApiGateway::Stage", lambda one, made: one.get("ClientCertificateId")),
    ("API_GW_XRAY_ENABLED", "AWS::ApiGateway::Stage", lambda one, made: one.get("TracingEnabled")),
    ("CLOUDWATCH_ALARM_ACTION_CHECK", "AWS::CloudWatch::Alarm", lambda one, made: one.get("AlarmActions")),
    ("CLOUDWATCH_LOG_GROUP_ENCRYPTED", "AWS::Logs::LogGroup", lambda one, made: one.get("KmsKeyId")),
    ("CMK_BACKING_KEY_ROTATION_ENABLED", "AWS::KMS::Key", lambda one, made: one.get("EnableKeyRotation")),
    ("CW_LOGGROUP_RETENTION_PERIOD_CHECK", "AWS::Logs::LogGroup", lambda one, made: int(one["RetentionInDays"]) >= 365),
    ("DYNAMODB_PITR_ENABLED", "AWS::DynamoDB::Table", lambda one, made: one["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]),
    ("DYNAMODB_TABLE_ENCRYPTED_KMS", "AWS::DynamoDB::Table", lambda one, made: one["SSESpecification"].get("KMSMasterKeyId")),
    ("IAM_NO_INLINE_POLICY_CHECK", "AWS::IAM::Role", lambda one, made: not one.get("Policies")),
    ("IAM_POLICYDOCUMENT_NO_WILDCARD_RESOURCE", "AWS::IAM::ManagedPolicy", lambda one, made: not any("*" in listed(each["Resource"]) for each in statements(one) if each["Effect"] == "Allow")),
    ("IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS", "AWS::IAM::ManagedPolicy", lambda one, made: not allows_every(one, lambda action: action == "*")),
    ("IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS", "AWS::IAM::Role", lambda one, made: not allows_every(one, lambda action: action == "*")),
    ("IAM_POLICY_NO_STATEMENTS_WITH_FULL_ACCESS", "AWS::IAM::ManagedPolicy", lambda one, made: not allows_every(one, lambda action: action.endswith(":*"))),
    ("IAM_POLICY_NO_STATEMENTS_WITH_FULL_ACCESS", "AWS::IAM::Role", lambda one, made: not allows_every(one, lambda action: action.endswith(":*"))),
    ("LAMBDA_CONCURRENCY_CHECK", "AWS::Lambda::Function", lambda one, made: one.get("ReservedConcurrentExecutions")),
    ("LAMBDA_DLQ_CHECK", "AWS::Lambda::Function", lambda one, made: one.get("DeadLetterConfig")),
    ("LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED", "AWS::Lambda::Permission", lambda one, made: one["Principal"] != "*" and one.get("SourceArn")),
    ("LAMBDA_INSIDE_VPC", "AWS::Lambda::Function", lambda one, made: one.get("VpcConfig")),
    ("RESTRICTED_INCOMING_TRAFFIC", "AWS::EC2::SecurityGroup", lambda one, made: not any("CidrIp" in each for each in one["SecurityGroupIngress"])),
    ("S3_BUCKET_DEFAULT_LOCK_ENABLED", "AWS::S3::Bucket", lambda one, made: one["ObjectLockConfiguration"].get("Rule")),
    ("S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED", "AWS::S3::Bucket", lambda one, made: all(one["PublicAccessBlockConfiguration"].values()) and len(one["PublicAccessBlockConfiguration"]) == 4),
    ("S3_BUCKET_LOGGING_ENABLED", "AWS::S3::Bucket", lambda one, made: one.get("LoggingConfiguration")),
    ("S3_BUCKET_NO_PUBLIC_RW_ACL", "AWS::S3::Bucket", lambda one, made: "AccessControl" not in one),
    ("S3_BUCKET_REPLICATION_ENABLED", "AWS::S3::Bucket", lambda one, made: one.get("ReplicationConfiguration")),
    ("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", "AWS::S3::Bucket", lambda one, made: one.get("BucketEncryption")),
    ("S3_BUCKET_SSL_REQUESTS_ONLY", "AWS::S3::BucketPolicy", over_tls_alone),
    ("S3_BUCKET_VERSIONING_ENABLED", "AWS::S3::Bucket", lambda one, made: one["VersioningConfiguration"]["Status"] == "Enabled"),
    ("SNS_ENCRYPTED_KMS", "AWS::SNS::Topic", lambda one, made: one.get("KmsMasterKeyId")),
]  # fmt: skip
EVERY: Final = "every one"
# Where a rule is not kept: which resources, and why.
REASONS: Final[dict[tuple[str, str], tuple[set[str] | str, str]]] = {
    ("API_GW_CACHE_ENABLED_AND_ENCRYPTED", "AWS::ApiGateway::Stage"): (
        EVERY,
        "an answer is for one caller, and Cache-Control says no-store",
    ),
    ("API_GW_SSL_ENABLED", "AWS::ApiGateway::Stage"): (
        EVERY,
        "a client certificate is for backends that are reached by HTTP; functions are not",
    ),
    ("IAM_NO_INLINE_POLICY_CHECK", "AWS::IAM::Role"): (
        EVERY,
        "a policy that nobody else may have goes with its role",
    ),
    ("IAM_POLICYDOCUMENT_NO_WILDCARD_RESOURCE", "AWS::IAM::ManagedPolicy"): (
        {"TracingPolicy", "VpcPolicy"},
        "X-Ray has no resources to name, and interfaces have no names before they exist",
    ),
    ("IAM_POLICY_NO_STATEMENTS_WITH_FULL_ACCESS", "AWS::IAM::ManagedPolicy"): (
        {"AllowedAssumeS3RoleBoundary"},
        "a boundary gives nothing; it limits the role to S3 on AllowedBuckets",
    ),
    ("LAMBDA_CONCURRENCY_CHECK", "AWS::Lambda::Function"): (
        {
            *("AuthorizerFunction", "CredentialsFunction", "PresignedUrlsFunction", "StsFunction"),
            *("AccessFunction", "AdministrationFunction", "AuditFunction"),
        },
        "what is reserved is also the most that can run; only the kill switch needs its own",
    ),
    ("LAMBDA_DLQ_CHECK", "AWS::Lambda::Function"): (
        EVERY,
        "API Gateway waits for the answer; the reconciler runs again five minutes later",
    ),
    ("S3_BUCKET_LOGGING_ENABLED", "AWS::S3::Bucket"): (
        EVERY,
        "logs of the trail would need a bucket of their own; use CloudTrail's data events",
    ),
    ("S3_BUCKET_REPLICATION_ENABLED", "AWS::S3::Bucket"): (
        EVERY,
        "another region needs another stack or account, which is yours to choose",
    ),
}


@pytest.mark.parametrize(
    ("rule", "kind", "demands"), RULES, ids=[f"{rule} {kind}" for rule, kind, _ in RULES]
)
def test_a_rule_is_kept_or_broken_for_a_reason(rule: str, kind: str, demands: Rule) -> None:
    resources = HARDENED.of_type(kind)
    assert resources, "a rule about nothing"
    broken = {name for name, one in resources.items() if not demands(one, HARDENED)}
    expected, _ = REASONS.get((rule, kind), (set(), ""))
    if rule == "IAM_NO_INLINE_POLICY_CHECK":  # roles that have only AWS's policies keep it
        broken |= {name for name, one in resources.items() if not one.get("Policies")}
    assert broken == (resources.keys() if expected == EVERY else expected)


def test_every_reason_is_of_a_rule() -> None:
    assert REASONS.keys() <= {(rule, kind) for rule, kind, _ in RULES}
