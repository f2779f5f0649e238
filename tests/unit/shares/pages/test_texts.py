"""Every text is there in both languages, and is used."""

import re
from typing import get_args

import pytest

from tests.support.pages import ROOT
from vending.shares.opening.views import Kind
from vending.shares.pages.english import TEXTS as ENGLISH
from vending.shares.pages.japanese import TEXTS as JAPANESE

PAGES = ROOT / "layers/vending/shares/pages"
SCRIPTS = ROOT / "layers/vending/aws/web/inline"
NAMES = re.compile(r"\{(\w+)\}")


def test_both_languages_have_the_same_texts_in_the_same_order() -> None:
    assert list(ENGLISH) == list(JAPANESE)


@pytest.mark.parametrize("key", ENGLISH)
def test_a_text_has_the_same_values_in_both_languages(key: str) -> None:
    assert ENGLISH[key].strip()
    assert JAPANESE[key].strip()
    assert set(NAMES.findall(ENGLISH[key])) == set(NAMES.findall(JAPANESE[key]))


@pytest.mark.parametrize("key", sorted(set(JAPANESE) - {"and"}))
def test_a_japanese_text_is_japanese(key: str) -> None:
    text = JAPANESE[key]
    assert re.search("[ぁ-んァ-ヶ一-龠]", text)
    assert not re.search("[!?;]", text), "Japanese has punctuation of its own"
    assert not re.search(r"[ぁ-んァ-ヶ一-龠] |[A-Za-z] (?=[ぁ-ん])", text), (
        "no spaces between words"
    )


@pytest.mark.parametrize("key", ENGLISH)
def test_an_english_text_is_plain(key: str) -> None:
    assert not re.search("[^ -~]", ENGLISH[key])


@pytest.mark.parametrize("kind", get_args(Kind.__value__))
def test_every_refusal_says_what_to_do(kind: str) -> None:
    assert re.search("[Aa]sk|[Oo]pen|Wait|Tell", ENGLISH[f"{kind}_text"])


def test_every_text_is_used() -> None:
    code = "".join(
        path.read_text()
        for path in (*PAGES.glob("*.py"), *SCRIPTS.glob("*.js"))
        if path.name not in ("english.py", "japanese.py")
    )
    kinds = {key for kind in get_args(Kind.__value__) for key in (kind, f"{kind}_text")}
    for key in set(ENGLISH) - kinds:
        name = key.removesuffix("_one").removeprefix("script_")
        by_row = name in ("cancel", "continue")
        assert by_row or re.search(rf'["/]{name}"|\b{name}:', code), key


def test_every_text_that_a_script_names_is_there() -> None:
    scripts = "".join(path.read_text() for path in SCRIPTS.glob("*.js"))
    named = re.findall(r'(?:say|show|end|new Refused)\("(\w+)"', scripts)
    named += re.findall(r'["\d/]\w*"?: "(refused|over|full|busy|name|type|late)"', scripts)
    assert len(set(named)) > 15
    assert {f"script_{one}" for one in named} <= set(ENGLISH)
