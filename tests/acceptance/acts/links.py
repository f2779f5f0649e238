"""Links for people: whoever has one opens it with plain HTTP, until it is taken back."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any
from urllib.parse import urlencode

import urllib3

from local.stack.seed import OBJECTS
from tests.acceptance.acts.memo import REPORT
from tests.acceptance.acts.revoking import revoke
from tests.acceptance.rows import shows
from tests.acceptance.scene import Scene, compared, each, use

GRANT = "user-shares"
FOLDER, FILE, INBOX = "links/*", "links/2026.csv", "links/inbox/*"
BODY, SENT = OBJECTS[REPORT], b"a file from somebody else\n"
PASSWORD = "correct horse battery staple"
AT_ONCE = 20
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ORIGIN = "https://files.example.com"
# An upload that does not exist, without a signature: what the page of a link asks first.
NO_UPLOAD = "links/none?partNumber=1&uploadId=none"


def share(scene: Scene, key: str = FILE, **members: object) -> Any:
    """Make a link as the user, for an hour; return the answer."""
    scene.s3().put_object(Bucket=scene.ground.bucket, Key=FILE, Body=BODY)
    body = {"target": scene.target(key), "kind": "download", "expiresIn": "1h", **members}
    return scene.ask("/iam/shares", body)


def http(method: str, url: str, body: bytes | None = None, **headers: str) -> Any:
    """Send a request as a browser would, without following a redirect."""
    with urllib3.PoolManager() as pool:
        return pool.request(method, url, body=body, headers=headers, redirect=False, retries=False)


def press(link: Any, do: str = "download", **fields: str) -> Any:
    """Send a form of the link's page."""
    return http("POST", link["url"], urlencode({"do": do, **fields}).encode(), **FORM)


def asked(link: Any, **members: object) -> Any:
    """Return the answer to the script of the link's page."""
    body = json.dumps(members).encode()
    return http("POST", link["url"], body, **{"Content-Type": "application/json"}).json()


def given(answer: Any) -> str:
    """Return what a redirect leads to, or that there is none."""
    if answer.status != 303:
        return str(answer.status)
    found = http("GET", answer.headers["Location"])
    return compared(found.data, BODY) if found.status == 200 else f"303, then {found.status}"


def fields(page: Any) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    found = re.findall(r'name="([^"]*)" value="([^"]*)"', page.data.decode())
    return {unescape(name): unescape(value) for name, value in found}


@shows("link")
def link(scene: Scene) -> str:
    """Open a link and press its button: the page uses nothing up."""
    made = share(scene)
    return f"{http('GET', made['url']).status} page, {given(press(made))}"


@shows("link-folder")
def folder(scene: Scene) -> str:
    """Take a file of a folder, and try one beside it."""
    made = share(scene, FOLDER)
    beside = press(made, file=f"../{REPORT}").status
    return f"{given(press(made, file='2026.csv'))}; beside it: {beside}"


@shows("link-once")
def once(scene: Scene) -> str:
    """Press the button of a link for one use many times at one instant."""
    made = share(scene, maxUses=1)

    def pressed(_: int) -> str | None:
        answer = press(made)
        # Followed before the others have answered: the URL is valid for a minute.
        return given(answer) if answer.status == 303 else None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        files = [one for one in pool.map(pressed, range(AT_ONCE)) if one is not None]
    return f"{len(files)} file: {each(files)}"


@shows("link-password")
def password(scene: Scene) -> str:
    """Try a link without its password, with a wrong one and with the right one."""
    made = share(scene, password=PASSWORD, label="of the board")
    page = http("GET", made["url"]).data.decode()
    shown = any(text in page for text in ("of the board", "2026.csv", scene.ground.bucket))
    wrong = press(made, "password", password="wrong").status
    ticket = fields(press(made, "password", password=PASSWORD)).get("ticket", "")
    return (
        f"{'shows it' if shown else 'shows nothing'}, {wrong}, {given(press(made, ticket=ticket))}"
    )


