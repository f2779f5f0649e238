"""Links that give files, in a browser: given, taken back, used up, expired, refused."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from local.cloud.client import Call, Credentials
from local.stack.seed import BUCKET, Seeded
from tests.web.conftest import GRANT, NUMBERS, SHARER, Make, Open, picture

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NASTY = [
    *("<script>alert(1)</script>", '"onmouseover=alert(1) x="', "&amp;&lt;b&gt;", "'';--.csv"),
    *("日本語の名前.txt", "\u202egpj.exe", "مرحبا.csv", "e\u0301\u0301\u0301.csv", "😀🏳️‍🌈.png"),
    *(
        "  leading and trailing  ",
        "a  b   c",
        "%2e%2e%2fetc",
        "${filename}",
        "x" * 180,
        "a+b=c&d.csv",
    ),
    *("sub/folder/deep.csv", "a?b#c", "\\back\\slash", "new\u2028line", "\ufefffeff", "a;b,c:d|e"),
]
FILES = 5000
BLOCKS = [({"caller": {"iam": SHARER}}), ({"grantId": "shared"}), ({"all": True})]


def downloaded(page: Page, name: str = "Download") -> tuple[str, bytes]:
    """The name and the bytes of the file that a button gives."""
    with page.expect_download() as found:
        page.get_by_role("button", name=name).click()
    return found.value.suggested_filename, Path(found.value.path()).read_bytes()


def test_a_second_browser_gets_the_same_bytes_until_the_link_is_taken_back(
    call: Call, sharer: Credentials, make: Make, new_page: Open
) -> None:
    share = make(label="The numbers for January", **{"from": "Ann Example"})
    first, second = new_page(share["url"]), new_page(share["url"], language="ja", scheme="dark")
    picture(first, "share-file")
    assert downloaded(first) == ("numbers.csv", NUMBERS)
    expect(first.get_by_role("status")).to_have_text("The download starts.")
    assert downloaded(second, "ダウンロード") == ("numbers.csv", NUMBERS)
    assert call("DELETE", f"/iam/shares/{share['id']}", None, sharer).status == 200
    first.wait_for_timeout(5000)  # a second press within seconds is not sent
    first.get_by_role("button", name="Download").click()
    expect(first.get_by_role("heading")).to_have_text("This link no longer works")
    second.reload()
    expect(second.get_by_role("heading")).to_have_text("このリンクは使えなくなりました")


def test_a_double_click_uses_one_up(
    make: Make, new_page: Open, call: Call, sharer: Credentials
) -> None:
    share = make(maxUses=2)
    page = new_page(share["url"])
    expect(page.locator("#left")).to_have_text("It gives 2 more downloads.")
    with page.expect_download():
        page.get_by_role("button", name="Download").dblclick()
    page.wait_for_timeout(500)
    assert call("GET", f"/iam/shares/{share['id']}", None, sharer).json["uses"] == 1


def test_a_link_for_one_is_used_up(make: Make, new_page: Open) -> None:
    share = make(maxUses=1)
    page, other = new_page(share["url"]), new_page(share["url"])
    assert downloaded(page)[1] == NUMBERS
    other.get_by_role("button", name="Download").click()
    expect(other.get_by_role("heading")).to_have_text("This link is used up")


def test_a_link_expires(make: Make, new_page: Open) -> None:
    share = make(expiresIn=60)
    page = new_page(share["url"])
    page.wait_for_timeout(61_000)
    page.get_by_role("button", name="Download").click()
    expect(page.get_by_role("heading")).to_have_text("This link has expired")


def test_a_wrong_password_shows_nothing_and_the_right_one_the_file(
    make: Make, new_page: Open
) -> None:
    share = make(password="a long secret", label="Secret label")
    page = new_page(share["url"])
    field = page.get_by_label("Password", exact=True)
    expect(field).to_be_focused()
    picture(page, "share-password")
    field.fill("a wrong one")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("That password is wrong.")
    assert "Secret label" not in page.content()
    field.fill("a long secret")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Secret label")).to_be_visible()
    assert downloaded(page) == ("numbers.csv", NUMBERS)


def test_a_grant_that_is_narrowed_or_removed_refuses_at_once(
    apply: Callable[[Any], None], call: Call, seeded: Seeded, make: Make, new_page: Open
) -> None:
    page = new_page(make()["url"])
    try:
        apply(GRANT | {"scope": f"s3://{BUCKET}/shared/folder/*"})
        page.get_by_role("button", name="Download").click()
        expect(page.get_by_role("heading")).to_have_text("This link does not work right now")
        listed = call("GET", "/admin/grants?limit=1000", None, seeded.administrator).json["grants"]
        others = [one for one in listed if one["id"] != GRANT["id"]]
        removal = {"version": 1, "grants": others, "prune": True}
        assert call("POST", "/admin/changes", removal, seeded.administrator).status == 200
        page.get_by_role("button", name="Open the link again").click()
        expect(page.get_by_role("heading")).to_have_text("This link does not work right now")
    finally:
        apply(GRANT)
    page.get_by_role("button", name="Open the link again").click()
    assert downloaded(page) == ("numbers.csv", NUMBERS)


@pytest.mark.parametrize("whose", BLOCKS, ids=["owner", "grant", "everybody"])
def test_a_revoked_link_stays_over_after_the_block_is_lifted(
    whose: dict[str, Any],
    call: Call,
    seeded: Seeded,
    sharer: Credentials,
    make: Make,
    new_page: Open,
) -> None:
    page = new_page(make()["url"])
    members = {"reason": "a test", "kind": "block"} | whose
    block = call("POST", "/admin/revocations", members, seeded.administrator).json["revocation"]
    page.get_by_role("button", name="Download").click()
    expect(page.get_by_role("heading")).to_have_text("This link no longer works")
    lifted = call("DELETE", f"/admin/revocations/{block['id']}", None, seeded.administrator)
    assert lifted.status == 200
    page.reload()
    expect(page.get_by_role("heading")).to_have_text("This link no longer works")
    body = {"target": f"s3://{BUCKET}/shared/numbers.csv", "kind": "download", "expiresIn": 600}
    for _ in range(40):  # until the functions know that it is lifted
        if call("POST", "/iam/shares", body, sharer).status == 200:
            return
        time.sleep(0.5)
    raise AssertionError("the owner cannot share again")


@pytest.fixture(scope="module")
def nasty(s3: "S3Client", sharer: Credentials) -> set[str]:
    """The names of 5,000 files."""
    names = {*NASTY, *(f"{number:04} {NASTY[number % 15]}" for number in range(FILES - len(NASTY)))}
    for name in names:
        s3.put_object(Bucket=BUCKET, Key=f"shared/nasty/{name}", Body=name.encode())
    return names


def test_a_folder_of_nasty_names_is_shown_whole_page_by_page(
    nasty: set[str], make: Make, new_page: Open
) -> None:
    page = new_page(make("nasty/*")["url"])
    page.get_by_role("button", name="Show the files").click()
    found: list[str] = []
    pages = 1
    while True:
        found += page.eval_on_selector_all(
            ".files button", "all => all.map(one => one.innerText ? one.value : '')"
        )
        more = page.get_by_role("button", name="Next page")
        if not more.count():
            break
        with page.expect_navigation():
            more.click()
        pages += 1
    assert len(found) == len(set(found))
    assert set(found) == nasty
    assert pages == len(nasty) // 100 + bool(len(nasty) % 100)


def test_nasty_files_are_given_as_they_are(nasty: set[str], make: Make, new_page: Open) -> None:
    page = new_page(make("nasty/*")["url"])
    page.get_by_role("button", name="Show the files").click()
    shown = page.eval_on_selector_all(".files button", "all => all.map(one => one.value)")
    assert shown
    for place in range(0, len(shown), 9):
        with page.expect_download() as download:
            page.locator(".files button").nth(place).click()
        assert Path(download.value.path()).read_bytes() == shown[place].encode()
