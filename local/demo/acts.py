"""The actions of the demo's steps; each returns the result that the table shows."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import urllib3
from botocore.exceptions import ClientError

from local.cloud import aws
from local.cloud.client import Credentials, call
from local.cloud.ministack import Cloud
from local.stack.deploy import Stack
from local.stack.seed import BUCKET, OBJECTS

ARCHIVE, REPORT, PRIVATE = "hoge.zip", "reports/2026.csv", "reports-private/secret.csv"
UPLOAD, UPLOADED = "uploads/hello.txt", b"uploaded with plain HTTP"
EXPIRY, LONGER = "300", "3000"  # seconds, of a presigned URL
SAME = "the very bytes"


class Scene(NamedTuple):
    """The cloud and the stack of a step, and the users who act in it."""

    cloud: Cloud
    stack: Stack
    user: Credentials
    stranger: Credentials


def download(scene: Scene, keys: Credentials) -> str:
    """Download the archive with the memo's own call."""
    with tempfile.TemporaryDirectory(dir=scene.cloud.directory) as directory:
        path = Path(directory) / ARCHIVE
        aws.s3(scene.cloud, keys).download_file(BUCKET, ARCHIVE, str(path))
        return compared(path.read_bytes(), OBJECTS[ARCHIVE])


def assume(scene: Scene, keys: Credentials) -> Credentials:
    """Assume the role directly at STS."""
    answer = aws.sts(scene.cloud, keys).assume_role(
        RoleArn=scene.stack.outputs["RoleArn"], RoleSessionName="demo"
    )["Credentials"]
    return Credentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])


def vend(scene: Scene) -> Credentials:
    """Get credentials for the reports from s3vend, as the user."""
    request = {"target": f"s3://{BUCKET}/reports/*", "permission": "READ"}
    answer = ask(scene, "/iam/credentials", request)["credentials"]
    return Credentials(answer["accessKeyId"], answer["secretAccessKey"], answer["sessionToken"])


def presign(scene: Scene, method: str = "GET", key: str = REPORT) -> str:
    """Get one URL from s3vend, as the user."""
    request = {"method": method, "target": f"s3://{BUCKET}/{key}"}
    body = {"expiresIn": int(EXPIRY), "requests": [request]}
    url: str = ask(scene, "/iam/presigned-urls", body)["urls"][0]["url"]
    return url


def ask(scene: Scene, path: str, body: object) -> Any:
    """Send a request to s3vend as the user. Raises ValueError unless the answer is 200."""
    answer = call("POST", scene.stack.url + path, body, scene.user)
    if answer.status != 200:
        raise ValueError(f"s3vend answered {answer.status}: {answer.json}")
    return answer.json


def get(scene: Scene, keys: Credentials, key: str) -> str:
    """Read one object with boto3."""
    body = aws.s3(scene.cloud, keys).get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return compared(body, OBJECTS[key])


def put(scene: Scene, keys: Credentials, key: str) -> None:
    """Write one object with boto3."""
    aws.s3(scene.cloud, keys).put_object(Bucket=BUCKET, Key=key, Body=b"overwritten")


def fetch(url: str) -> str:
    """Read a URL with plain HTTP: return the status, and with 200 whether the bytes are right."""
    with urllib3.PoolManager() as pool:
        response = pool.request("GET", url, retries=False)
    if response.status != 200:
        return str(response.status)
    return f"200 {compared(response.data, OBJECTS[REPORT])}"


def fetch_changed(scene: Scene, old: str, new: str) -> str:
    """Read a URL that was changed after it was signed."""
    return fetch(presign(scene).replace(old, new))


def upload(scene: Scene) -> str:
    """Write to a presigned URL with plain HTTP, then read the object as root."""
    with urllib3.PoolManager() as pool:
        url = presign(scene, "PUT", UPLOAD)
        status = pool.request("PUT", url, body=UPLOADED, retries=False).status
    root = aws.s3(scene.cloud, scene.cloud.root)
    stored = root.get_object(Bucket=BUCKET, Key=UPLOAD)["Body"].read()
    return f"{status}, stored: {compared(stored, UPLOADED)}"


def problem(scene: Scene, body: object, keys: Credentials) -> str:
    """Send a request for credentials; return its refusal in short."""
    answer = call("POST", f"{scene.stack.url}/iam/credentials", body, keys)
    return f"{answer.status} {answer.json.get('code')}, {answer.headers.get('content-type')}"


def turned_away(scene: Scene, body: object, keys: Credentials) -> str:
    """Send a request that API Gateway refuses before s3vend; its error is in a header."""
    answer = call("POST", f"{scene.stack.url}/iam/credentials", body, keys)
    error = answer.headers.get("x-amzn-errortype")
    return f"{answer.status} {error}, at the door" if error else f"{answer.status} from s3vend"


def refusal(attempt: Callable[[], object]) -> str:
    """Return the code and operation of AWS's refusal, or that it was allowed."""
    try:
        attempt()
    except ClientError as error:
        return f"{error.response['Error']['Code']} ({error.operation_name})"
    return "allowed"


def client_error(error: ClientError) -> str:
    """Return AWS's error in short."""
    code, message = (error.response["Error"].get(name) for name in ("Code", "Message"))
    return f"{code} {error.operation_name}: {message}"


def compared(found: bytes, stored: bytes) -> str:
    """Return whether the bytes are the stored ones, in words."""
    return SAME if found == stored else f"{len(found)} other bytes"
