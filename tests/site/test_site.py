"""The site that `make docs` has built: it is whole, and loads nothing from elsewhere."""

import json
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest

from tests.support.pages import ROOT, pages

SITE = ROOT / ".site"
HTML = sorted(SITE.rglob("*.html"))
CODE = sorted(path for path in SITE.rglob("*") if path.suffix in (".js", ".css", ".svg"))
HOST = re.compile(r"(?:https?:|wss?:|[\"'(=]\s*)//([a-zA-Z0-9][a-zA-Z0-9-]*(?:\.[a-zA-Z0-9-]+)+)")
LOADING = {  # attributes by which an element loads something; links that readers click do not
    "audio": {"src"},
    "embed": {"src"},
    "iframe": {"src", "srcdoc"},
    "image": {"href", "xlink:href"},
    "img": {"src", "srcset"},
    "input": {"src"},
    "link": {"href"},
    "object": {"data"},
    "script": {"src"},
    "source": {"src", "srcset"},
    "track": {"src"},
    "use": {"href", "xlink:href"},
    "video": {"src", "poster"},
}
# Hosts that scripts, styles and pictures name without loading anything from them.
NAMED = {
    "www.w3.org": "names of XML namespaces",
    "api.github.com": "asked about the repo_url of mkdocs.yml, which has none",
    "bit.ly": "words of a message",
    "chasen.org": "a licence",
    "code.google.com": "a licence",
    "lunrjs.com": "a licence",
    "snowball.tartarus.org": "a licence",
    "tartarus.org": "a licence",
    "www.mozilla.org": "a licence",
    "fontawesome.com": "a licence",
    "clipboardjs.com": "a licence",
    "openjsf.org": "a licence",
    "lodash.com": "a licence",
    "underscorejs.org": "a licence",
    "opensource.org": "a licence",
    "jquery.org": "a licence",
    "engelschall.com": "a licence",
    "en.wikipedia.org": "a licence, and words of messages",
    "tldrlegal.com": "a licence",
    "chevrotain.io": "words of messages",
    "langium.org": "words of messages",
    "github.com": "words of messages",
}


class Elements(HTMLParser):
    """What a page loads, links to and says of itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.policy = ""
        self.styles: list[str] = []
        self.language = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.loaded += [known[name] for name in LOADING.get(tag, set()) & known.keys()]
        self.anchors |= {known[name] for name in ("id", "name") if name in known}
        self.styles += [known["style"]] if "style" in known else []
        if tag == "a" and "href" in known:
            self.links.append(known["href"])
        if known.get("http-equiv") == "Content-Security-Policy":
            self.policy = known["content"]
        if tag == "html":
            self.language = known.get("lang", "")


@cache
def read(path: Path) -> Elements:
    return Elements(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return path.relative_to(SITE).as_posix()


def hosts(text: str) -> set[str]:
    return set(HOST.findall(text))


def foreign(text: str) -> Iterator[str]:
    """What elements of a page load from elsewhere."""
    elements = Elements(text)
    for loaded in elements.loaded:
        if urlsplit(loaded.strip()).netloc or hosts(loaded):
            yield loaded
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL)
    styles = re.findall(r"<style[^>]*>(.*?)</style>", text, re.DOTALL)
    for inline in [*scripts, *styles, *elements.styles]:
        yield from hosts(inline) - NAMED.keys()


def test_every_page_is_on_the_site_with_its_markdown_beside_it() -> None:
    made = {name(path) for path in HTML}
    for page, known in pages().items():
        place = Path(page)
        html = (
            place.with_name("index.html")
            if place.name == "README.md"
            else place.with_suffix(".html")
        )
        assert html.as_posix() in made
        assert (SITE / page).read_text(encoding="utf-8") == known.text
    assert len(made) == len(pages()) + 1  # and the page for addresses that lead nowhere


@pytest.mark.parametrize("path", HTML, ids=name)
def test_a_page_loads_nothing_from_elsewhere(path: Path) -> None:
    assert list(foreign(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", HTML, ids=name)
def test_a_page_tells_the_browser_to_load_from_this_site_alone(path: Path) -> None:
    policy = dict(rule.split(" ", 1) for rule in read(path).policy.split("; "))
    assert policy["default-src"] == "'self'"
    assert {source for rule in policy.values() for source in rule.split()} <= {
        *("'self'", "'none'", "'unsafe-inline'", "data:")
    }


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_script_a_style_or_a_picture_names_no_host_that_it_could_load_from(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert hosts(text) - NAMED.keys() == set()
    if path.suffix != ".js":
        addresses = {one.strip("\"' ")[:5] for one in re.findall(r"url\(([^)]*)\)", text)}
        assert not {one for one in addresses if one[0] != "#" and one != "data:"}
        assert "@import" not in text


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://unpkg.com/a.js"></script>',
        '<script src="//unpkg.com/a.js"></script>',
        '<link rel="stylesheet" href="https://fonts.googleapis.com/css">',
        '<img srcset="a.png 1x, https://example.com/a.png 2x">',
        '<p style="background: url(//example.com/a.png)">',
        "<style>@font-face { src: url('https://example.com/a.woff2') }</style>",
        '<script>fetch("https://example.com/a")</script>',
        '<script>import("//example.com/a.js")</script>',
        '<svg><use href="https://example.com/a.svg#b"/></svg>',
    ],
)
def test_what_would_load_from_elsewhere_is_found(text: str) -> None:
    assert list(foreign(text))


def test_a_link_that_a_reader_clicks_may_lead_elsewhere() -> None:
    assert not list(foreign('<a href="https://aws.amazon.com/">AWS</a>'))


@pytest.mark.parametrize("path", HTML, ids=name)
def test_a_link_leads_to_a_file_and_its_anchor(path: Path) -> None:
    if path.name == "404.html":  # its links begin at the root of the server
        return
    for link in read(path).links:
        address, anchor = urldefrag(urljoin(f"file://{path}", link))
        if urlsplit(address).scheme != "file":
            continue
        there = Path(unquote(urlsplit(address).path))
        there = there / "index.html" if there.is_dir() else there
        assert there.is_relative_to(SITE), link
        assert there.is_file(), link
        assert not anchor or there.suffix != ".html" or unquote(anchor) in read(there).anchors, link


def test_the_japanese_page_is_in_japanese_and_so_is_its_navigation() -> None:
    page = SITE / "README.ja.html"
    assert read(page).language == "ja"
    assert read(SITE / "index.html").language == "en"
    navigation = page.read_text(encoding="utf-8").partition('class="md-tabs"')[2]
    tabs = navigation.partition("</nav>")[0]
    assert re.findall(r"^\s*(\S+)\s*$", re.sub(r"<[^>]*>", "\n", tabs), re.MULTILINE) == [
        *("s3vend", "使う", "許可する", "運用する", "安全性を確認する", "開発に参加する")
    ]


def test_llms_txt_lists_markdown_that_is_there() -> None:
    listed = re.findall(r"\]\(([^)]+)\)", (SITE / "llms.txt").read_text(encoding="utf-8"))
    assert len(listed) > 30
    assert all((SITE / one).suffix == ".md" and (SITE / one).is_file() for one in listed)


def test_the_search_knows_both_languages() -> None:
    index = json.loads((SITE / "search/search_index.json").read_text(encoding="utf-8"))
    assert index["config"]["lang"] == ["en", "ja"]
    found = {one["location"] for one in index["docs"] if "署名付き" in one["text"]}
    assert "README.ja.html" in found
