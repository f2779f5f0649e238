"""Measures the kill switch: vends a URL, revokes it, and requests it until S3 refuses."""

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import urllib3

from local.cloud.client import Answer, Credentials, call
from local.messages import LocalError
from local.stack.seed import BUCKET

TARGET = f"s3://{BUCKET}/reports/2026.csv"
PATIENCE = 300.0  # seconds
ROUNDS = 10  # refusals in a row: S3 has many servers, which do not all learn of it at once
PAUSE = 0.1  # seconds between two requests


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds from the revocation request to its answer, and to S3's first lasting refusal."""

    answered: float
    denied: float
    denialWritten: bool  # noqa: N815 - as it is printed


def run(env: Path) -> int:
    """Measure the stack that the environment or the file names; print JSON. Raises LocalError."""
    print(json.dumps(asdict(measure(settings(env)))))
    return 0


def settings(env: Path) -> Mapping[str, str]:
    """Return the environment if it has ``S3VEND_URL``, otherwise the file's variables."""
    if "S3VEND_URL" in os.environ:
        return os.environ
    try:
        lines = env.read_text().splitlines()
    except OSError as error:
        raise LocalError(
            "No stack to measure: run `make local` first, or set S3VEND_URL and the keys that "
            "docs/revocations.md names."
        ) from error
    return dict(line.split("=", 1) for line in lines)


def measure(variables: Mapping[str, str]) -> Measured:
    """Vend a URL, revoke it, and request it until S3 refuses. Raises LocalError."""
    try:
        url, region = variables["S3VEND_URL"], variables["AWS_REGION"]
        caller = _keys(variables, "AWS_")
        administrator = _keys(variables, "S3VEND_ADMIN_")
    except KeyError as error:
        raise LocalError(f"{error} is not set; docs/revocations.md lists the variables.") from None

    def post(path: str, body: object, keys: Credentials) -> Answer:
        answer = call("POST", f"{url}{path}", body, keys, region=region)
        if answer.status != 200:
            raise LocalError(f"{path} answered {answer.status}:\n{answer.json}")
        return answer

    request = {"method": "GET", "target": variables.get("S3VEND_CANARY_TARGET", TARGET)}
    body = {"expiresIn": int(PATIENCE), "requests": [request]}
    vended = post("/iam/presigned-urls", body, caller).json
    with urllib3.PoolManager() as pool:

        def refuses() -> bool:
            answer = pool.request(
                "GET", vended["urls"][0]["url"], headers={"Range": "bytes=0-0"}, retries=False
            )
            if answer.status not in (200, 206, 403):
                raise LocalError(f"S3 answered {answer.status} to {request['target']}.")
            return answer.status == 403

        if refuses():
            raise LocalError("S3 refuses the URL before it is revoked: look at S3's answer.")
        start = time.monotonic()
        revocation = {"sessionId": vended["sessionId"], "kind": "sessions", "reason": "canary"}
        revoked = post("/admin/revocations", revocation, administrator).json
        answered = time.monotonic() - start
        denied = _since(refuses, start)
    return Measured(round(answered, 3), round(denied, 3), revoked["denialWritten"])


def _since(refuses: Callable[[], bool], start: float) -> float:
    """Return the seconds from the start to the first of ``ROUNDS`` refusals in a row."""
    first, count = 0.0, 0
    while count < ROUNDS:
        now = time.monotonic() - start
        if now > PATIENCE:
            raise LocalError(
                f"S3 did not refuse within {PATIENCE:.0f} s: the kill switch does not work."
            )
        first, count = (first if count else now, count + 1) if refuses() else (0.0, 0)
        time.sleep(PAUSE)
    return first


def _keys(variables: Mapping[str, str], prefix: str) -> Credentials:
    return Credentials(
        variables[f"{prefix}ACCESS_KEY_ID"],
        variables[f"{prefix}SECRET_ACCESS_KEY"],
        variables.get(f"{prefix}SESSION_TOKEN"),
    )
