"""The audit trail in a bucket: what is carried there, by whom, and how it is kept."""

from typing import Any, Final

import pytest

from tests.evaluator import allows
from tests.support.stack.policies import ACCOUNT, DEV, PROD, REGION, Stack, broken_rules, stack

KEPT: Final = stack(AuditTrail="true")
LOCKED: Final = stack(
    AuditTrail="true",
    AuditTrailLockDays="365",
    AuditTrailLockMode="COMPLIANCE",
    AuditTrailRetentionDays="400",
)
BUCKET: Final = "AuditTrailBucket.Arn"
OURS: Final = {
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::KMS::Key",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::Logs::LogStream",
    "AWS::Logs::SubscriptionFilter",
}


def kinds(made: Stack) -> set[str]:
    return {resource["Type"] for resource in made.resources.values()}


def delivery(made: Stack) -> dict[str, Any]:
    destination: dict[str, Any] = made.properties("AuditTrailStream")[
        "ExtendedS3DestinationConfiguration"
    ]
    return destination


def statements(role: str) -> list[dict[str, Any]]:
    (policy,) = KEPT.properties(role)["Policies"]
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def test_without_a_word_nothing_of_it_is_made() -> None:
    assert not kinds(DEV) & OURS
    assert not [name for name in DEV.resources if name.startswith("AuditTrail")]


def test_production_keeps_its_trail() -> None:
    assert kinds(PROD) >= OURS


def test_of_each_function_that_writes_records_the_records_are_carried_and_nothing_else() -> None:
    filters = KEPT.of_type("AWS::Logs::SubscriptionFilter").values()
    groups = KEPT.properties("AuditFunction")["Environment"]["Variables"]["LOG_GROUPS"]
    assert sorted(one["LogGroupName"] for one in filters) == sorted(groups.split(","))
    for one in filters:
        assert one["FilterPattern"] == '{ $.record = "audit" }'
        assert one["DestinationArn"] == "AuditTrailStream.Arn"
        assert one["RoleArn"] == "AuditTrailSubscriptionRole.Arn"


def test_records_come_as_lines_by_the_day_of_their_arrival() -> None:
    told = delivery(KEPT)
    assert told["Prefix"] == "records/day=!{timestamp:yyyy-MM-dd}/"
    assert told["ErrorOutputPrefix"].startswith("errors/!{firehose:error-output-type}/")
    assert (told["CompressionFormat"], told["FileExtension"]) == ("GZIP", ".json.gz")
    assert "CustomTimeZone" not in told  # UTC
    assert told["ProcessingConfiguration"]["Enabled"] is True
    assert [one["Type"] for one in told["ProcessingConfiguration"]["Processors"]] == [
        "Decompression",
        "CloudWatchLogProcessing",
        "AppendDelimiterToRecord",
    ]
    (delimiter,) = told["ProcessingConfiguration"]["Processors"][2]["Parameters"]
    assert delimiter == {"ParameterName": "Delimiter", "ParameterValue": r"\n"}
    logged = told["CloudWatchLoggingOptions"]
    assert logged["LogGroupName"] == "AuditTrailStreamLogGroup"
    assert logged["LogStreamName"] in KEPT.of_type("AWS::Logs::LogStream")


def test_the_bucket_is_its_own_closed_encrypted_and_outlives_the_stack() -> None:
    bucket = KEPT.properties("AuditTrailBucket")
    assert "BucketName" not in bucket
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": "AuditTrailKey.Arn",
    }
    assert KEPT.properties("AuditTrailKey")["EnableKeyRotation"] is True
    for name in ("AuditTrailBucket", "AuditTrailBucketPolicy", "AuditTrailKey"):
        assert KEPT.resources[name]["DeletionPolicy"] == "RetainExceptOnCreate"
        assert KEPT.resources[name]["UpdateReplacePolicy"] == "Retain"


