"""A picture of a terminal depends on what is shown alone, and loads nothing."""

import re
from xml.etree import ElementTree as ET

import pytest

from website.terminal import svg

SHOWN = [("s3vend ls", "\x1b[32mok\x1b[0m  <grants> & more\r\n")]


def texts(picture: str) -> list[str]:
    tree = ET.fromstring(picture)  # noqa: S314 - our own picture
    return [
        "".join(one.itertext()).strip() for one in tree.iter("{http://www.w3.org/2000/svg}text")
    ]


def test_it_shows_the_commands_and_what_they_print() -> None:
    shown = " ".join(texts(svg(SHOWN, 40, "ls"))).replace("\xa0", " ")
    assert re.search(r"\$\s+s3vend ls\s+ok\s+<grants> & more", shown)


@pytest.mark.parametrize("settings", [{}, {"NO_COLOR": "1"}, {"COLUMNS": "20", "TERM": "dumb"}])
def test_it_is_the_same_at_every_terminal(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = svg(SHOWN, 40, "ls")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert svg(SHOWN, 40, "ls") == first


def test_it_keeps_colours() -> None:
    assert svg(SHOWN, 40, "ls") != svg([("s3vend ls", "ok  <grants> & more\n")], 40, "ls")


def test_it_names_no_address_but_the_namespace() -> None:
    picture = svg(SHOWN, 40, "ls")
    assert re.findall(r"https?://[^\"' ]+", picture) == ["http://www.w3.org/2000/svg"]
    assert "@font-face" not in picture
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", picture)
