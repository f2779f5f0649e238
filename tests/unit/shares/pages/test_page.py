"""Pages: every text in them is escaped, none names where it came from, and the policy fits."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any, get_args

import pytest

from tests.support.make import NOW
from vending.aws.web.files import FILES
from vending.shares.opening import views
from vending.shares.pages import page as pages
from vending.shares.pages.language import language_of

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;\u202e"
ORIGIN = "https://bkt.s3.ap-northeast-1.amazonaws.com"
ABOUT = views.About(EVIL, EVIL, NOW, 3)
VIEWS: list[views.View] = [
    views.Password(),
    views.Password(wrong=True),
    views.File(ABOUT, EVIL, EVIL, ORIGIN),
    views.Folder(ABOUT, EVIL, ORIGIN),
    views.Folder(ABOUT, EVIL, ORIGIN, (views.Listed(EVIL, 1, NOW),), EVIL, left_out=2),
    views.Folder(ABOUT, None, ORIGIN, ()),
    views.Upload(ABOUT, EVIL, ORIGIN, f"{ORIGIN}/", 5, 10, (EVIL, "image/png")),
    views.Upload(ABOUT, None, ORIGIN, f"{ORIGIN}/", 0, 0, ()),
    views.Form(ABOUT, ORIGIN, f"{ORIGIN}/", {"key": EVIL, EVIL: "x"}, EVIL, 5, NOW),
    views.Done(),
    *(views.Message(kind, 3) for kind in get_args(views.Kind.__value__)),
]


CASES = [(view, language) for view in VIEWS for language in ("en", "ja")]
each_page = pytest.mark.parametrize(
    ("view", "language"), CASES, ids=lambda one: one if isinstance(one, str) else type(one).__name__
)


def render(view: views.View, language: Any) -> pages.Page:
    return pages.render(view, language, FILES)


class Tags(HTMLParser):
    """A page: its tags with their attributes, and the texts of scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"script": [], "style": [], "title": []}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] in self.texts:
            self.texts[self.tags[-1][0]].append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def attributes(self) -> list[tuple[str, str | None]]:
        return [pair for _, attributes in self.tags for pair in attributes.items()]


@each_page
def test_no_text_becomes_markup(view: views.View, language: Any) -> None:
    page = render(view, language)
    found = Tags(page.html)
    known = {tag for tag, _ in found.tags}
    assert not {"img", "iframe", "object", "embed", "base", "link", "a"} & known
    assert "<script>alert" not in page.html
    assert not [name for name, _ in found.attributes if name.startswith("on") or name == "style"]
    assert found.tags[0] == ("html", {"lang": language})


@each_page
def test_the_policy_has_the_hash_of_every_script_and_style(view: views.View, language: Any) -> None:
    page = render(view, language)
    texts = Tags(page.html).texts
    for tag in ("script", "style"):
        hashes = [b64encode(sha256(one.encode()).digest()).decode() for one in texts[tag]]
        assert page.sources[f"{tag}-src"] == tuple(f"'sha256-{one}'" for one in hashes)


@each_page
def test_scripts_titles_and_styles_say_nothing_of_the_link(view: views.View, language: Any) -> None:
    for texts in Tags(render(view, language).html).texts.values():
        assert texts
        assert "alert(1)" not in "".join(texts)


@each_page
def test_every_control_has_a_label(view: views.View, language: Any) -> None:
    found = Tags(render(view, language).html)
    labelled = {one["for"] for one in found.all("label")}
    controls = [*found.all("input"), *found.all("select")]
    ids = {one["id"] for one in controls if one.get("type") != "hidden"}
    assert ids == labelled
    assert all(one.get("type") in ("hidden", None) or one.get("id") for one in controls)


@each_page
def test_a_page_has_one_heading_of_the_first_level_with_its_title(
    view: views.View, language: Any
) -> None:
    html = render(view, language).html
    (title,) = re.findall("<title>(.*?)</title>", html)
    assert re.findall("<h1>(.*?)</h1>", html) == [title]


