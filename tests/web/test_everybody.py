"""Pages for everybody: axe finds nothing serious, a keyboard is enough, a phone is wide enough."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import NUMBERS, Make, Open, picture, violations

LINKS: dict[str, dict[str, Any]] = {
    "file": {
        "target": "numbers.csv",
        "maxUses": 50,
        "label": "مرحبا & <b>日本語</b>",
        "from": "Ann",
    },
    "folder": {"target": "folder/*"},
    "upload": {
        "target": "axe/*",
        "kind": "upload",
        "maxSize": "1GiB",
        "contentTypes": ["image/png"],
    },
    "password": {"target": "numbers.csv", "password": "a long secret"},
}
NEXT = {
    "folder": {"en": "Show the files", "ja": "ファイルを表示"},
    "password": {"en": "Continue", "ja": "続ける"},
}


@pytest.fixture(scope="module")
def links(make: Make) -> dict[str, str]:
    return {name: make(**members)["url"] for name, members in LINKS.items()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_axe_finds_nothing_serious(
    language: str, scheme: str, links: dict[str, str], new_page: Open
) -> None:
    found: dict[str, list[str]] = {}

    def look(name: str, page: Page) -> None:
        assert page.locator("html").get_attribute("lang") == language
        found[name] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name

    for name, url in links.items():
        page = new_page(url, language=language, scheme=scheme, width=320)
        look(name, page)
        if name == "password":
            page.locator("#password").fill("a wrong one")
        if name in NEXT:
            page.get_by_role("button", name=NEXT[name][language]).click()
            page.wait_for_load_state()
            look(f"{name}, then", page)
        if (language, scheme, name) == ("ja", "dark", "folder"):
            picture(page, "share-folder-ja")
    base = links["file"].rpartition("/")[0]
    look("done", new_page(f"{base}/done", language=language, scheme=scheme, width=320))
    look("unknown", new_page(f"{base}/{'a' * 32}", language=language, scheme=scheme, width=320))
    page = new_page(links["upload"], language=language, scheme=scheme, width=320)
    # As without a script, where axe could not run.
    page.evaluate("document.getElementById('first-step').hidden = false")
    look("upload without a script", page)
    page.locator("#name").fill("a.png")
    page.locator("#size").select_option(index=1)
    page.locator("#first-step button").click()
    page.wait_for_selector("#file")
    look("form", page)
    assert not any(found.values()), found
    assert len(found) == 10


def reach(page: Page, role: Any, name: str) -> None:
    """Press Tab until a control has the focus, which must be seen."""
    for _ in range(20):
        page.keyboard.press("Tab")
        control = page.get_by_role(role, name=name)
        if control.count() and control.first.evaluate("one => one === document.activeElement"):
            width = control.first.evaluate("one => getComputedStyle(one).outlineWidth")
            assert width == "3px"
            return
    raise AssertionError(f"Tab does not reach {name}")


def test_a_keyboard_is_enough(make: Make, new_page: Open) -> None:
    page = new_page(make("folder/*", password="a long secret")["url"])
    page.keyboard.type("a long secret")  # the field has the focus
    page.keyboard.press("Enter")
    reach(page, "button", "Show the files")
    page.keyboard.press("Enter")
    page.wait_for_selector(".files")
    reach(page, "button", "c d&é.csv")
    with page.expect_download() as found:
        page.keyboard.press("Enter")
    assert Path(found.value.path()).read_bytes() == NUMBERS


def test_a_keyboard_is_enough_to_send_files(allowed: None, make: Make, new_page: Open) -> None:
    page = new_page(make("keyboard/*", kind="upload")["url"])
    page.keyboard.press("Tab")
    expect(page.get_by_label("Choose files")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files({"name": "k.txt", "mimeType": "text/plain", "buffer": b"keyboard"})
    expect(page.get_by_role("status")).to_have_text("k.txt is sent.")


def test_nothing_is_loaded_from_elsewhere(
    links: dict[str, str], new_page: Open, origin: str, browser: Any
) -> None:
    page = new_page("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for url in links.values():
        page.goto(url)
        token = url.rpartition("/")[2]
        assert token not in page.content()
        assert token not in page.title()
    assert {one for one in asked if not one.startswith(origin)} == set()
