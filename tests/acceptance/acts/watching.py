"""What only CloudWatch, Firehose and the firewall themselves can show, after the update."""

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.config import Config

from local.stack.deploy import STAGE
from tests.acceptance.acts import memo
from tests.acceptance.rows import Measured, shows
from tests.acceptance.scene import Scene, own_form, use
from tests.acceptance.waiting import within

METRICS_SECONDS, RECORD_SECONDS = 300.0, 900.0
TRACES = 5  # in one request
SECRET = re.compile(r"\bA[KS]IA[A-Z0-9]{12,}|\beyJ[\w-]+\.|X-Amz-Signature=|SecretAccessKey")


def resources(scene: Scene, kind: str) -> list[str]:
    """Return the physical ids of the stack's resources of a type."""
    pages = (
        scene.ground.client("cloudformation")
        .get_paginator("list_stack_resources")
        .paginate(StackName=scene.ground.name)
    )
    return [
        one["PhysicalResourceId"]
        for page in pages
        for one in page["StackResourceSummaries"]
        if one["ResourceType"] == kind
    ]


@shows("alarms")
def alarms(scene: Scene) -> Measured:
    """Look at the alarms: those over several metrics too."""
    names = resources(scene, "AWS::CloudWatch::Alarm")
    found = scene.ground.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    several = [one for one in found if one.get("Metrics")]
    whole = names and len(found) == len(names) and several
    states = sorted({one["StateValue"] for one in found})
    text = f"{len(found)} alarms, {len(several)} over several metrics: {', '.join(states)}"
    return Measured("all are there" if whole else "some are missing", text)


@shows("metrics")
def metrics(scene: Scene) -> Measured:
    """Wait for a metric that CloudWatch makes from the records."""
    memo.ask(scene, "reports/*", scene.user)
    client = scene.ground.client("cloudwatch")

    def seen() -> list[Any]:
        namespace = f"s3vend/{scene.ground.name}"
        found = client.list_metrics(Namespace=namespace, MetricName="durationMs")
        metrics_: list[Any] = found["Metrics"]
        return metrics_

    took = within(METRICS_SECONDS, lambda: bool(seen()))
    if took is None:
        return Measured("none", "")
    dimensions = {tuple(d["Name"] for d in one["Dimensions"]) for one in seen()}
    return Measured("by outcome" if ("outcome",) in dimensions else "others", f"{took:.0f} s")


@shows("firehose")
def firehose(scene: Scene) -> Measured:
    """Wait until the record of a vend is in the trail's bucket."""
    answer = memo.ask(scene, "reports/*", scene.user)
    vend_id, bucket = answer.json["vendId"], scene.stack.outputs["AuditTrailBucketName"]

    def arrived() -> bool:
        return any(one.get("vendId") == vend_id for one in _records(scene, bucket))

    took = within(RECORD_SECONDS, arrived)
    if took is not None:
        return Measured("it arrives", f"{took / 60:.0f} min")
    failed = scene.s3().list_objects_v2(Bucket=bucket, Prefix="errors/").get("KeyCount", 0)
    return Measured("it does not arrive", f"{failed} errors of Firehose")


def _records(scene: Scene, bucket: str) -> Iterator[dict[str, Any]]:
    pages = scene.s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="records/")
    for page in pages:
        for one in page.get("Contents", []):
            body = scene.s3().get_object(Bucket=bucket, Key=one["Key"])["Body"].read()
            for line in gzip.decompress(body).decode().splitlines():
                yield json.loads(line)


@shows("trail-settings")
def trail_settings(scene: Scene) -> str:
    """Read how the trail's bucket is encrypted, and whether it keeps and can lock versions."""
    s3, bucket = scene.s3(), scene.stack.outputs["AuditTrailBucketName"]
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    kind = rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
    versions = s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled"
    lock = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    is_locked = lock.get("ObjectLockEnabled") == "Enabled"
    return ", ".join([kind, *["versions"] * versions, *["lock"] * is_locked])


@shows("traces")
def traces(scene: Scene) -> Measured:
    """Look for keys, tokens and signatures in the traces of the last minutes."""
    client, now = scene.ground.client("xray"), datetime.now(UTC)
    span = {"StartTime": now - timedelta(minutes=10), "EndTime": now}
    pages = client.get_paginator("get_trace_summaries").paginate(**span)
    ids = [one["Id"] for page in pages for one in page["TraceSummaries"]]
    found = [
        segment["Document"]
        for first in range(0, len(ids), TRACES)
        for trace in client.batch_get_traces(TraceIds=ids[first : first + TRACES])["Traces"]
        for segment in trace["Segments"]
    ]
    if not found:
        return Measured("no traces", "")
    is_secret = any(SECRET.search(one) for one in found)
    return Measured("something secret" if is_secret else "nothing secret", f"{len(ids)} traces")


@shows("trail-closed")
def trail_closed(scene: Scene) -> str:
    """List the trail's bucket as whoever set up, without TLS and with it."""
    ground = scene.ground
    client = ground.session.client(
        "s3", region_name=ground.region, config=Config(signature_version="s3v4")
    )
    url = client.generate_presigned_url(
        "list_objects_v2", Params={"Bucket": scene.stack.outputs["AuditTrailBucketName"]}
    )
    without, with_ = (
        use({"method": "GET", "url": one, "headers": {}}).status
        for one in (url.replace("https://", "http://", 1), url)
    )
    return f"{without}, with TLS {with_}"


@shows("firewall")
def firewall(scene: Scene) -> str:
    """Ask for a key that looks like an attack: the firewall lets it pass, s3vend decides."""
    return own_form(memo.ask(scene, "<script>../x", scene.user))


@shows("firewall-there")
def firewall_there(scene: Scene) -> str:
    """Look for the web ACL in front of the API."""
    ground, api = scene.ground, scene.stack.outputs["ApiId"]
    arn = f"arn:{ground.partition}:apigateway:{ground.region}::/restapis/{api}/stages/{STAGE}"
    found = ground.client("wafv2").get_web_acl_for_resource(ResourceArn=arn)
    return "in front of the API" if found.get("WebACL") else "none"


@shows("gradual")
def gradual(scene: Scene) -> str:
    """Look how CodeDeploy moved the aliases."""
    client = scene.ground.client("codedeploy")
    states = set()
    for application in resources(scene, "AWS::CodeDeploy::Application"):
        for group in client.list_deployment_groups(applicationName=application)["deploymentGroups"]:
            found = client.list_deployments(applicationName=application, deploymentGroupName=group)
            for one in found["deployments"]:
                deployment = client.get_deployment(deploymentId=one)["deploymentInfo"]
                states.add(deployment["status"])
    return ", ".join(sorted(states)) or "no deployment"
