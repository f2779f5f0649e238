"""A service that lends what `rclone serve s3` has in its memory.

That server checks the signature of each request and takes less than half of SeaweedFS's time for
one. It knows one pair of keys and no sessions, so every session of this service has these keys.
"""

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError

from bench.peers.copying import environment_of
from local.cloud import environments, processes
from local.cloud.client import Credentials
from local.cloud.ministack import running as running_cloud
from local.stack.build import built
from local.stack.deploy import deploy
from local.stack.seed import BUCKET
from tests.backends.lending import PARAMETERS, Lent, asking, grant_the_bucket
from tests.backends.seaweedfs import READY_SECONDS, free_ports, new_keys, s3_of

TOKEN = 600  # random bytes: the text is as long as a token of AWS for a session with a policy


class OneKey:
    """An STS that lends the same keys to everybody, for as long as is asked."""

    def __init__(self, keys: Credentials) -> None:
        self.keys = keys

    def assume_role(self, **asked: Any) -> Mapping[str, Any]:
        ends = datetime.now(UTC) + timedelta(seconds=asked["DurationSeconds"])
        role = asked["RoleArn"].replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")
        name = asked["RoleSessionName"]
        return {
            "Credentials": {
                "AccessKeyId": self.keys.access_key_id,
                "SecretAccessKey": self.keys.secret_access_key,
                "SessionToken": secrets.token_urlsafe(TOKEN),
                "Expiration": ends,
            },
            "AssumedRoleUser": {"AssumedRoleId": f"AROA:{name}", "Arn": f"{role}/{name}"},
        }


@contextmanager
def serving(directory: Path, keys: Credentials) -> Iterator[str]:
    """The address of the server, which has the bucket; it is gone afterwards."""
    [port] = free_ports(1)
    endpoint, log = f"http://127.0.0.1:{port}", directory / "rclone.log"
    child = processes.spawn(
        [
            environment_of("rclone") / "bin/rclone",
            *("serve", "s3", ":memory:"),
            *("--addr", f"127.0.0.1:{port}"),
            *("--auth-key", f"{keys.access_key_id},{keys.secret_access_key}"),
            *("--metadata-max-objects", "0"),  # which means all
        ],
        log=log,
        environment={"HOME": str(directory), "PATH": os.defpath, "RCLONE_CONFIG": os.devnull},
        directory=directory,
    )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not _has_bucket(endpoint, keys):
            assert child.poll() is None, log.read_text()
            assert time.monotonic() < deadline, "it does not answer"
            time.sleep(0.05)
        yield endpoint
    finally:
        processes.end(child.pid, child)


def _has_bucket(endpoint: str, keys: Credentials) -> bool:
    """Make the bucket, unless nothing answers yet."""
    try:
        s3_of(endpoint, keys).create_bucket(Bucket=BUCKET)
    except BotoCoreError:
        return False
    return True


@contextmanager
def lent_by_rclone(directory: Path) -> Iterator[Lent]:
    """The service with that server as its S3."""
    environments.forget_own()
    keys = new_keys()
    with (
        serving(directory, keys) as endpoint,
        asking(OneKey(keys)) as sts,
        running_cloud() as cloud,
    ):
        stack = deploy(cloud, built(), {**PARAMETERS, "S3Endpoint": endpoint, "StsEndpoint": sts})
        grant_the_bucket(cloud, stack)
        yield Lent(cloud, stack, endpoint, s3_of(endpoint, keys))
