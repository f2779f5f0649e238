"""The web application of docs/clients.md, used by a browser's DOM that heeds CORS."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import urllib3

from local.cloud import aws
from local.cloud.ministack import free_port
from local.stack.seed import BUCKET
from tests.client_tools.conftest import APPLICATION, PYTHON, Scene, here, titled

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

JAVASCRIPT = Path(__file__).with_name("javascript")
SECONDS = 30  # until the application answers, at most


@dataclass(frozen=True, slots=True)
class Application:
    """The application, and the log that it writes."""

    url: str
    directory: Path
    s3: "S3Client"

    def browse(self, name: str, media_type: str = "text/csv", *, uppy: bool = False) -> str:
        """Choose a file with this name in the page, and return what the page says."""
        done = subprocess.run(  # noqa: S603 - our own program
            ["node", JAVASCRIPT / "browser.mjs"],  # noqa: S607
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "APP": self.url,
                "FILE": name,
                "TYPE": media_type,
                **({"UPPY": str(self.directory / "upload.js")} if uppy else {}),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        return f"{answer['said']} {''.join(answer['errors'])}".strip()

    @property
    def log(self) -> str:
        return (self.directory / "log").read_text()


@pytest.fixture(scope="module")
def app(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    directory = tmp_path_factory.mktemp("app")
    for title in ("app.py", "page.html", "upload.js"):
        (directory / title).write_text(here(titled(title).text))
    (directory / "package.json").write_text('{"type": "module"}')
    (directory / "node_modules").symlink_to(JAVASCRIPT / "node_modules")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (directory / "log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - our own page
            [PYTHON, "-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--port", str(port)],
            cwd=directory,
            env=scene.settings(APPLICATION),
            stdout=log,
            stderr=log,
        )
    s3 = aws.s3(scene.cloud, scene.cloud.root)
    rule = {
        "AllowedOrigins": [url],
        "AllowedMethods": ["GET", "HEAD", "PUT", "POST"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
    }
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})  # type: ignore[list-item]
    try:
        wait_for(url, process)
        yield Application(url, directory, s3)
    finally:
        process.terminate()
        process.wait()


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "the application has ended"
        try:
            urllib3.request("GET", url, retries=False)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the application does not answer")


both_ways = pytest.mark.parametrize("uppy", [False, True], ids=["page", "Uppy"])


@both_ways
@pytest.mark.parametrize("name", ["report.csv", "Übersicht (1).csv"])
def test_a_file_that_a_user_chooses_arrives_in_the_bucket(
    app: Application, name: str, uppy: bool
) -> None:
    said = app.browse(name, uppy=uppy)
    assert said.startswith("Stored uploads/alice/"), said
    assert said.endswith(f"/{name}")
    stored = app.s3.get_object(Bucket=BUCKET, Key=said.removeprefix("Stored "))
    assert stored["Body"].read().decode() == f"the content of {name}"
    assert stored["ContentType"] == "text/csv"


@both_ways
@pytest.mark.parametrize(
    ("name", "media_type", "reason"),
    [
        ("a;b.csv", "text/csv", "String should match pattern"),  # by the application
        ("a.csv", "no type", "The request has 1 fault"),  # by the service
    ],
)
def test_the_user_is_told_why_a_file_is_refused(
    app: Application, name: str, media_type: str, reason: str, uppy: bool
) -> None:
    said = app.browse(name, media_type, uppy=uppy)
    assert reason in said


def test_a_refusal_has_its_reason_for_the_user_and_the_rest_for_the_log(app: Application) -> None:
    wanted = {"name": "a.csv", "type": "no type"}
    answer = urllib3.request("POST", f"{app.url}/uploads", json=wanted)
    assert (answer.status, list(answer.json())) == (400, ["detail"])
    assert "requestId" not in answer.json()["detail"]
    assert "/contentType" in app.log
    assert "requestId: " in app.log


def test_a_download_is_a_redirect_to_a_link_that_browsers_save(app: Application) -> None:
    answer = urllib3.request("GET", f"{app.url}/reports/2026.csv", redirect=False)
    assert answer.status == 303
    report = urllib3.request("GET", answer.headers["Location"])
    assert b"2026-01" in report.data
    assert report.headers["Content-Disposition"] == 'attachment; filename="2026.csv"'


@pytest.mark.parametrize("title", ["page.html", "upload.js"])
def test_a_page_loads_nothing_from_a_third_party(title: str) -> None:
    assert re.findall(r"""\w+:/|["']//""", titled(title).text) == []
