"""The stack on a local cloud of its own, and what a process needs to be its function there."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import batched

from bench.apparatus import environment
from local.cloud import environments
from local.cloud.environments import REGION
from local.cloud.ministack import ROOT, Cloud, running
from local.stack import deployed, seed
from local.stack.build import built
from local.stack.deploy import deploy

FUNCTION = "PresignedUrlsFunction"
GRANTS_A_CHANGE = 50


@contextmanager
def function_of_a_stack(users: Sequence[str]) -> Iterator[dict[str, str]]:
    """The environment variables of the function, with its role's keys; each user has a grant."""
    with cloud_with_grants(users) as cloud:
        yield variables_of(cloud, FUNCTION)


@contextmanager
def cloud_with_grants(users: Sequence[str]) -> Iterator[Cloud]:
    """The stack, where each of these users has a grant."""
    environments.forget_own()
    with running() as cloud:
        stack = deploy(cloud, built(), {"TrustAssumeS3User": "false"})
        administrator = seed.seed(cloud, stack).administrator
        for some in batched(users, GRANTS_A_CHANGE, strict=False):
            grants = [environment.grant(user) for user in some]
            seed.apply(stack, {"version": 1, "grants": grants}, administrator)
        yield cloud


def variables_of(cloud: Cloud, function: str) -> dict[str, str]:
    """The environment of a process that is this function, with its role's keys."""
    keys = deployed.credentials(cloud, function)
    variables = deployed.variables(cloud, function)
    del variables["AWS_ENDPOINT_URL"]  # it would be S3's too, where the peers sign for AWS
    return {
        **variables,
        **environments.NO_SETTINGS,
        "AWS_ENDPOINT_URL_DYNAMODB": cloud.endpoint,
        "S3_ENDPOINT": "",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "AWS_SESSION_TOKEN": keys.session_token or "",
        "BOTO_DISABLE_CRT": "true",  # the layer has no awscrt
        "NO_PROXY": "127.0.0.1",
        "PATH": environments.PATH,
        "HOME": str(cloud.directory / "tmp"),
        "PYTHONUTF8": "1",
        "PYTHONPATH": ":".join(str(ROOT / one) for one in ("layers", "functions", "")),
    }
