"""Buckets that s3vend stands on; whoever writes there replaces its code or its records."""

from tests.attacks.attack import Attack, Event, change, event, lend, start, url, urls
from tests.attacks.sources import rule
from tests.attacks.world import DEPLOYS, PARTNER, PARTNERS_ROLE, PARTNERS_TRAIL, SAM
from tests.support.make import ACCOUNT, USER_ARN

NEVER = "403 AccessDenied"
BOTH = "400 InvalidRequest /grants/0/scope /locations/0/scope"
LOCATION = "400 InvalidRequest /locations/0/scope"


def both(bucket: str, scope: str = "x/*", **location: str) -> Event:
    """A document with a location, and a grant in it to the administrator."""
    there = {"scope": f"s3://{bucket}/*", "region": "ap-northeast-1"} | location
    grant = {"id": "x", "grantee": {"iam": USER_ARN}, "permission": "READWRITE"}
    return change(locations=[there], grants=[grant | {"scope": f"s3://{bucket}/{scope}"}])


def alone(bucket: str, **location: str) -> Event:
    return change(locations=[{"scope": f"s3://{bucket}/*", "region": "us-east-1"} | location])


ATTACKS = [
    # A document that would grant one:
    Attack("SAM's bucket, which has the functions' code", both(SAM), BOTH, rule(17), looked_up=True),
    Attack("one key of SAM's bucket", both(SAM, "s3vend/0a1b2c3d.template"), BOTH, rule(17), looked_up=True),
    Attack("SAM's bucket by a variable", both(SAM, "${caller.name}/*"), BOTH, rule(17), looked_up=True),
    Attack("a bucket of SAM's pipelines", both("aws-sam-cli-managed-prod-pipeline-artifactsbucket-1a2b3c"), BOTH, rule(17), looked_up=True),
    Attack("CDK's bucket of assets, of any qualifier", both(f"cdk-ours-assets-{ACCOUNT}-us-east-1"), BOTH, rule(17), looked_up=True),
    Attack("CDK's bucket in the account of a partner, by the partner's role", both(f"cdk-hnb659fds-assets-{PARTNER}-us-east-1", role=PARTNERS_ROLE, account=PARTNER), BOTH, rule(17), looked_up=True),
    Attack("CloudFormation's bucket of templates", both("cf-templates-1a2b3c4d5e6f-us-east-1"), BOTH, rule(17), looked_up=True),
    Attack("a bucket of CodePipeline", both("codepipeline-us-east-1-123456789012"), BOTH, rule(17), looked_up=True),
    Attack("a bucket of the Serverless Framework, its name cut by CloudFormation", both("orders-dev-serverlessdeploymentbuck-1a2b3c4d5e6f"), BOTH, rule(17), looked_up=True),
    Attack("the bucket of the audit trail", both("s3vend-audittrailbucket-1a2b3c4d5e6f"), BOTH, rule(17), looked_up=True),
    Attack("the trail of another stack of s3vend", both("s3vend-eu-audittrailbucket-9z8y7x6w5v4u"), BOTH, rule(17), looked_up=True),
    Attack("CloudTrail's bucket", both(f"aws-cloudtrail-logs-{ACCOUNT}-0a1b2c3d"), BOTH, rule(17), looked_up=True),
    Attack("what NeverLentBuckets adds", both("deploys-staging"), BOTH, rule(17), looked_up=True),
    Attack("what NeverLentBuckets adds, by a partner's role", both("deploys-staging", role=PARTNERS_ROLE), BOTH, rule(17), looked_up=True),
    Attack("a location alone, for a grant of later", alone(SAM), LOCATION, rule(17), looked_up=True),
    Attack("a location alone, by a partner's role", alone(SAM, role=PARTNERS_ROLE), LOCATION, rule(17), looked_up=True),
    Attack("a grant in a stored location, without the location", change(grants=[{"id": "x", "grantee": {"iam": USER_ARN}, "scope": f"s3://{SAM}/new/*", "permission": "WRITE"}]), "400 InvalidRequest /grants/0/scope", rule(17), looked_up=True),
    # An access point's alias is no bucket's name:
    Attack("an alias of an access point of SAM's bucket", alone("harmless-1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6duse1-s3alias"), LOCATION, rule(4)),
    # An entry from before the rule, or written past /admin:
    Attack("credentials for SAM's bucket, by a stored grant", lend(f"s3://{SAM}/x/a", "WRITE"), NEVER, rule(17)),
    Attack("a whole prefix of SAM's bucket, by a stored grant", lend(f"s3://{SAM}/x/*", privilege="Default"), NEVER, rule(17)),
    Attack("a URL that replaces code", url("PUT", f"s3://{SAM}/x/code.zip"), NEVER, rule(17)),
    Attack("URLs that read code", urls(f"GET s3://{SAM}/x/a", f"HEAD s3://{SAM}/x/b"), NEVER, rule(17)),
    Attack("a form that uploads code", url("POST", f"s3://{SAM}/x/*"), NEVER, rule(17)),
    Attack("a multipart upload of code", start(f"s3://{SAM}/x/layer.zip"), NEVER, rule(17)),
    Attack("what an explanation says of SAM's bucket", event("explanations", {"target": f"s3://{SAM}/x/a", "permission": "READ"}), "200 AccessDenied", rule(17)),
    Attack("a partner's trail, by the partner's role, which has no boundary of ours", lend(f"s3://{PARTNERS_TRAIL}/x/a"), NEVER, rule(17)),
    Attack("what NeverLentBuckets adds, by a stored location of a partner", lend(f"s3://{DEPLOYS}/x/a", "WRITE"), NEVER, rule(17)),
    Attack("a URL there", url("PUT", f"s3://{DEPLOYS}/x/a"), NEVER, rule(17)),
]  # fmt: skip
