"""`--qr`: what is drawn is read again, as a phone reads it, on every terminal."""

import io
import re
import sys
from pathlib import Path

import pytest
import segno
import zxingcpp

from s3vend.cli.sharing.code import check_drawable, code_lines
from s3vend.cli.terminal.refusal import Refusal
from tests.client.at_a_terminal import at_a_terminal
from tests.client.conftest import Serve, run
from tests.client.links import LINK, made
from tests.client.typed import answering, typed

pytestmark = pytest.mark.usefixtures("nobody")

WORDS = ("share", "s3://b/k", "--for", "7d", "--qr")
PIXELS = 4  # of the side of a module
DRAWN = {"█": (True, True), "▀": (True, False), "▄": (False, True), " ": (False, False)}
LONG = f"https://{'a' * 60}.execute-api.ap-northeast-1.amazonaws.com/v1/s/{'k' * 32}"


def seen(lines: "list[str]", *, ink: int, paper: int) -> "str | None":
    """What a reader of QR codes sees in lines of blocks: 0 is black, and 255 is white."""
    rows: list[bytes] = []
    for line in lines:
        for half in (0, 1):
            row = b"".join(bytes([ink if DRAWN[char][half] else paper]) * PIXELS for char in line)
            rows += [row] * PIXELS
    width, height = len(rows[0]), len(rows)
    image = memoryview(b"".join(rows)).cast("B", (height, width))
    found = zxingcpp.read_barcodes(image)
    return found[0].text if found else None


@pytest.mark.parametrize("link", [LINK, LONG, "https://a.example/s/x"])
def test_a_code_leads_to_the_link(link: str) -> None:
    lines = code_lines(link)
    assert seen(lines, ink=255, paper=0) == link, "white on black, as it is painted"
    assert seen(lines, ink=0, paper=255) == link, "dark on light, where there are no colours"
    assert len({len(line) for line in lines}) == 1


def test_the_modules_are_those_of_the_library() -> None:
    rows = [
        [not DRAWN[char][half] for char in line] for line in code_lines(LINK) for half in (0, 1)
    ]
    wanted = [[bool(one) for one in row] for row in segno.make_qr(LINK, error="l").matrix_iter(border=4)]  # fmt: skip
    assert rows[: len(wanted)] == wanted
    assert not any(map(any, rows[len(wanted) :]))


def test_a_usual_link_fits_a_usual_terminal() -> None:
    lines = code_lines(LONG)
    assert len(lines[0]) <= 60
    assert len(lines) <= 30


def test_a_code_is_white_on_black_in_every_theme(at: Serve, tmp_path: Path) -> None:
    served = at(answering({"POST /shares": made()}))
    code, shown = at_a_terminal(*WORDS, keys="", home=tmp_path, S3VEND_URL=served.url)
    assert code == 0
    painted = re.findall("\x1b\\[38;5;231;48;5;16m([█▀▄ ]+)\x1b\\[0m\r\n", shown)
    assert painted == code_lines(LINK)
    assert shown.endswith(f"{LINK}\r\n")


def test_without_colours_it_is_drawn_as_the_terminal_has_them(at: Serve, tmp_path: Path) -> None:
    served = at(answering({"POST /shares": made()}))
    _, shown = at_a_terminal(*WORDS, keys="", home=tmp_path, S3VEND_URL=served.url, NO_COLOR="1")
    assert "\r\n".join(code_lines(LINK)) in shown


def test_a_narrow_terminal_gets_no_broken_code(at: Serve, tmp_path: Path) -> None:
    served = at(answering({"POST /shares": made()}))
    _, shown = at_a_terminal(*WORDS, keys="", home=tmp_path, columns=30, S3VEND_URL=served.url)
    assert "█" not in shown
    assert "the QR code needs" in shown
    assert LINK in shown.replace("\r\n", "")


def test_the_link_alone_is_on_stdout(at: Serve) -> None:
    at(answering({"POST /shares": made()}))
    ended = typed(*WORDS)
    assert ended.out == f"{LINK}\n"
    assert ended.err.splitlines()[-len(code_lines(LINK)) :] == code_lines(LINK)
    assert "█" in typed(*WORDS, "--quiet").err


def test_without_the_package_no_link_is_made_and_the_extra_is_named(at: Serve) -> None:
    served = at(answering({"POST /shares": made()}))
    code = (
        "import sys; sys.modules['segno'] = None\n"
        f"sys.argv = ['s3vend', *{WORDS!r}]\n"
        "from s3vend.cli.entry import main; main()"
    )
    ended = run(code, S3VEND_URL=served.url, S3VEND_TOKEN="a.b.c")
    assert (ended.returncode, ended.stdout, served.asked) == (2, "", [])
    assert "install the extra s3vend[qr]" in ended.stderr


def test_where_there_are_no_blocks_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), "ascii"))
    with pytest.raises(Refusal, match="has no blocks to draw with"):
        check_drawable()
