"""Environments of the local cloud, and of programs that use it without the user's own settings."""

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
# In a cloud's directory: code for containers, and in it the sockets that lead to the cloud's ports.
CODE = Path("sam", "code")
LOOPBACK = CODE / "loopback"
# The programs of this virtual environment come first, even if it is not activated.
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
NO_SETTINGS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def server(
    port: int, directory: Path, root: Credentials, issuer: tuple[Path, int]
) -> dict[str, str]:
    """Return the environment of a local cloud's process."""
    # Inherits only PATH: none of the user's AWS profiles, proxies or Docker settings.
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
        "S3VEND_LOOPBACK": str(directory / LOOPBACK),
    }


def client(endpoint: str, directory: Path, root: Credentials) -> dict[str, str]:
    """Return the environment of a program that uses this cloud as root, and no other."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "PATH": PATH,
        "AWS_ACCESS_KEY_ID": root.access_key_id,
        "AWS_SECRET_ACCESS_KEY": root.secret_access_key,
        **NO_SETTINGS,
        "TMPDIR": str(directory / "tmp"),  # SAM leaves files in it
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "NO_PROXY": "127.0.0.1,localhost",
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.5",  # seconds between polls; the default is five
    }


def forget_own() -> None:
    """Keep boto3 in this process from using the user's profiles, keys and endpoints."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(NO_SETTINGS)
