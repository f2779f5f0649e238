"""The kill switch, measured: a URL is vended and revoked, and S3 asked until it says no."""

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
ROUNDS = 10  # refusals one after the other: S3 asks many, and not all hear of it at once
PAUSE = 0.1  # seconds between two


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds from the request to revoke: until it was answered, and until S3 refused for good."""

    answered: float
    denied: float
    denialWritten: bool  # noqa: N815 - as it is printed


def run(env: Path) -> int:
    """Measure the stack that the environment names, or the file; prints JSON. Raises LocalError."""
    print(json.dumps(asdict(measure(settings(env)))))
    return 0


def settings(env: Path) -> Mapping[str, str]:
    """The variables of the environment with ``S3VEND_URL`` in it, else those of the file."""
    if "S3VEND_URL" in os.environ:
        return os.environ
    try:
        lines = env.read_text().splitlines()
    except OSError as error:
        raise LocalError(
            "There is no stack to measure: run `make local` first, or set S3VEND_URL and the keys "
            "that docs/revocations.md names."
        ) from error
    return dict(line.split("=", 1) for line in lines)


def measure(given: Mapping[str, str]) -> Measured:
    """Vend, revoke, and ask S3 until it says no."""
    try:
        url, region = given["S3VEND_URL"], given["AWS_REGION"]
        caller = _keys(given, "AWS_")
        administrator = _keys(given, "S3VEND_ADMIN_")
    except KeyError as error:
        raise LocalError(f"{error} is not set; docs/revocations.md names what is needed.") from None

    def asked(path: str, body: object, keys: Credentials) -> Answer:
        answer = call("POST", f"{url}{path}", body, keys, region=region)
        if answer.status != 200:
            raise LocalError(f"{path} answered {answer.status}:\n{answer.json}")
        return answer

    request = {"method": "GET", "target": given.get("S3VEND_CANARY_TARGET", TARGET)}
    body = {"expiresIn": int(PATIENCE), "requests": [request]}
    vended = asked("/iam/presigned-urls", body, caller).json
    with urllib3.PoolManager() as pool:

        def refuses() -> bool:
            answer = pool.request(
                "GET", vended["urls"][0]["url"], headers={"Range": "bytes=0-0"}, retries=False
            )
            if answer.status not in (200, 206, 403):
                raise LocalError(f"S3 answered {answer.status} to {request['target']}.")
            return answer.status == 403

        if refuses():
            raise LocalError("S3 refuses the URL before it is revoked: see what it says of it.")
        start = time.monotonic()
        revocation = {"sessionId": vended["sessionId"], "kind": "sessions", "reason": "canary"}
        revoked = asked("/admin/revocations", revocation, administrator).json
        answered = time.monotonic() - start
        denied = _since(refuses, start)
    return Measured(round(answered, 3), round(denied, 3), revoked["denialWritten"])


def _since(refuses: Callable[[], bool], start: float) -> float:
    """Seconds from the start to the first of ``ROUNDS`` refusals in a row."""
    first, count = 0.0, 0
    while count < ROUNDS:
        now = time.monotonic() - start
        if now > PATIENCE:
            raise LocalError(f"S3 went on for {PATIENCE:.0f} s: the kill switch does not work.")
        first, count = (first if count else now, count + 1) if refuses() else (0.0, 0)
        time.sleep(PAUSE)
    return first


def _keys(given: Mapping[str, str], prefix: str) -> Credentials:
    return Credentials(
        given[f"{prefix}ACCESS_KEY_ID"],
        given[f"{prefix}SECRET_ACCESS_KEY"],
        given.get(f"{prefix}SESSION_TOKEN"),
    )
