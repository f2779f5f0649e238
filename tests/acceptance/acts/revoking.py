"""The kill switch: what was vended is denied by S3 itself, and how long that takes."""

from typing import Any

from botocore.exceptions import ClientError

from local.canary import measure
from local.cloud.client import Credentials
from tests.acceptance.acts import memo
from tests.acceptance.acts.memo import REPORT
from tests.acceptance.rows import Measured, shows
from tests.acceptance.scene import SAME, Scene, refusal, use
from tests.acceptance.waiting import within

SOON = 60.0  # seconds for a change of IAM's to arrive everywhere
AWARE = 3.0  # seconds, more than a function needs to hear of a revocation


@shows("revoked-url")
def revoked_url(scene: Scene) -> Measured:
    """Vend a URL, revoke its session, and request it until S3 refuses ten times in a row."""

    def named(prefix: str, keys: Credentials) -> dict[str, str]:
        return {
            f"{prefix}ACCESS_KEY_ID": keys.access_key_id,
            f"{prefix}SECRET_ACCESS_KEY": keys.secret_access_key,
        }

    measured = measure(
        {
            "S3VEND_URL": scene.stack.url,
            "AWS_REGION": scene.ground.region,
            "S3VEND_CANARY_TARGET": scene.target(REPORT),
            **named("AWS_", scene.user),
            **named("S3VEND_ADMIN_", scene.administrator),
        }
    )
    when = "within a minute" if measured.denied < SOON else "later than a minute"
    written = "" if measured.denialWritten else ", although the denial was not written"
    return Measured(f"denied {when}{written}", f"{measured.denied:.1f} s")


shows("after-revocation")(lambda scene: memo.fetch(scene.presign("GET", REPORT)["url"]))


def revoke(scene: Scene, **body: object) -> Any:
    """Revoke as the administrator."""
    return scene.ask("/admin/revocations", {"reason": "acceptance", **body}, scene.administrator)


@shows("blocked")
def blocked(scene: Scene) -> Measured:
    """Block the user: neither new credentials nor those that are out; then lift the block.

    A function looks once a second at who is blocked.
    """
    keys = scene.vend()
    me = scene.send("GET", "/iam/identity").json["arn"]
    block = revoke(scene, caller={"iam": me}, kind="block")["revocation"]["id"]
    try:
        within(SOON, lambda: memo.ask(scene, "reports/*", scene.user).status != 200)
        answer = memo.ask(scene, "reports/*", scene.user)
        denied = within(SOON, lambda: refusal(lambda: memo.get(scene, keys, REPORT)) != "allowed")
        out = refusal(lambda: memo.get(scene, keys, REPORT))
    finally:
        scene.send("DELETE", f"/admin/revocations/{block}", keys=scene.administrator)
    new = f"{answer.status} {answer.json.get('code')}"
    return Measured(f"new: {new}; out: {out}", "" if denied is None else f"{denied:.1f} s")


@shows("lifted")
def lifted(scene: Scene) -> str:
    """Vend again after the block: s3vend asks for three seconds, and IAM takes some too."""

    def again() -> str:
        if memo.ask(scene, "reports/*", scene.user).status != 200:
            return "refused by s3vend"
        try:
            return memo.get(scene, scene.vend(), REPORT)
        except ClientError as error:
            return str(error)

    within(SOON, lambda: again() == SAME)
    return again()


@shows("sessions-again")
def sessions_again(scene: Scene) -> Measured:
    """Revoke what the user has, and vend again as soon as s3vend does.

    A function looks once a second at what is revoked, and then refuses for some seconds.
    """
    before = scene.vend()
    me = scene.send("GET", "/iam/identity").json["arn"]
    revoke(scene, caller={"iam": me}, kind="sessions")
    within(AWARE, lambda: memo.ask(scene, "reports/*", scene.user).status != 200)
    took = within(SOON, lambda: memo.ask(scene, "reports/*", scene.user).status == 200)
    after = memo.get(scene, scene.vend(), REPORT)

    def old() -> str:
        return refusal(lambda: memo.get(scene, before, REPORT))

    within(SOON, lambda: old() != "allowed")
    waited = "" if took is None else f"s3vend refuses for {took:.1f} s"
    return Measured(f"before: {old()}, after: {after}", waited)


@shows("denial-message")
def denial_message(scene: Scene) -> str:
    """Read the reason in S3's answer to a URL whose session was revoked."""
    request = {"method": "GET", "target": scene.target(REPORT)}
    vended = scene.ask("/iam/presigned-urls", {"expiresIn": 300, "requests": [request]})
    url = vended["urls"][0]
    revoke(scene, sessionId=vended["sessionId"], kind="sessions")
    within(SOON, lambda: bool(use(url).status == 403))
    reason = "with an explicit deny in an identity-based policy"
    return f"it ends {reason!r}" if reason in use(url).data.decode() else "it says something else"
