"""Bytes of an object at a terminal."""

import io

from s3vend.cli.terminal.screen import Screen, screen_or_file


class Terminal(io.BytesIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_text_and_escapes_the_rest() -> None:
    out = Terminal()
    shown = screen_or_file(out)
    for block in (b"a\tb\r\n\x1b[2J", "日".encode()[:1], "日".encode()[1:], b"\xff\x9b\n"):
        shown.write(block)
    assert out.getvalue().decode() == "a\tb\n\\x1b[2J日\\xff\\x9b\n"
    assert isinstance(shown, Screen)


def test_a_file_gets_the_bytes() -> None:
    out = io.BytesIO()
    assert screen_or_file(out) is out
