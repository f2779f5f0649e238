"""docs/revocations.md has the numbers that hold, and each of them once."""

import re

from tests.support.pages import ROOT
from vending.denials.revoked import AHEAD, KEPT_SECONDS, NEW_SESSIONS_AFTER, SKEW

PAGE = (ROOT / "docs/revocations.md").read_text(encoding="utf-8")
WORDS = {1: "one", 2: "two", 3: "three"}


def test_the_page_derives_when_new_sessions_hold() -> None:
    rows = dict(re.findall(r"^\| \**(\d+)\** \(`(\w+)`\) \|", PAGE, re.MULTILINE))
    held = {"AHEAD": AHEAD, "SKEW": SKEW.seconds, "NEW_SESSIONS_AFTER": NEW_SESSIONS_AFTER}
    assert {name: int(number) for number, name in rows.items()} == held
    assert held["AHEAD"] + held["SKEW"] == held["NEW_SESSIONS_AFTER"]


def test_the_page_says_no_other_number_of_seconds() -> None:
    after, kept = WORDS[NEW_SESSIONS_AFTER], WORDS[KEPT_SECONDS]
    said = re.findall(r"\b(\w+)[ -]seconds?\b", PAGE.lower())
    numbers = {word for word in said if word.isdigit() or word in {*WORDS.values(), "ten"}}
    assert numbers == {after, kept}
    assert f"## {after.capitalize()} seconds" in PAGE
    assert f"less than {kept} second after the answer" in PAGE
    assert "GrantsCacheSeconds" not in PAGE