@each_page
def test_a_name_that_somebody_chose_cannot_be_read_as_another(
    view: views.View, language: Any
) -> None:
    """Not ``exe.gpj`` as a picture; what a form sends stays as it is."""
    shown = re.sub(
        r"(?s)<(script|style|option).*?</\1>| (value|name|accept|data-\w+)=\"[^\"]*\"",
        "",
        render(view, language).html,
    )
    assert "\u202e" not in shown
    assert ("\ufffd" in shown) is hasattr(view, "about")


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: type(view).__name__)
def test_a_form_goes_to_the_pages_own_address_or_to_s3(view: views.View) -> None:
    page = render(view, "en")
    actions = [value for name, value in Tags(page.html).attributes if name == "action"]
    assert actions == ([f"{ORIGIN}/"] if isinstance(view, views.Form) else [])
    hrefs = [value for name, value in Tags(page.html).attributes if name in ("href", "src")]
    assert not hrefs


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: type(view).__name__)
def test_the_buckets_origin_is_in_the_policy_only_where_a_page_leads_there(
    view: views.View,
) -> None:
    sources = render(view, "en").sources
    assert (ORIGIN in str(sources)) is hasattr(view, "origin")


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ([], "en"),
        (["ja"], "ja"),
        (["ja-JP,ja;q=0.9,en-US;q=0.8,en;q=0.7"], "ja"),
        (["en-GB,en;q=0.9,ja;q=0.8"], "en"),
        (["fr, ja;q=0.2, en;q=0.1"], "ja"),
        (["*"], "en"),
        (["ja;q=0"], "en"),
        (["ja;q=1.5, <script>"], "en"),
        (["," * 5000 + "ja"], "en"),
    ],
)
def test_a_page_speaks_the_language_that_is_asked_for_first(
    accept: list[str], language: str
) -> None:
    assert language_of(accept) == language


def text_of(view: views.View, language: Any = "en") -> str:
    """The words of a page, as somebody reads them who has no script."""
    main = render(view, language).html.partition("<main>")[2].partition("</main>")[0]
    blocks = re.sub("<template.*?</template>|</?(bdi|time)[^>]*>", "", main)
    return " ".join(re.sub("<[^>]*>", " ", blocks).split())


LISTED = (views.Listed("a.csv", 1, NOW),)
ANN = views.About("Ann", None, NOW, 3)


@pytest.mark.parametrize(
    ("files", "earlier", "offered"),
    [(LISTED, False, False), ((), False, False), (LISTED, True, True), ((), True, True)],
)
def test_only_a_later_page_of_a_folder_leads_back_to_the_first(
    files: tuple[views.Listed, ...], earlier: bool, offered: bool
) -> None:
    page = text_of(views.Folder(ANN, None, ORIGIN, files, earlier=earlier))
    assert ("First page" in page) is offered


def upload(most: int, left: int | None) -> views.Upload:
    return views.Upload(ANN, None, ORIGIN, f"{ORIGIN}/", most, left, ())


@pytest.mark.parametrize(
    ("language", "said", "unsaid"),
    [("en", "Ann asks you for files.", "From Ann"), ("ja", "依頼者：Ann", "送信者：Ann")],
)
@pytest.mark.parametrize(
    "view",
    [upload(5, 10), upload(0, 0), views.Form(ANN, ORIGIN, f"{ORIGIN}/", {}, "a", 5, NOW)],
    ids=["first step", "full", "second step"],
)
def test_a_page_that_takes_files_does_not_call_who_asks_their_sender(
    view: views.View, language: str, said: str, unsaid: str
) -> None:
    page = text_of(view, language)
    assert said in page
    assert unsaid not in page


def test_a_link_without_room_does_not_say_that_it_takes_more_files() -> None:
    assert "It takes 3 more files." in text_of(upload(5, 10))
    assert "more files" not in text_of(upload(0, 0))


def test_the_room_is_said_once_where_one_file_may_take_all_of_it() -> None:
    assert "up to 5 bytes. There is room for 10 bytes" in text_of(upload(5, 10))
    assert "One file can have" not in text_of(upload(10, 10))
