"""The memo's own check, and the same with credentials and URLs from s3vend."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from local.cloud.client import Answer, Credentials
from local.stack.seed import OBJECTS
from tests.acceptance.rows import shows
from tests.acceptance.scene import Scene, compared, own_form, refusal, use

ARCHIVE, REPORT, PRIVATE = "hoge.zip", "reports/2026.csv", "reports-private/secret.csv"
UPLOAD, UPLOADED = "uploads/hello.txt", b"uploaded with plain HTTP"
EXPIRY, LONGER = "300", "3000"  # seconds, of a presigned URL


def download(scene: Scene, keys: Credentials) -> str:
    """Download the archive with the memo's own call."""
    with tempfile.TemporaryDirectory(dir=scene.ground.directory) as directory:
        path = Path(directory) / ARCHIVE
        scene.s3(keys).download_file(scene.ground.bucket, ARCHIVE, str(path))
        return compared(path.read_bytes(), OBJECTS[ARCHIVE])


def assume(scene: Scene, keys: Credentials) -> Credentials:
    """Assume the role directly at STS."""
    answer = scene.ground.client("sts", keys).assume_role(
        RoleArn=scene.stack.outputs["RoleArn"], RoleSessionName="acceptance"
    )["Credentials"]
    return Credentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])


def get(scene: Scene, keys: Credentials, key: str) -> str:
    """Read one object with boto3."""
    body = scene.s3(keys).get_object(Bucket=scene.ground.bucket, Key=key)["Body"].read()
    return compared(body, OBJECTS[key])


def put(scene: Scene, keys: Credentials, key: str) -> None:
    """Write one object with boto3."""
    scene.s3(keys).put_object(Bucket=scene.ground.bucket, Key=key, Body=b"overwritten")


def fetch(url: str) -> str:
    """Read a URL with plain HTTP: return the status, and with 200 whether the bytes are right."""
    response = use({"method": "GET", "url": url, "headers": {}})
    if response.status != 200:
        return str(response.status)
    return f"200 {compared(response.data, OBJECTS[REPORT])}"


def fetch_changed(scene: Scene, old: str, new: str) -> str:
    """Read a URL that was changed after it was signed."""
    url = scene.presign("GET", REPORT)["url"]
    return fetch(url.replace(old, new)) if old in url else f"no {old} in the URL"


@shows("url-other-signature")
def other_signature(scene: Scene) -> str:
    """Change the first digit of the signature."""
    before, name, signature = scene.presign("GET", REPORT)["url"].partition("X-Amz-Signature=")
    first = "1" if signature[0] == "0" else "0"
    return fetch(f"{before}{name}{first}{signature[1:]}")


shows("own-keys")(lambda scene: download(scene, scene.user))


@shows("assumed-directly")
def assumed_directly(scene: Scene) -> str:
    return download(scene, assume(scene, scene.user))


shows("vended")(lambda scene: get(scene, scene.vend(), REPORT))

for _id, _attempt in {
    "vended-outside": lambda scene: get(scene, scene.vend(), ARCHIVE),
    "vended-sibling": lambda scene: get(scene, scene.vend(), PRIVATE),
    "vended-put": lambda scene: put(scene, scene.vend(), REPORT),
    "vended-assume": lambda scene: assume(scene, scene.vend()),
    "untrusted": lambda scene: download(scene, assume(scene, scene.user)),
}.items():
    shows(_id)(lambda scene, attempt=_attempt: refusal(partial(attempt, scene)))  # type: ignore[misc]

shows("url")(lambda scene: fetch(scene.presign("GET", REPORT)["url"]))

for _id, _old, _new in (
    ("url-other-key", REPORT, PRIVATE),
    ("url-longer", f"X-Amz-Expires={EXPIRY}", f"X-Amz-Expires={LONGER}"),
):
    shows(_id)(lambda scene, old=_old, new=_new: fetch_changed(scene, old, new))  # type: ignore[misc]


@shows("url-put")
def upload(scene: Scene) -> str:
    """Write to a presigned URL with plain HTTP, then look at what is stored."""
    status = use(scene.presign("PUT", UPLOAD), UPLOADED).status
    stored = scene.s3().get_object(Bucket=scene.ground.bucket, Key=UPLOAD)["Body"].read()
    return f"{status}, stored: {compared(stored, UPLOADED)}"


def ask(scene: Scene, key: str, keys: Credentials, **more: Any) -> Answer:
    """Request credentials for reading."""
    body = {"target": scene.target(key), "permission": "READ"}
    return scene.send("POST", "/iam/credentials", body, keys, **more)


shows("no-grant")(lambda scene: own_form(ask(scene, ARCHIVE, scene.user)))


@shows("no-invoke")
def turned_away(scene: Scene) -> str:
    """Send a request that API Gateway refuses before s3vend: in its own form, or in ours."""
    answer = ask(scene, "reports/*", scene.stranger)
    at_the_door = "x-amzn-errortype" in answer.headers or (
        answer.json.get("code") == "NotAuthenticated"
    )
    return f"{answer.status} {'at the door' if at_the_door else 'from s3vend'}"


shows("vended-untrusted")(lambda scene: get(scene, scene.vend(), REPORT))
