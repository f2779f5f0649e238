"""What only API Gateway itself can show: its own refusals, its ids, and how it finds routes."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from local.cloud.client import Answer, call
from local.stack.deploy import STAGE
from tests.acceptance.acts import memo
from tests.acceptance.rows import Measured, shows
from tests.acceptance.scene import Scene, each, own_form
from tests.acceptance.waiting import within

MINUTES = 5 * 60.0  # for a record to come to the log
ORIGIN = "https://app.example.com"


shows("form-denied")(lambda scene: own_form(memo.ask(scene, "reports/*", scene.stranger)))


@shows("form-late")
def late(scene: Scene) -> str:
    """Send a request that was signed an hour ago."""
    signed = datetime.now(UTC) - timedelta(hours=1)
    return own_form(memo.ask(scene, "reports/*", scene.user, at=signed))


shows("form-route")(lambda scene: own_form(scene.send("GET", "/nowhere")))


@shows("form-signature")
def other_service(scene: Scene) -> str:
    """Sign for another service."""
    region = scene.ground.region
    url = f"{scene.stack.url}/iam/identity"
    return own_form(call("GET", url, None, scene.user, region=region, service="s3"))


@shows("form-large")
def too_large(scene: Scene) -> str:
    """Send more than API Gateway takes."""
    return own_form(scene.send("POST", "/iam/credentials", b" " * (10 * 1024**2 + 1)))


@shows("form-token")
def refused_token(scene: Scene) -> str:
    """Send a token that the authorizer refuses, from a web page's origin."""
    answer = send_token(scene, "no.token.here")
    origin = answer.headers.get("access-control-allow-origin")
    return f"{own_form(answer)}, for {origin}"


def send_token(scene: Scene, token: str, **headers: str) -> Answer:
    """Request credentials with a token."""
    sent = {"Authorization": f"Bearer {token}", "Origin": ORIGIN, **headers}
    return call("POST", f"{scene.stack.url}/web-identity/credentials", {}, headers=sent)


@shows("form-throttled")
def throttled(scene: Scene) -> str:
    """Set the rate of one route to nothing, and call it."""
    client, api = scene.ground.client("apigateway"), scene.stack.outputs["ApiId"]
    paths = [f"/~1iam~1identity/GET/throttling/{name}Limit" for name in ("rate", "burst")]
    changes = [{"op": "replace", "path": path, "value": "0"} for path in paths]
    client.update_stage(restApiId=api, stageName=STAGE, patchOperations=changes)
    try:
        within(60, lambda: scene.send("GET", "/iam/identity").status == 429)
        answer = scene.send("GET", "/iam/identity")
    finally:
        back = [{"op": "remove", "path": "/~1iam~1identity/GET"}]
        client.update_stage(restApiId=api, stageName=STAGE, patchOperations=back)
    return f"{own_form(answer)}, Retry-After: {answer.headers.get('retry-after')}"


@shows("line-feed")
def line_feed(scene: Scene) -> str:
    """Put a line feed where a route has a name."""
    path = "/iam/multipart-uploads/a%0Ab/abort"
    return own_form(scene.send("POST", path, {"expiresIn": 300}))


@shows("spellings")
def spellings(scene: Scene) -> str:
    """Spell the path in another way."""
    paths = ("//iam/credentials", "/iam//credentials", "/IAM/credentials", "/iam/credentials/x")
    answers = (scene.send("POST", path, {}) for path in paths)
    return each(f"{one.status} {one.json.get('code')}" for one in answers)


@shows("trailing-slash")
def trailing_slash(scene: Scene) -> str:
    """Call STS's route as some SDKs do, with a slash at the end."""
    url = f"{scene.stack.url}/sts/service-account-reads-reports"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    with_, without = (call("POST", url + end, body, headers=form) for end in ("/", ""))
    return "the same answer" if with_.status == without.status else f"{with_.status}"


@shows("request-ids")
def request_ids(scene: Scene) -> str:
    """Choose the request id, and look at the one of the refusal."""
    chosen = str(uuid4())
    answer = scene.send("POST", "/iam/credentials", {}, headers={"x-amzn-RequestId": chosen})
    own = answer.headers.get("x-amz-apigw-id")
    if answer.json.get("requestId") == chosen:
        return "the client's"
    return "API Gateway's own" if answer.json.get("requestId") == own else "another"


@shows("authorizer-record")
def authorizer_record(scene: Scene) -> Measured:
    """Find the record of a refused token by the id of its answer."""
    answer = send_token(scene, "no.token.here")
    own = answer.headers.get("x-amz-apigw-id", "none")
    took = within(MINUTES, lambda: bool(records(scene, "extendedRequestId", own)))
    return Measured("not found", "") if took is None else Measured("found", f"{took:.0f} s")


def records(scene: Scene, name: str, value: str) -> list[Any]:
    """Return the records of the last hour that match."""
    path = f"/admin/audit?{name}={quote(value, safe='')}"
    answer = scene.send("GET", path, keys=scene.administrator)
    found: list[Any] = answer.json.get("records", []) if answer.status == 200 else []
    return found


@shows("record-found")
def record_found(scene: Scene) -> Measured:
    """Find the record of a vend by its id, and among those of the user."""
    body = {"target": scene.target("reports/*"), "permission": "READ"}
    vend_id = scene.ask("/iam/credentials", body)["vendId"]
    start = time.monotonic()

    def found() -> bool:
        path = f"/admin/vends/{vend_id}"
        return scene.send("GET", path, keys=scene.administrator).status == 200

    if within(MINUTES, found) is None:
        return Measured("not found", "")
    took = time.monotonic() - start
    listed = len(records(scene, "vendId", vend_id))
    return Measured("found" if listed == 1 else f"listed {listed} times", f"{took:.0f} s")