@shows("link-upload")
def upload(scene: Scene) -> str:
    """Send a file to a link that takes files, as the script of its page does."""
    made = share(scene, INBOX, kind="upload", maxSize="1KiB")
    url = asked(made, do="put", name="sent.txt", size=len(SENT))
    answer = use(url, SENT)
    stored = scene.s3().list_objects_v2(Bucket=scene.ground.bucket, Prefix="links/inbox/")
    [key] = [one["Key"] for one in stored["Contents"] if one["Key"].endswith("/sent.txt")]
    body = scene.s3().get_object(Bucket=scene.ground.bucket, Key=key)["Body"].read()
    larger = asked(made, do="put", name="larger.txt", size=1024)
    return f"{answer.status}, stored: {compared(body, SENT)}; larger: {larger['status']}"


@shows("link-taken-back")
def taken_back(scene: Scene) -> str:
    """Take a link back: it is over at once."""
    made = share(scene)
    scene.send("DELETE", f"/iam/shares/{made['id']}")
    return f"{http('GET', made['url']).status}, {press(made).status}"


@shows("link-not-shared")
def not_shared(scene: Scene) -> str:
    """Ask for a link to keys that the user may read, under a grant without sharing."""
    body = {"target": scene.target(REPORT), "kind": "download", "expiresIn": "1h"}
    answer = scene.send("POST", "/iam/shares", body)
    return f"{answer.status} {answer.json.get('code')}"


@shows("link-revoked")
def revoked(scene: Scene) -> str:
    """Block the grant of a link, and lift the block: the link stays over."""
    made = share(scene)
    block = revoke(scene, grantId=GRANT, kind="block")["revocation"]["id"]
    try:
        blocked = press(made).status
    finally:
        scene.send("DELETE", f"/admin/revocations/{block}", keys=scene.administrator)
    return f"blocked: {blocked}, lifted: {press(made).status}"


# ---- What only AWS can show -----------------------------------------------------------------------


@shows("link-form")
def form(scene: Scene) -> str:
    """Send S3's own form, the second step of a page without scripts."""
    made = share(scene, INBOX, kind="upload")
    step = press(made, "form", name="by-form.txt", size=str(len(SENT)))
    action = unescape(re.findall(r'action="([^"]*)"', step.data.decode())[0])
    with urllib3.PoolManager() as pool:
        parts: dict[str, Any] = {**fields(step), "file": ("by-form.txt", SENT)}
        answer = pool.request("POST", action, fields=parts, redirect=False, retries=False)
    led = answer.headers.get("Location", "").partition("?")[0]
    return f"{answer.status} to {led.removeprefix(scene.stack.url) or 'nowhere'}"


@shows("link-missing")
def missing(scene: Scene) -> str:
    """Press the button of a link whose file was deleted."""
    made = share(scene)
    scene.s3().delete_object(Bucket=scene.ground.bucket, Key=FILE)
    found = given(press(made))
    uses = scene.send("GET", f"/iam/shares/{made['id']}").json["uses"]
    return f"{found}, uses: {uses}"


@shows("link-cors")
def cors(scene: Scene) -> str:
    """Ask S3 what the page of a link asks first: without a CORS rule, and with one."""
    s3, bucket = scene.s3(), scene.ground.bucket
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "x"})
    base = url.partition("?")[0].removesuffix("x")

    def readable() -> str:
        answer = http("PUT", base + NO_UPLOAD, b"", Origin=ORIGIN)
        allowed = answer.headers.get("Access-Control-Allow-Origin") in (ORIGIN, "*")
        return f"{answer.status} {'readable' if allowed else 'not readable'}"

    before = readable()
    rule = {
        "AllowedOrigins": [ORIGIN],
        "AllowedMethods": ["PUT", "POST", "DELETE"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
    }
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    try:
        return f"without: {before}, with: {readable()}"
    finally:
        s3.delete_bucket_cors(Bucket=bucket)
