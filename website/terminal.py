"""Draws what commands show at a terminal as an SVG that loads nothing."""

import io
from collections.abc import Iterable

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

_THEME = TerminalTheme(
    (24, 28, 36),
    (220, 223, 228),
    [
        *((60, 64, 72), (240, 113, 120), (126, 211, 133), (229, 192, 123)),
        *((97, 175, 239), (198, 120, 221), (86, 182, 194), (220, 223, 228)),
    ],
    [
        *((130, 137, 151), (255, 135, 140), (152, 230, 158), (240, 210, 150)),
        *((130, 195, 250), (215, 150, 235), (110, 205, 215), (255, 255, 255)),
    ],
)
# rich's own drawing names fonts of a third party.
_FORMAT = """\
<svg class="terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.terminal text {{ font: {char_height}px ui-monospace, Menlo, Consolas, monospace; }}
{styles}
</style>
<defs>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def svg(shown: Iterable[tuple[str, str]], columns: int, name: str) -> str:
    """Draw commands, each with what a terminal of that many columns shows after it.

    The picture depends on these alone; `name` makes its classes unique on a page.
    """
    console = Console(
        file=io.StringIO(),
        width=columns,
        height=1,  # with both, rich does not ask this terminal
        record=True,
        force_terminal=True,
        legacy_windows=False,
        color_system="truecolor",
        no_color=False,
    )
    for command, output in shown:
        console.print(Text.assemble(("$ ", "bright_black"), (command, "bold")))
        console.print(Text.from_ansi(output.replace("\r\n", "\n").rstrip("\n")))
    return console.export_svg(title="", theme=_THEME, code_format=_FORMAT, unique_id=name)
