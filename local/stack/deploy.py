"""Deploys the project's stack to a local cloud: the real template, with the real `sam deploy`."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local.cloud import aws, environments
from local.cloud.environments import REGION
from local.cloud.ministack import ROOT, Cloud
from local.messages import LocalError, step, tail
from local.stack import dropped, template
from local.stack.build import ARCHITECTURE, packed
from local.stack.sam import run

NAME = "s3vend"
STAGE = "v1"
ARTIFACTS = "sam-artifacts"
EMPTY = '""'  # as SAM reads an empty value
ORIGINS = "https://app.example.com,http://localhost:8000"  # an example, and pages of yours


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed stack; `url` is the base URL of its API on the local cloud."""

    name: str
    url: str
    outputs: Mapping[str, str]


def deploy(
    cloud: Cloud,
    built: Path,
    parameters: Mapping[str, str],
    *,
    name: str = NAME,
    artifacts: str = ARTIFACTS,
) -> Stack:
    """Create or update the stack from the template `built`, with these parameters.

    Raises LocalError with the last lines of SAM's output if that fails.
    """
    s3 = aws.s3(cloud, cloud.root)
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=artifacts, CreateBucketConfiguration={"LocationConstraint": REGION})
    values = {
        "Environment": "dev",
        "Architecture": ARCHITECTURE,
        "S3Endpoint": cloud.endpoint,
        "StsEndpoint": cloud.endpoint,
        "AllowLocalIssuers": "true",
        "AllowedOrigins": ORIGINS,
        "Sharing": "true",
        **parameters,
    }
    run_sam(
        packed(built),
        values,
        name=name,
        artifacts=artifacts,
        region=REGION,
        log=cloud.directory / "sam-deploy.log",
        environment=environments.client(cloud.endpoint, cloud.directory, cloud.root),
    )
    stack = find(cloud, name)
    source, api = template.read(built), stack.outputs["ApiId"]
    dropped.put_gateway_responses(cloud, source, api, STAGE, values)
    dropped.put_boundaries(cloud, source, name, values)
    dropped.put_api_url(cloud, name, stack.url, values)
    return stack


def run_sam(
    built: Path,
    values: Mapping[str, str],
    *,
    name: str,
    artifacts: str,
    region: str,
    log: Path,
    environment: Mapping[str, str],
) -> None:
    """Run `sam deploy`; `artifacts` is the bucket for what it uploads.

    Raises LocalError with the last lines of SAM's output if that fails.
    """
    log.unlink(missing_ok=True)
    command: list[str | Path] = [
        *("sam", "deploy", "--template-file", built, "--stack-name", name),
        *("--s3-bucket", artifacts, "--s3-prefix", name, "--region", region),
        *("--capabilities", "CAPABILITY_NAMED_IAM", "--no-confirm-changeset"),
        *("--no-fail-on-empty-changeset", "--no-progressbar", "--parameter-overrides"),
        *(f"{parameter}={value or EMPTY}" for parameter, value in values.items()),
    ]
    with step("Deploying the stack (sam deploy)"):
        code = run(command, log=log, environment=environment, directory=ROOT)
        if code != 0:
            raise LocalError(f"sam deploy failed with exit code {code}:\n{tail(log)}")


def find(cloud: Cloud, name: str = NAME) -> Stack:
    """Return the deployed stack."""
    described = aws.cloudformation(cloud).describe_stacks(StackName=name)["Stacks"][0]
    outputs = {out["OutputKey"]: out["OutputValue"] for out in described.get("Outputs", [])}
    url = f"{cloud.endpoint}/restapis/{outputs['ApiId']}/{STAGE}/_user_request_"
    return Stack(name, url, outputs)
