"""SeaweedFS on 127.0.0.1, as a process group of its own."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.cloud import processes
from local.cloud.client import Credentials

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sts import STSClient

REGION: Final = "ap-northeast-1"
READY_SECONDS: Final = 60.0
ONCE: Final = Config(retries={"total_max_attempts": 1})
PORTS: Final = tuple(
    f"{part}.{port}"
    for part in ("admin", "filer", "master", "s3", "volume")
    for port in ("port", "port.grpc")
)
SOCKETS: Final = Path("/tmp")  # noqa: S108 - where SeaweedFS has them, and nowhere else
# These would listen too, or tell the makers of SeaweedFS that it runs.
OFF: Final = {
    "admin.ui": "false",
    "master.telemetry": "false",
    "s3.port.iceberg": "0",
    "s3.port.lance": "0",
    "webdav": "false",
}
# The pipe on standard input closes when the one who started this is gone, however it went.
UNTIL_THE_PIPE_CLOSES: Final = """
exec 3<&0 </dev/null
"$@" 3<&- & weed=$!
(read -r _ <&3; kill 0) &
trap : TERM
wait "$weed" || wait "$weed"
"""


@dataclass(frozen=True, slots=True)
class SeaweedFS:
    """A running SeaweedFS. Its root keys are random, made at its start."""

    endpoint: str
    root: Credentials
    ports: frozenset[int]
    child: processes.Child

    def s3(self, keys: Credentials) -> "S3Client":
        return s3_of(self.endpoint, keys)

    def sts(self) -> "STSClient":
        """STS for those who have a token and no keys."""
        client: STSClient = boto3.client(
            "sts", endpoint_url=self.endpoint, region_name=REGION, config=ONCE
        )
        return client

    def answers(self) -> bool:
        """Whether this very SeaweedFS is there: it knows its root keys."""
        try:
            self.s3(self.root).list_buckets()
        except (BotoCoreError, ClientError):
            return False
        return True


def s3_of(endpoint: str, keys: Credentials) -> "S3Client":
    """A client with these keys, which tries once."""
    client: S3Client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        aws_session_token=keys.session_token,
        config=ONCE,
    )
    return client


def new_keys() -> Credentials:
    """Keys that nobody has had."""
    return Credentials("AKIA" + secrets.token_hex(8).upper(), secrets.token_hex(20))


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, each another one."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


@contextmanager
def running(directory: Path, configuration: Mapping[str, Any]) -> Iterator[SeaweedFS]:
    """SeaweedFS with this IAM configuration; it is gone afterwards."""
    weed = shutil.which("weed")
    if weed is None:
        pytest.fail("SeaweedFS is not installed: run `make test-backends`", pytrace=False)
    root = new_keys()
    keys = {"accessKey": root.access_key_id, "secretKey": root.secret_access_key}
    identity = {"name": "root", "credentials": [keys], "actions": ["Admin", "Read", "Write"]}
    files = {"iam": configuration, "s3": {"identities": [identity]}}
    for name, content in files.items():
        (directory / f"{name}.json").write_text(json.dumps(content))
    (directory / "kept").mkdir()
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    options = {
        "dir": directory / "kept",
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "s3.config": directory / "s3.json",
        "s3.iam.config": directory / "iam.json",
        "filer.localSocket": directory / "filer.sock",
        "s3.localSocket": directory / "s3.sock",
        **OFF,
        **ports,
    }
    log = directory / "weed.log"
    given = [f"-{name}={value}" for name, value in options.items()]
    child = None
    try:
        with processes.undisturbed():
            child = processes.spawn(
                ["sh", "-c", UNTIL_THE_PIPE_CLOSES, "sh", weed, "-logtostderr", "mini", *given],
                log=log,
                # Nobody's own keys and configuration files.
                environment={"HOME": str(directory), "PATH": os.defpath},
                directory=directory,
                stdin=subprocess.PIPE,
            )
        seaweedfs = SeaweedFS(
            f"http://127.0.0.1:{ports['s3.port']}", root, frozenset(ports.values()), child
        )
        deadline = time.monotonic() + READY_SECONDS
        while not seaweedfs.answers():
            if child.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"SeaweedFS does not come up:\n{log.read_text()[-4000:]}")
            time.sleep(0.05)
        yield seaweedfs
    finally:
        if child is not None:
            processes.end(child.pid, child)
            assert child.stdin is not None
            child.stdin.close()
        # It leaves some behind when it is ended while it starts.
        for port in ports.values():
            for left in SOCKETS.glob(f"seaweedfs-*-{port}.sock"):
                left.unlink()


class Socket(NamedTuple):
    near: str
    port: int
    far: str


def sockets(group: int) -> set[Socket]:
    """The internet sockets that the processes of a group have open, as Linux lists them."""
    mine = set()
    for process in processes.living():
        if process.group == group:
            for descriptor in Path(f"/proc/{process.pid}/fd").iterdir():
                with suppress(FileNotFoundError):  # it was closed since it was listed
                    mine.add(str(descriptor.readlink()))
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if f"socket:[{fields[9]}]" in mine:
                near, port = fields[1].split(":")
                found.add(Socket(_address(near), int(port, 16), _address(fields[2].split(":")[0])))
    return found


def _address(listed: str) -> str:
    """Written by Linux as 32-bit words in this machine's order of bytes."""
    words = [listed[i : i + 8] for i in range(0, len(listed), 8)]
    whole = b"".join(int(word, 16).to_bytes(4, sys.byteorder) for word in words)
    return str(ip_address(whole))
