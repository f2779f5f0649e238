"""Environments: of the local cloud, and of programs that use it and nothing of the person's own."""

import os
import sys
from pathlib import Path
from typing import Final

from local.cloud.client import Credentials

ACCOUNT = "123456789012"
REGION: Final = "ap-northeast-1"
SERVICES = (
    "apigateway",
    "cloudformation",
    "dynamodb",
    "events",
    "iam",
    "lambda",
    "logs",
    "monitoring",
    "s3",
    "ssm",
    "sts",
)
# With the programs of this environment first, also where nobody has activated it.
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
NO_SETTINGS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def server(
    port: int, directory: Path, root: Credentials, issuer: tuple[Path, int]
) -> dict[str, str]:
    """For a local cloud itself."""
    # Nothing is inherited but the PATH: no AWS profile, proxy or Docker of the person's own.
    return {
        "PATH": PATH,
        "HOME": str(directory),
        "TMPDIR": str(directory / "tmp"),
        "PYTHONUTF8": "1",
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "false",  # or it listens on 0.0.0.0:8883, whatever BIND_HOST says
        "SFTP_ENABLED": "false",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "SERVICES": ",".join(SERVICES),
        "STATE_DIR": str(directory / "state"),
        "S3_DATA_DIR": str(directory / "s3"),
        "LAMBDA_EXECUTOR": "local",
        "DOCKER_HOST": f"unix://{directory}/no-docker.sock",  # or it removes containers at start
        "AWS_ACCESS_KEY_ID": root.access_key_id,
        "AWS_SECRET_ACCESS_KEY": root.secret_access_key,
        "S3VEND_ISSUER_DIRECTORY": str(issuer[0]),
        "S3VEND_ISSUER_PORT": str(issuer[1]),
    }


def client(endpoint: str, directory: Path, root: Credentials) -> dict[str, str]:
    """For a program that is to work on the cloud there as root, and on no other."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "PATH": PATH,
        "AWS_ACCESS_KEY_ID": root.access_key_id,
        "AWS_SECRET_ACCESS_KEY": root.secret_access_key,
        **NO_SETTINGS,
        "TMPDIR": str(directory / "tmp"),  # SAM leaves files there
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "NO_PROXY": "127.0.0.1,localhost",
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.5",  # seconds between questions; five by default
    }


def forget_own() -> None:
    """Keep boto3 in this process from the person's own profiles, keys and endpoints."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(NO_SETTINGS)
