"""Deploys the project's stack to a local cloud: the real template, with the real `sam deploy`."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local.cloud import aws, environments, processes
from local.cloud.environments import REGION
from local.cloud.ministack import ROOT, Cloud
from local.messages import LocalError, step, tail
from local.stack import dropped, template
from local.stack.build import ARCHITECTURE

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


def deploy(cloud: Cloud, built: Path, parameters: Mapping[str, str]) -> Stack:
    """Create or update the stack from the template `built`, with these parameters.

    Raises LocalError with the last lines of SAM's output if that fails.
    """
    log = cloud.directory / "sam-deploy.log"
    log.unlink(missing_ok=True)
    s3 = aws.s3(cloud, cloud.root)
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": REGION})
    values = {
        "Environment": "dev",
        "Architecture": ARCHITECTURE,
        "S3Endpoint": cloud.endpoint,
        "StsEndpoint": cloud.endpoint,
        "AllowLocalIssuers": "true",
        "AllowedOrigins": ORIGINS,
        **parameters,
    }
    command: list[str | Path] = [
        *("sam", "deploy", "--template-file", built, "--stack-name", NAME),
        *("--s3-bucket", ARTIFACTS, "--s3-prefix", NAME, "--region", REGION),
        *("--capabilities", "CAPABILITY_NAMED_IAM", "--no-confirm-changeset"),
        *("--no-fail-on-empty-changeset", "--no-progressbar", "--parameter-overrides"),
        *(f"{name}={value or EMPTY}" for name, value in values.items()),
    ]
    with step("Deploying the stack (sam deploy)"):
        code = processes.run(
            command,
            log=log,
            environment=environments.client(cloud.endpoint, cloud.directory, cloud.root),
            directory=ROOT,
        )
        if code != 0:
            raise LocalError(f"sam deploy failed with exit code {code}:\n{tail(log)}")
        stack = find(cloud)
        source, api = template.read(built), stack.outputs["ApiId"]
        dropped.put_gateway_responses(cloud, source, api, STAGE, values["AllowedOrigins"])
        dropped.put_boundaries(cloud, source, NAME, values)
    return stack


def find(cloud: Cloud) -> Stack:
    """Return the deployed stack."""
    described = aws.cloudformation(cloud).describe_stacks(StackName=NAME)["Stacks"][0]
    outputs = {out["OutputKey"]: out["OutputValue"] for out in described.get("Outputs", [])}
    url = f"{cloud.endpoint}/restapis/{outputs['ApiId']}/{STAGE}/_user_request_"
    return Stack(NAME, url, outputs)