def test_nobody_gets_in_without_tls_and_nothing_that_is_lent_gets_in_at_all() -> None:
    """Else an administrator's grant could open the records of what it opened."""
    partner = "arn:aws:iam::210987654321:role/Partner"
    lent = f"arn:aws:iam::{ACCOUNT}:role/AllowedAssumeS3Role"
    for made, roles in (
        (KEPT, lent),
        (stack(AuditTrail="true", AssumableRoleArns=partner), [lent, partner]),
    ):
        document = made.properties("AuditTrailBucketPolicy")["PolicyDocument"]
        assert document["Statement"] == [
            {
                "Sid": sid,
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [BUCKET, f"{BUCKET}/*"],
                "Condition": condition,
            }
            for sid, condition in (
                ("OverTlsAlone", {"Bool": {"aws:SecureTransport": "false"}}),
                ("NothingThatIsLent", {"ArnEquals": {"aws:PrincipalArn": roles}}),
            )
        ]


def test_records_are_locked_and_end_where_the_parameters_say() -> None:
    for made, lock, days in (
        (KEPT, None, None),
        (LOCKED, {"Mode": "COMPLIANCE", "Days": "365"}, "400"),
    ):
        bucket = made.properties("AuditTrailBucket")
        assert bucket["ObjectLockEnabled"] is True
        configured = bucket["ObjectLockConfiguration"]
        assert configured["ObjectLockEnabled"] == "Enabled"
        assert configured.get("Rule", {}).get("DefaultRetention") == lock
        ends = [one.get("ExpirationInDays") for one in bucket["LifecycleConfiguration"]["Rules"]]
        assert ends == ([None, days] if days else [None])


@pytest.mark.parametrize(
    ("parameters", "broken"),
    [
        ({"AuditTrailLockDays": "1"}, {"AuditTrailIsLockedWhereItIs"}),
        ({"AuditTrailLockDays": "1", "AuditTrail": "true"}, set()),
        ({"AuditTrailRetentionDays": "1"}, set()),
    ],
)
def test_a_lock_without_a_bucket_is_refused(parameters: dict[str, str], broken: set[str]) -> None:
    assert broken_rules(**parameters) == broken


@pytest.mark.parametrize(
    ("role", "service", "source"),
    [
        ("AuditTrailStreamRole", "firehose", f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/*"),
        ("AuditTrailSubscriptionRole", "logs", f"arn:aws:logs:{REGION}:{ACCOUNT}:*"),
    ],
)  # fmt: skip
def test_its_roles_are_for_a_service_that_acts_for_this_account(
    role: str, service: str, source: str
) -> None:
    assert KEPT.properties(role)["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": source},
            },
        }
    ]


def test_logs_may_send_to_the_stream_and_nothing_else() -> None:
    assert statements("AuditTrailSubscriptionRole") == [
        {
            "Effect": "Allow",
            "Action": ["firehose:PutRecord", "firehose:PutRecordBatch"],
            "Resource": "AuditTrailStream.Arn",
        }
    ]


def test_the_stream_may_write_into_its_bucket_with_its_key_and_delete_nothing() -> None:
    found = statements("AuditTrailStreamRole")
    actions = {one for statement in found for one in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])}  # fmt: skip
    assert not [one for one in actions if "Delete" in one or "*" in one or "Acl" in one]
    assert {statement["Resource"] for statement in found} == {
        BUCKET,
        f"{BUCKET}/*",
        "AuditTrailKey.Arn",
        "AuditTrailStreamLogGroup.Arn",
    }
    document = {"Version": "2012-10-17", "Statement": found}
    through = {
        "kms:ViaService": f"s3.{REGION}.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": BUCKET,
    }
    assert allows(document, "kms:GenerateDataKey", "AuditTrailKey.Arn", through)
    for other in ({}, through | {"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::other"}):
        assert not allows(document, "kms:GenerateDataKey", "AuditTrailKey.Arn", other)
