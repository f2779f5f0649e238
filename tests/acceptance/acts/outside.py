"""Callers outside AWS, who have only a token."""

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
from local.cloud.client import Answer, call
from local.stack.seed import OBJECTS
from tests.acceptance.acts import memo
from tests.acceptance.acts.memo import REPORT
from tests.acceptance.rows import shows
from tests.acceptance.scene import Scene, compared, keys_of, own_form

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
    return scene.ground.issuer.token(GOOGLE_SHAPED | claims)


def tenant(scene: Scene) -> str:
    """Return a token of a member of a tenant."""
    return scene.ground.issuer.token({"groups": ["tenants"], "tenant_id": TENANT})


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


def vend(scene: Scene, token: str, key: str) -> Answer:
    """Request credentials for reading."""
    body = {"target": scene.target(key), "permission": "READ"}
    return ask(scene, token, "POST", "/credentials", body)


def read(scene: Scene, token: str, key: str) -> str:
    """Read one object with boto3 and vended credentials."""
    answer = vend(scene, token, key)
    if answer.status != 200:
        return f"s3vend answered {answer.status}: {answer.json}"
    return memo.get(scene, keys_of(answer.json["credentials"]), key)


shows("token")(lambda scene: read(scene, google(scene), REPORT))


@shows("token-url")
def fetch(scene: Scene) -> str:
    """Read one object with a presigned URL and plain HTTP."""
    request = {"method": "GET", "target": scene.target(REPORT)}
    body = {"expiresIn": 300, "requests": [request]}
    return memo.fetch(
        ask(scene, google(scene), "POST", "/presigned-urls", body).json["urls"][0]["url"]
    )


shows("tenant")(lambda scene: read(scene, tenant(scene), f"tenants/{TENANT}/orders.csv"))


def refused(scene: Scene, token: str, key: str = REPORT) -> str:
    """Send a request for credentials; return its refusal in short."""
    answer = vend(scene, token, key)
    return f"{answer.status} {answer.json.get('code')}"


shows("tenant-next-door")(
    lambda scene: refused(scene, tenant(scene), f"tenants/{NEIGHBOUR}/orders.csv")
)
shows("token-other-audience")(
    lambda scene: refused(scene, google(scene, aud="https://elsewhere.example.com"))
)
shows("token-expired")(lambda scene: refused(scene, expired(scene)))
shows("token-unknown-issuer")(
    lambda scene: refused(scene, google(scene, iss="https://accounts.example.com"))
)
shows("token-unsigned")(lambda scene: refused(scene, unsigned(scene)))


@shows("token-boto3")
def unmodified_boto3(scene: Scene) -> str:
    """Read one object with unmodified boto3 and two environment variables."""
    with tempfile.TemporaryDirectory(dir=scene.ground.directory) as directory:
        file = Path(directory) / "token"
        file.write_text(f"Bearer {google(scene)}")  # the whole header, and no newline after it
        query = {"target": scene.target(REPORT), "permission": "READ"}
        done = subprocess.run(  # noqa: S603 - this very interpreter
            [sys.executable, "-c", READ, scene.ground.bucket, REPORT],
            env=sdk_settings(scene, file, query),
            capture_output=True,
            check=False,
        )
    if done.returncode != 0:
        return done.stderr.decode().strip().rpartition("\n")[2]
    return compared(done.stdout, OBJECTS[REPORT])


def sdk_settings(scene: Scene, token_file: Path, query: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment of a program that has a token and no AWS credentials."""
    region, endpoint = scene.ground.region, scene.ground.endpoint
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        **environments.NO_SETTINGS,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        **({"AWS_ENDPOINT_URL_S3": endpoint, "NO_PROXY": "127.0.0.1"} if endpoint else {}),
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": (
            f"{scene.stack.url}/web-identity/credentials?{urlencode(query)}"
        ),
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token_file),
    }


@shows("no-token")
def without_a_token(scene: Scene) -> str:
    """Send a request that API Gateway refuses before the authorizer, in our own form."""
    return own_form(call("POST", f"{scene.stack.url}/web-identity/credentials", {}))
