"""The rows of the acceptance run: each is observed or has a reason, each doubt is linked."""

import json
import re
from pathlib import Path

import pytest

from tests.acceptance import page
from tests.acceptance.rows import OBSERVERS, Row, observers, rows, shows
from tests.acceptance.scene import Ground
from tests.acceptance.stack import document
from tests.acceptance.table import Line
from tests.support.make import NOW, ROLE_ARN
from tests.support.pages import ROOT, pages
from vending.bodies.parse import parse
from vending.callers.web_identity import has_keys
from vending.catalogue.plan import plan
from vending.catalogue.proposal import Setting, Stored
from vending.documents.document import ChangesRequest

PAGES = pages()
DOUBTS = [row for row in rows() if row.is_for_aws_alone]


def test_every_row_is_observed_by_one_function_or_says_why_not() -> None:
    assert {row.id for row in rows() if row.by_hand is None} == observers().keys()
    assert len({row.id for row in rows()}) == len(rows())


def test_two_functions_cannot_observe_one_row() -> None:
    observers()
    with pytest.raises(ValueError, match="two functions observe own-keys"):
        shows("own-keys")(lambda scene: "")
    assert OBSERVERS


@pytest.mark.parametrize("row", DOUBTS, ids=lambda row: row.id)
def test_the_page_of_a_doubt_links_to_its_row(row: Row) -> None:
    assert row.page is not None
    here = Path(row.page).parent
    up = "" if here.name == "docs" else "../"
    assert f"{up}acceptance.md#{row.id}" in PAGES[row.page].links


def test_a_page_links_to_no_row_of_another_page() -> None:
    of = {row.id: row.page for row in rows()}
    for name, one in PAGES.items():
        for link in one.links:
            if found := re.search(r"(?:^|/)acceptance\.md#([a-z-]+)$", link):
                assert of.get(found[1]) == name, f"{name} links to {link}"


def test_a_row_by_hand_is_a_doubt() -> None:
    assert {row.id for row in rows() if row.by_hand} <= {row.id for row in DOUBTS}


def test_no_row_that_a_local_cloud_shows_comes_after_one_that_it_cannot() -> None:
    """So steps have the same numbers in both."""
    alone = [row.is_for_aws_alone for row in rows()]
    assert alone == sorted(alone)


def test_the_grants_of_the_run_are_accepted(ground: Ground) -> None:
    request = parse(ChangesRequest, json.dumps(document(ground)))
    setting = Setting(ROLE_ARN, allow_local_issuers=False, has_keys=has_keys, now=NOW)
    assert plan(request, Stored({}, {}, {}), setting).changes


# ---- The page -------------------------------------------------------------------------------------

KEPT = {
    "date": "2026-12-01",
    "region": "eu-central-1",
    "rows": {
        "own-keys": {"observed": "403 HeadObject: Forbidden"},
        "url": {"observed": "403"},
        "revoked-url": {"observed": "denied within a minute", "measured": "4.2 s"},
    },
}


def test_the_page_says_what_was_observed_where_and_when() -> None:
    text = "\n".join(page.tables(rows(), KEPT))
    tried = sum(row.by_hand is None for row in rows())
    said = f"Last run on 2026-12-01 in `eu-central-1`: 2 of {tried} rows as expected"
    assert f"{said}, {tried - 3} not run yet." in text
    cells = {
        match[1]: match[2]
        for match in re.finditer(r'<a id="([\w-]+)"></a>.*\| (.*) \|$', text, re.MULTILINE)
    }
    assert cells["own-keys"] == "as expected"
    assert cells["url"] == "**403**"
    assert cells["revoked-url"] == "as expected (4.2 s)"
    assert cells["vended"] == page.NOT_YET
    assert cells["custom-domain"].startswith("by hand: ")


def test_a_page_without_a_run_says_so(tmp_path: Path) -> None:
    assert "It has not run on AWS yet." in "\n".join(page.tables(rows(), {}))
    other = tmp_path / "page.md"
    other.write_text("no markers")
    with pytest.raises(ValueError, match="the marker <!-- from make acceptance --> is missing"):
        page.text(other)


SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    "text",
    [
        f"it has {SECRET}",
        "it has AKIAIOSFODNN7EXAMPLE",
        "it has ASIAIOSFODNN7EXAMPLE",
        "it has eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln",
        "https://b.s3.amazonaws.com/k?X-Amz-Signature=0123&X-Amz-Expires=300",
        "https://b.s3.amazonaws.com/k?X-Amz-Security-Token=abc",
        f"a session {'0a' * 16}",
        "in account 987654321098",
        "bucket s3vend-acceptance-1a2b3c-files",
    ],
)
def test_nothing_secret_and_nothing_of_the_account_is_on_the_page(
    text: str, ground: Ground
) -> None:
    shown = page.public(text, ground)
    for secret in (SECRET, "FODNN7", "eyJ", "0123", "=abc", "0a0a", "987654321098", "1a2b3c"):
        assert secret not in shown
    assert page.public("AccessDenied (GetObject)", ground) == "AccessDenied (GetObject)"


def test_a_long_observation_is_cut(ground: Ground) -> None:
    assert len(page.public("word " * 100, ground)) <= page.LONGEST + 1


def test_what_a_run_has_observed_is_written(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "acceptance.md"
    copy.write_text((ROOT / "docs/acceptance.md").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(page, "PATH", copy)
    monkeypatch.setattr(page, "OBSERVED", tmp_path / "observed.json")
    [row] = [row for row in rows() if row.id == "own-keys"]
    monkeypatch.setattr(page.text, "__defaults__", (copy, tmp_path / "observed.json"))
    page.write(ground, {"own-keys": Line(row.title, row.expected, row.expected)})
    assert "as expected" in copy.read_text(encoding="utf-8")
