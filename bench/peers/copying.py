"""Tools that copy whole directories to S3 and back: what is typed for each, and with what."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from local.cloud import environments
from local.cloud.ministack import ROOT
from s3vend import Credentials
from tests.clients import awscli2, versions
from tests.clients.tools import TOOLS

S5CMD = "lib/*/site-packages/s5cmd/bin/s5cmd"  # the program, without the Python that starts it
RCLONE = "RCLONE_CONFIG_BENCH_"


@dataclass(frozen=True, slots=True)
class Copying:
    """A tool; its commands make what is there like what is here, and do nothing if it is."""

    name: str
    up: Callable[[Path, str], list[str]]  # of a directory to below a prefix (s3://bucket/a/b)
    down: Callable[[str, Path], list[str]]
    settings: Mapping[str, str]


def with_keys(side: Copying, keys: Credentials) -> Copying:
    """The tool with these keys of a session."""
    settings = {
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "AWS_SESSION_TOKEN": keys.session_token,
    }
    return replace(side, settings={**side.settings, **settings})


def environment_of(name: str) -> Path:
    """Where `make test-clients` installs the tool."""
    return ROOT / f".venv-clients-{name}"


def ours(settings: Mapping[str, str]) -> Copying:
    """The command, with a token: every URL comes from the service."""
    command = str(ROOT / ".venv/bin/s3vend")
    return Copying(
        "s3vend",
        lambda source, place: [command, "sync", f"{source}/", f"{place}/"],
        lambda place, target: [command, "sync", f"{place}/", f"{target}/"],
        settings,
    )


def others(endpoint: str, region: str, home: Path, provider: str) -> list[Copying]:
    """The peers; their keys are missing. ``provider`` is what rclone calls the storage."""
    aws = str(environment_of("awscli2") / "bin/aws")
    rclone = str(environment_of("rclone") / "bin/rclone")
    [s5cmd] = map(str, environment_of("s5cmd").glob(S5CMD))
    settings = {
        **environments.NO_SETTINGS,
        "PATH": os.defpath,
        "HOME": str(home),
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": endpoint,
        "S3_ENDPOINT_URL": endpoint,
        "NO_PROXY": "127.0.0.1",
        "RCLONE_CONFIG": os.devnull,
        f"{RCLONE}TYPE": "s3",
        f"{RCLONE}PROVIDER": provider,
        f"{RCLONE}ENV_AUTH": "true",
        f"{RCLONE}ENDPOINT": endpoint,
        f"{RCLONE}REGION": region,
        f"{RCLONE}FORCE_PATH_STYLE": "true",
    }

    def remote(place: str) -> str:
        return f"bench:{place.removeprefix('s3://')}"

    return [
        Copying(
            "AWS CLI 2",
            lambda source, place: [aws, "s3", "sync", "--only-show-errors", str(source), place],
            lambda place, target: [aws, "s3", "sync", "--only-show-errors", place, str(target)],
            settings,
        ),
        Copying(
            "rclone",
            lambda source, place: [rclone, "sync", str(source), remote(place)],
            lambda place, target: [rclone, "sync", remote(place), str(target)],
            settings,
        ),
        Copying(
            "s5cmd",
            lambda source, place: [s5cmd, "sync", f"{source}/*", f"{place}/"],
            lambda place, target: [s5cmd, "sync", f"{place}/*", f"{target}/"],
            settings,
        ),
    ]


def versions_of_peers() -> str:
    """For the heading."""
    by_environment = {tool.environment: tool for tool in TOOLS}
    rclone, s5cmd = (versions.of_tool(by_environment[name]) for name in ("rclone", "s5cmd"))
    aws = awscli2.version(environment_of("awscli2"))
    return f"AWS CLI {aws}, rclone {rclone}, s5cmd of the package s5cmd {s5cmd}"
