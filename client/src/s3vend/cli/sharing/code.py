"""Draws a link as a QR code at the terminal, with half blocks: two modules in a character."""

import sys

from s3vend.cli.terminal.ending import draw
from s3vend.cli.terminal.refusal import Refusal

QUIET = 4  # modules around a code that must be light
# By whether the upper and the lower module are dark. The light ones are drawn: in white on black,
# or as a terminal that shows no colours has them, which most often is light on dark.
BLOCKS = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}


def check_drawable() -> None:
    """Refuse what cannot be drawn, before a link is made.

    Raises:
        Refusal: the package that knows QR codes is not installed, or stderr has no such characters.
    """
    try:
        import segno  # noqa: F401 - whether it is there
    except ModuleNotFoundError:
        raise Refusal("--qr needs the package segno; install the extra s3vend[qr]") from None
    encoding = (sys.stderr and sys.stderr.encoding) or "utf-8"
    try:
        "".join(BLOCKS.values()).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        raise Refusal(
            f"--qr: stderr has the encoding {encoding}, which has no blocks to draw with; set "
            "PYTHONUTF8=1, or leave --qr out"
        ) from None


def put_code(url: str) -> None:
    """Draw a link on stderr; say so if the terminal is too narrow for it."""
    draw(code_lines(url), "code", "the QR code")


def code_lines(url: str) -> list[str]:
    """Return the QR code of a text, with its quiet zone."""
    import segno

    rows = [list(row) for row in segno.make_qr(url, error="l").matrix_iter(border=QUIET)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    return [
        "".join(BLOCKS[bool(above), bool(below)] for above, below in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]
