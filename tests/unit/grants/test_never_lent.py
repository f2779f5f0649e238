"""Which buckets are never lent, and the words for it."""

import pytest

from vending.grants.never_lent import NEVER_LENT, why_never_lent

# A name that each tool gives, as its documentation or its source has it.
NAMES = {
    "aws-sam-cli-managed-default-samclisourcebucket-1a2b3c4d5e6f7": "aws-sam-cli-managed-*",
    "aws-sam-cli-managed-prod-pipeline-artifactsbucket-1a2b3c4d5e6f": "aws-sam-cli-managed-*",
    "awsserverlessrepo-changesets-1a2b3c4d5e6f": "awsserverlessrepo-changesets-*",
    "cf-templates-1a2b3c4d5e6f-ap-northeast-1": "cf-templates-*",
    "cdk-hnb659fds-assets-123456789012-ap-northeast-1": "cdk-*-assets-*",
    "cdk-ours-assets-123456789012-us-gov-west-1": "cdk-*-assets-*",
    "cdktoolkit-stagingbucket-1a2b3c4d5e6f": "cdktoolkit-stagingbucket-*",
    "codepipeline-ap-northeast-1-123456789012": "codepipeline-*",
    "orders-dev-serverlessdeploymentbucket-1a2b3c4d5e6f": "*-serverlessdeploymentbuck*",
    "a-long-service-produc-serverlessdeploymentbuck-1a2b3c4d5e6f": "*-serverlessdeploymentbuck*",
    "serverless-framework-deployments-us-east-1-1a2b3c4d": "serverless-framework-deployments-*",
    "elasticbeanstalk-ap-northeast-1-123456789012": "elasticbeanstalk-*",
    "amplify-shop-dev-123456-deployment": "amplify-*-deployment",
    "s3vend-audittrailbucket-1a2b3c4d5e6f": "*-audittrailbucket-*",
    "aws-cloudtrail-logs-123456789012-1a2b3c4d": "aws-cloudtrail-logs-*",
    "aws-controltower-logs-123456789012-ap-northeast-1": "aws-controltower-*",
}


@pytest.mark.invariant(17)
@pytest.mark.parametrize(("bucket", "pattern"), NAMES.items())
def test_a_bucket_that_deploys_or_records_is_never_lent(bucket: str, pattern: str) -> None:
    assert why_never_lent(bucket, ()) == f"{NEVER_LENT[pattern]} ({pattern})"


def test_every_pattern_has_a_name_here() -> None:
    assert set(NAMES.values()) == NEVER_LENT.keys()


@pytest.mark.parametrize(
    "bucket",
    [
        *("hogehoge-bucket", "sam-artifacts", "reports-prod", "my-aws-sam-cli-managed-default-copy"),
        *("cdk-reports", "cdk-assets", "our-cf-templates-x", "amplify-deployment", "audittrailbucket"),
        *("amplify-shop-dev-deployment-logs", "serverlessdeploymentbucket", "elasticbeanstalk"),
    ],
)  # fmt: skip
def test_a_name_that_only_resembles_one_is_lent(bucket: str) -> None:
    assert why_never_lent(bucket, ()) is None


def test_the_stack_adds_names_and_patterns_to_the_list() -> None:
    more = {"deploys", "tf-state-*", "log?"}
    assert why_never_lent("deploys", more) == "the stack's NeverLentBuckets has deploys"
    assert why_never_lent("tf-state-prod", more) == "the stack's NeverLentBuckets has tf-state-*"
    assert why_never_lent("log1", more) is not None
    for other in ("deploys2", "my-deploys", "tf-state", "log", "log10"):
        assert why_never_lent(other, more) is None


def test_no_pattern_is_special_to_another_language() -> None:
    for pattern in NEVER_LENT:
        assert set(pattern) <= set("abcdefghijklmnopqrstuvwxyz0123456789-*")
