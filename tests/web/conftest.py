"""A cloud whose S3 is another origin than the pages of links, and a browser that opens them."""

import json
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from local.cloud import aws, environments
from local.cloud.client import Call, Credentials, caller
from local.cloud.ministack import Cloud, running
from local.stack import seed as seeding
from local.stack.build import built
from local.stack.deploy import Stack, deploy
from local.stack.seed import BUCKET, Seeded
from tests.support.pages import ROOT
from tests.web.connection import Connection

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
AXE = ROOT / "tests/web/javascript/node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "website/pictures"
LANGUAGES = {"en": "en-GB", "ja": "ja-JP"}
SHARER = "arn:aws:iam::123456789012:user/Sharer"
GRANT = {
    "id": "shared",
    "grantee": {"iam": SHARER},
    "scope": f"s3://{BUCKET}/shared/*",
    "permission": "READWRITE",
    "sharing": True,
}
NUMBERS = b"month,total\n2026-01,42\n"
# A violation of the policy reaches the console as an error of its own.
LISTENING = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`violation of ${event.violatedDirective} by ${event.blockedURI}`));
"""

expect.set_options(timeout=60_000)

type Make = Callable[..., dict[str, Any]]
type Open = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if BROWSER is None:
            item.add_marker(pytest.mark.skip(reason="needs Chromium"))


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    environments.forget_own()
    with running() as cloud:
        yield cloud


@pytest.fixture(scope="session")
def connection(cloud: Cloud) -> Iterator[Connection]:
    made = Connection(urlsplit(cloud.endpoint).port or 80)
    yield made
    made.close()


@pytest.fixture(scope="session")
def stack(cloud: Cloud, connection: Connection) -> Stack:
    parameters = {"S3Endpoint": connection.url, "GrantsCacheSeconds": "2"}
    return deploy(cloud, built(), parameters)


@pytest.fixture(scope="session")
def seeded(cloud: Cloud, stack: Stack) -> Seeded:
    return seeding.seed(cloud, stack)


@pytest.fixture(scope="session")
def s3(cloud: Cloud, seeded: Seeded) -> "S3Client":
    return aws.s3(cloud, cloud.root)


@pytest.fixture(scope="session")
def call(stack: Stack) -> Call:
    return caller(stack.url)


@pytest.fixture(scope="session")
def apply(stack: Stack, seeded: Seeded) -> Callable[[dict[str, Any]], None]:
    return lambda grant: seeding.apply(
        stack, {"version": 1, "grants": [grant]}, seeded.administrator
    )


@pytest.fixture(scope="session")
def sharer(cloud: Cloud, stack: Stack, apply: Any, s3: "S3Client") -> Credentials:
    credentials = seeding.new_user(cloud, "Sharer", stack.outputs["CallersPolicyArn"])
    apply(GRANT)
    for name in ("numbers.csv", "folder/b.csv", "folder/c d&é.csv", "folder/図.csv"):
        s3.put_object(Bucket=BUCKET, Key=f"shared/{name}", Body=NUMBERS)
    return credentials


@pytest.fixture(scope="session")
def origin(stack: Stack) -> str:
    """Of the pages."""
    parts = urlsplit(stack.url)
    return f"{parts.scheme}://{parts.netloc}"


@pytest.fixture
def allowed(s3: "S3Client", sharer: Credentials, origin: str) -> Iterator[None]:
    """The bucket has the CORS rule that the script needs."""
    rule: Any = {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["PUT", "POST", "DELETE"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
    }
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})
    yield
    s3.delete_bucket_cors(Bucket=BUCKET)


@pytest.fixture(scope="session")
def make(call: Call, sharer: Credentials) -> Make:
    """`make("numbers.csv", …)`: a share, with its link."""

    def made(target: str = "numbers.csv", **members: object) -> dict[str, Any]:
        body = {"target": f"s3://{BUCKET}/shared/{target}", "kind": "download", "expiresIn": "7d"}
        answer = call("POST", "/iam/shares", body | members, sharer)
        assert answer.status == 200, answer.json
        found: dict[str, Any] = answer.json
        return found

    return made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=BROWSER, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield found
        found.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Open]:
    """`new_page(url, language="ja", scheme="dark", script=False)`: in a browser of its own.

    At the end of the test, no page may have violated its policy or have thrown an error.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        text = message.text
        if "violation" in text or "Content Security Policy" in text:
            faults.append(text)

    def opened(
        url: str,
        *,
        language: str = "en",
        scheme: Any = "light",
        script: bool = True,
        width: int = 1000,
    ) -> Page:
        context = browser.new_context(
            locale=LANGUAGES[language],
            color_scheme=scheme,
            java_script_enabled=script,
            accept_downloads=True,
            viewport={"width": width, "height": 800},
            timezone_id="Asia/Tokyo",
        )
        contexts.append(context)
        context.add_init_script(LISTENING)
        context.set_default_timeout(60_000)
        context.set_default_navigation_timeout(60_000)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults


def violations(page: Page) -> list[str]:
    """What axe finds that is serious or worse."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        json.dumps([one["id"], [node["target"] for node in one["nodes"]]])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def picture(page: Page, name: str) -> None:
    """A picture for the pages of the documentation."""
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
