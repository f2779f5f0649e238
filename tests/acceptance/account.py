"""Looks at the account before a run on AWS: which it is, what is there, what the run costs."""

import os
import re
import secrets
import sys
from pathlib import Path
from typing import Final, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.cloud.issuer import Issuer
from local.messages import LocalError, say
from tests.acceptance.scene import AWS, LOCAL, Ground
from tools.account.place import SIGN_IN, check_region

NAME: Final = "s3vend-acceptance"
ISSUER: Final = "https://issuer.s3vend.example"  # a reserved name: its keys are pinned
MINUTES: Final = 75  # the hard limit of time; removing comes after that
ENDPOINT: Final = "AWS_ENDPOINT_URL"


class Cost(NamedTuple):
    """What something costs in one run, in US dollars, generously rounded."""

    what: str
    dollars: float


COSTS: Final = (
    Cost("a thousand requests: API Gateway, Lambda, DynamoDB, S3, CloudWatch Logs", 0.05),
    Cost("SnapStart's copies of nine functions, which AWS bills for three hours", 0.10),
    Cost("a web ACL with two rules, by the hour", 0.03),
    Cost("sixty series of metrics, twelve alarms, one dashboard, by the hour", 0.10),
    Cost("a KMS key until it is scheduled for deletion, Firehose, CodeDeploy", 0.02),
)


def here(directory: Path, name: str | None = None) -> Ground:
    """Return the ground of the account that the environment's credentials belong to.

    ``AWS_REGION`` comes before ``AWS_DEFAULT_REGION`` and the profile, as for the AWS CLI; boto3
    does not read it. Raises LocalError without credentials or a region.
    """
    name = name or f"{NAME}-{secrets.token_hex(3)}"
    if not re.fullmatch(rf"{NAME}-[0-9a-f]{{6}}", name):
        raise LocalError(f"{name!r} is not a run: its name is like {NAME}-1a2b3c.")
    endpoint = os.environ.get(ENDPOINT) or None
    config = LOCAL if endpoint else AWS
    try:
        session = boto3.Session(region_name=os.environ.get("AWS_REGION") or None)
        if not session.region_name:
            raise LocalError("Set AWS_REGION to the region of the run, such as eu-central-1.")
        check_region(session.region_name)
        sts = session.client("sts", endpoint_url=endpoint, config=config)
        account = sts.get_caller_identity()["Account"]
    except ValueError as error:
        raise LocalError(str(error)) from error
    except (BotoCoreError, ClientError) as error:
        raise LocalError(f"AWS does not say who you are: {error}\n{SIGN_IN}") from error
    issuer = new_issuer(directory)
    return Ground(
        name,
        account,
        session.region_name,
        f"{name}-files",
        f"{name}-",
        session,
        directory,
        issuer,
        endpoint,
    )


def new_issuer(directory: Path) -> Issuer:
    """Return an issuer with new keys, which nobody serves: they are pinned."""
    issuer = Issuer(ISSUER, directory / "pinned")
    issuer.open()
    return issuer


def others(ground: Ground) -> list[str]:
    """Return what is in the account and the region beside this run: stacks and buckets."""
    stacks = ground.client("cloudformation").get_paginator("describe_stacks").paginate()
    names = [one["StackName"] for page in stacks for one in page["Stacks"]]
    buckets = [one["Name"] for one in ground.client("s3").list_buckets()["Buckets"]]
    return [f"stack {name}" for name in names] + [f"bucket {name}" for name in buckets]


def confirm(ground: Ground) -> None:
    """Say what comes and what it costs, and ask. Raises LocalError unless the answer is yes.

    The answer is the account's number: on the terminal, or as ``ACCOUNT``.
    """
    found = others(ground)
    lines = [
        f"Account {ground.account}, region {ground.region}.",
        f"Everything that this run makes has a name that starts with {ground.name}.",
        "",
        *(f"  ${cost.dollars:.2f}  {cost.what}" for cost in COSTS),
        f"  ${sum(cost.dollars for cost in COSTS):.2f}  together",
        "",
        f"The run ends after {MINUTES} minutes. It removes what it has made, also after Ctrl-C.",
        "KMS keeps a key for seven days, at no cost; metrics stay until CloudWatch drops them.",
        "",
    ]
    if found:
        lines += ["The account is not empty. The run does not touch these:"]
        lines += [f"  {one}" for one in found[:20]]
        lines += [f"  and {len(found) - 20} more"] if len(found) > 20 else []
    earlier = {one for one in found if NAME in one}
    if earlier:
        lines += [f"Earlier runs left something: make acceptance-remove RUN={NAME}-…"]
    say("\n".join(lines))
    answer = os.environ.get("ACCOUNT") or _typed()
    if answer != ground.account:
        raise LocalError("Not confirmed: nothing was made.")


def _typed() -> str:
    if not sys.stdin.isatty():
        raise LocalError("To confirm without a terminal, set ACCOUNT to the account's number.")
    say("Type the account's number to confirm:")
    return sys.stdin.readline().strip()
