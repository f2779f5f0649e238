"""Buckets that are never lent: what this service runs from, and what records its use.

Whoever writes code or templates there runs with the roles of what is deployed from there, and
whoever reaches a trail can rewrite what it tells. The boundary of the lent role denies the same
patterns: ``template/lent_role/boundary.yaml``, which a test compares with them.
"""

from collections.abc import Collection
from fnmatch import fnmatchcase
from functools import lru_cache

# The names that each tool gives to its buckets; `*` is any run of characters.
NEVER_LENT = {
    "aws-sam-cli-managed-*": "SAM deploys code from it, this service's own included",
    "awsserverlessrepo-changesets-*": "the Serverless Application Repository deploys from it",
    "cf-templates-*": "CloudFormation deploys templates from it",
    "cdk-*-assets-*": "CDK deploys code and templates from it",
    "cdktoolkit-stagingbucket-*": "CDK deploys code and templates from it",
    "codepipeline-*": "CodePipeline deploys what is in it",
    "*-serverlessdeploymentbuck*": "the Serverless Framework deploys code from it",
    "serverless-framework-deployments-*": "the Serverless Framework deploys code from it",
    "elasticbeanstalk-*": "Elastic Beanstalk deploys code from it",
    "amplify-*-deployment": "Amplify deploys templates from it",
    "*-audittrailbucket-*": "it is the audit trail of a stack of s3vend",
    "aws-cloudtrail-logs-*": "it is CloudTrail's record of what sessions did",
    "aws-controltower-*": "it is the log archive of a landing zone",
}


def why_never_lent(bucket: str, more: Collection[str]) -> str | None:
    """Why this bucket is never lent, as a clause; None if it may be lent.

    ``more`` are the patterns that the stack adds.
    """
    if reason := _everywhere(bucket):
        return reason
    for pattern in sorted(more):
        if fnmatchcase(bucket, pattern):
            return f"the stack's NeverLentBuckets has {pattern}"
    return None


@lru_cache(maxsize=1000)  # every decision needs it
def _everywhere(bucket: str) -> str | None:
    matches = ((one, why) for one, why in NEVER_LENT.items() if fnmatchcase(bucket, one))
    return next((f"{why} ({one})" for one, why in matches), None)
