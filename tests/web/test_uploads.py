"""Links that take files, in a browser: over a bad connection, after a reload, without a script."""

import hashlib
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from local.cloud.client import Call, Credentials
from local.stack.seed import BUCKET
from tests.web.conftest import Make, Open, picture
from tests.web.connection import Connection

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MIB = 1024**2
LARGE = 200 * MIB

type Arrived = Callable[[str], dict[str, str]]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 200 MiB."""
    path = tmp_path_factory.mktemp("large") / "large.bin"
    path.write_bytes(random.Random(1).randbytes(LARGE))
    return path


@pytest.fixture(scope="module")
def arrived(s3: "S3Client") -> Arrived:
    """`arrived("inbox")`: the files below a prefix by name, as SHA-256."""

    def found(prefix: str) -> dict[str, str]:
        listed = s3.list_objects_v2(Bucket=BUCKET, Prefix=f"shared/{prefix}/").get("Contents", [])
        keys = [one["Key"] for one in listed]
        assert all(re.fullmatch(f"shared/{prefix}/[a-z2-7]{{16}}/[^/]+", key) for key in keys)
        return {
            key.rpartition("/")[2]: hashlib.sha256(
                s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
            ).hexdigest()
            for key in keys
        }

    return found


def choose(page: Page, *paths: Path) -> None:
    page.get_by_label("Choose files").set_input_files([*paths])


def state(page: Page, name: str) -> str:
    found: str = page.locator("#list li", has_text=name).locator(".state").inner_text()
    return found


def wait_for(page: Page, part: float) -> None:
    """Wait until so much of the file has gone."""
    script = f"() => document.querySelector('progress').value > {part}"
    page.wait_for_function(script, timeout=120_000)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def small(directory: Path, **files: bytes) -> list[Path]:
    for name, content in files.items():
        (directory / f"{name}.txt").write_bytes(content)
    return [directory / f"{name}.txt" for name in files]


def test_several_files_go_up_at_once(
    allowed: None, make: Make, new_page: Open, arrived: Arrived, tmp_path: Path
) -> None:
    paths = small(tmp_path, one=b"1" * 1000, two=b"", three=b"3" * MIB)
    shown = {"label": "Photos of the day", "from": "Ann Example"}
    share = make("several/*", kind="upload", maxUses=9, maxSize="9MiB", **shown)
    page = new_page(share["url"])
    choose(page, *paths)
    expect(page.get_by_role("status")).to_have_text("All files are sent.")
    picture(page, "share-upload")
    expect(page.locator("#left, #room")).to_have_count(0)  # neither is true any more
    assert [state(page, path.name) for path in paths] == ["Sent"] * 3
    assert arrived("several") == {path.name: digest(path) for path in paths}


def test_two_hundred_megabytes_arrive_over_a_connection_that_breaks(
    allowed: None,
    make: Make,
    new_page: Open,
    arrived: Arrived,
    large: Path,
    connection: Connection,
) -> None:
    page = new_page(make("large/*", kind="upload", maxUses=1)["url"])
    connection.break_after(40 * MIB, 20 * MIB, 90 * MIB)
    choose(page, large)
    expect(page.locator(".state")).to_have_text("Sent", timeout=300_000)
    assert connection.breaks == 3
    assert arrived("large") == {"large.bin": digest(large)}


def test_a_file_goes_on_after_a_reload(
    allowed: None,
    make: Make,
    new_page: Open,
    arrived: Arrived,
    large: Path,
    connection: Connection,
    call: Call,
    sharer: Credentials,
) -> None:
    share = make("reload/*", kind="upload")
    page = new_page(share["url"])
    page.on("dialog", lambda dialog: dialog.accept())  # that the page is left during an upload
    connection.break_after()
    choose(page, large)
    wait_for(page, 0.5)
    kept = page.evaluate("JSON.stringify(sessionStorage)")
    assert "upload " in kept
    assert large.name not in kept
    assert share["url"].rpartition("/")[2] not in kept
    page.reload()
    choose(page, large)
    expect(page.locator(".state")).to_have_text("Sent", timeout=300_000)
    assert arrived("reload") == {"large.bin": digest(large)}
    assert connection.sent < 1.3 * LARGE, "what had arrived was not sent again"
    assert call("GET", f"/iam/shares/{share['id']}", None, sharer).json["uses"] == 1
    assert page.evaluate("sessionStorage.length") == 0


def test_a_cancelled_file_leaves_nothing_behind(
    allowed: None, make: Make, new_page: Open, s3: "S3Client", large: Path, connection: Connection
) -> None:
    connection.break_after()
    page = new_page(make("cancelled/*", kind="upload")["url"])
    choose(page, large)
    wait_for(page, 0.1)
    page.get_by_role("button", name="Cancel large.bin").click()
    expect(page.locator(".state")).to_have_text("Cancelled")
    for _ in range(50):
        found = s3.list_multipart_uploads(Bucket=BUCKET, Prefix="shared/cancelled/")
        if not found.get("Uploads"):
            break
        page.wait_for_timeout(100)
    assert not found.get("Uploads")


def test_limits_are_said_before_anything_is_sent(
    allowed: None, make: Make, new_page: Open, tmp_path: Path
) -> None:
    share = make("limits/*", kind="upload", maxSize=1000, contentTypes=["image/png"])
    page = new_page(share["url"])
    choose(page, *small(tmp_path, big=b"x" * 1001, other=b"x"))
    row = page.locator("#list li", has_text="big.txt")
    expect(row.locator(".state")).to_have_text(
        "This file is too large. One file can have up to 1 kB."
    )
    row = page.locator("#list li", has_text="other.txt")
    expect(row.locator(".state")).to_have_text("This link does not take files of this type.")


def test_a_link_that_is_taken_back_stops_an_upload(
    allowed: None, make: Make, new_page: Open, call: Call, sharer: Credentials, tmp_path: Path
) -> None:
    share = make("stopped/*", kind="upload")
    page = new_page(share["url"])
    assert call("DELETE", f"/iam/shares/{share['id']}", None, sharer).status == 200
    choose(page, *small(tmp_path, late=b"x"))
    expect(page.locator(".state")).to_contain_text("This link takes no more files.")


def send_by_form(page: Page, path: Path) -> None:
    page.get_by_label("Name of the file").fill(path.name)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("File", exact=True).set_input_files(path)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading")).to_have_text("Your file has arrived")


def test_without_a_cors_rule_the_page_says_so_and_the_form_works(
    make: Make, new_page: Open, arrived: Arrived, tmp_path: Path
) -> None:
    (path,) = small(tmp_path, formed=b"by a form")
    page = new_page(make("closed/*", kind="upload", maxUses=1)["url"])
    choose(page, path)
    expect(page.get_by_role("alert")).to_contain_text("no CORS rule")
    expect(page.get_by_label("Name of the file")).to_be_focused()
    picture(page, "share-upload-form")
    send_by_form(page, path)
    assert arrived("closed") == {path.name: digest(path)}


def test_without_a_script_everything_works_by_forms(
    make: Make, new_page: Open, arrived: Arrived, tmp_path: Path
) -> None:
    (path,) = small(tmp_path, plain=b"without a script")
    share = make("plain/*", kind="upload", maxSize="1MiB", password="a long secret")
    page = new_page(share["url"], script=False)
    page.get_by_label("Password", exact=True).fill("a long secret")
    page.get_by_role("button", name="Continue").click()
    send_by_form(page, path)
    assert arrived("plain") == {path.name: digest(path)}
    listed = new_page(make("folder/*")["url"], script=False)
    listed.get_by_role("button", name="Show the files").click()
    with listed.expect_download() as found:
        listed.get_by_role("button", name="図.csv").click()
    assert found.value.suggested_filename == "図.csv"
