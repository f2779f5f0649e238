"""The actions of callers outside AWS in the demo's steps, who have only a token."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt

from local.cloud import environments
from local.cloud.client import Answer, Credentials, call
from local.cloud.environments import REGION
from local.demo import acts
from local.demo.acts import REPORT, Scene
from local.stack.seed import BUCKET, OBJECTS

SERVICE_ACCOUNT = "104857600123456789012"
# As Google's metadata server gives it to a virtual machine, except iss, aud, iat and exp.
GOOGLE_SHAPED = {
    "azp": SERVICE_ACCOUNT,
    "sub": SERVICE_ACCOUNT,
    "email": "reports@example-project.iam.gserviceaccount.com",
    "email_verified": True,
}
TENANT, NEIGHBOUR = "acme", "acme2"
READ = """
import sys, boto3
from botocore.config import Config
bucket, key = sys.argv[1:]
s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
sys.stdout.buffer.write(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
"""


def google(scene: Scene, **claims: object) -> str:
    """Return a token in the form of a Google service account's."""
    return scene.cloud.issuer.token(GOOGLE_SHAPED | claims)


def tenant(scene: Scene) -> str:
    """Return a token of a member of a tenant."""
    return scene.cloud.issuer.token({"groups": ["tenants"], "tenant_id": TENANT})


def expired(scene: Scene) -> str:
    """Return a token that expired a minute ago."""
    now = int(time.time())
    return google(scene, iat=now - 660, exp=now - 60)


def unsigned(scene: Scene) -> str:
    """Return an unsigned token with the same claims and `alg: none`."""
    claims = jwt.decode(google(scene), options={"verify_signature": False})
    return jwt.encode(claims, "", "none", headers={"kid": "any"})


def ask(scene: Scene, token: str, method: str, path: str, body: object = None) -> Answer:
    """Send a request to s3vend with this token."""
    headers = {"Authorization": f"Bearer {token}"}
    return call(method, f"{scene.stack.url}/web-identity{path}", body, headers=headers)


def vend(scene: Scene, token: str, target: str) -> Answer:
    """Request credentials for reading."""
    return ask(scene, token, "POST", "/credentials", {"target": target, "permission": "READ"})


def read(scene: Scene, token: str, key: str) -> str:
    """Read one object with boto3 and vended credentials."""
    vended = vend(scene, token, f"s3://{BUCKET}/{key}").json["credentials"]
    keys = Credentials(vended["accessKeyId"], vended["secretAccessKey"], vended["sessionToken"])
    return acts.get(scene, keys, key)


def fetch(scene: Scene, token: str) -> str:
    """Read one object with a presigned URL and plain HTTP."""
    request = {"method": "GET", "target": f"s3://{BUCKET}/{REPORT}"}
    body = {"expiresIn": 300, "requests": [request]}
    return acts.fetch(ask(scene, token, "POST", "/presigned-urls", body).json["urls"][0]["url"])


def refused(scene: Scene, token: str, key: str = REPORT) -> str:
    """Send a request for credentials; return its refusal in short."""
    answer = vend(scene, token, f"s3://{BUCKET}/{key}")
    return f"{answer.status} {answer.json.get('code')}"


def unmodified_boto3(scene: Scene, token: str, key: str) -> str:
    """Read one object with unmodified boto3 and two environment variables."""
    with tempfile.TemporaryDirectory(dir=scene.cloud.directory) as directory:
        file = Path(directory) / "token"
        file.write_text(f"Bearer {token}")  # the whole header, and no newline after it
        settings = sdk_settings(
            scene, file, {"target": f"s3://{BUCKET}/{key}", "permission": "READ"}
        )
        done = subprocess.run(
            [sys.executable, "-c", READ, BUCKET, key],
            env=settings,
            capture_output=True,
            check=False,
        )
    if done.returncode != 0:
        return done.stderr.decode().strip().rpartition("\n")[2]
    return acts.compared(done.stdout, OBJECTS[key])


def sdk_settings(scene: Scene, token_file: Path, query: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment of a program that has a token and no AWS credentials."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        **environments.NO_SETTINGS,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL_S3": scene.cloud.endpoint,
        "NO_PROXY": "127.0.0.1",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": (
            f"{scene.stack.url}/web-identity/credentials?{urlencode(query)}"
        ),
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token_file),
    }
