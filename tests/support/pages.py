"""The project's pages, read as Markdown: blocks of code, links, headings."""

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
MADE = ("node_modules", "__pycache__")

_FENCE = re.compile(r"^```(\w*)(?: title=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^|\n)\n((?: {4}\S.*\n)+)")
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_ANCHOR = re.compile(r'<a id="([^"]+)">')
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block; ``title`` is the name of the file that it shows."""

    page: str
    section: str  # the heading of the second level that it stands under
    line: int
    language: str
    title: str | None
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Page:
    """A page by its path from the root."""

    name: str
    text: str

    @property
    def blocks(self) -> list[Block]:
        found = []
        for match in _FENCE.finditer(self.text):
            before = self.text[: match.start()]
            headings = [one[2] for one in _HEADING.finditer(_bare(before)) if one[1] == "##"]
            found.append(
                Block(
                    self.name,
                    headings[-1] if headings else "",
                    before.count("\n") + 1,
                    match[1],
                    match[2],
                    match[3],
                )
            )
        return found

    @property
    def prose(self) -> str:
        """The text without its blocks."""
        return _bare(self.text)

    @property
    def indented(self) -> list[str]:
        """Blocks of code without a fence, which nobody can tell from quotations."""
        return _INDENTED.findall(self.prose)

    @property
    def spans(self) -> list[str]:
        """What stands in backticks."""
        return _SPAN.findall(self.prose)

    @property
    def links(self) -> list[str]:
        return _LINK.findall(_SPAN.sub("", self.prose))

    @property
    def anchors(self) -> set[str]:
        """The headings as GitHub makes anchors of them, and anchors that are written."""
        return {*_ANCHOR.findall(self.prose)} | {
            re.sub(r"[^\w\- ]", "", re.sub(r"\[(.*?)\]\(.*?\)", r"\1", one[2]).lower()).replace(
                " ", "-"
            )
            for one in _HEADING.finditer(self.prose)
        }


def pages() -> dict[str, Page]:
    """Every page, by its path from the root."""
    return _read(*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))


def markdown() -> dict[str, Page]:
    """Every page, and what else of the project is Markdown."""
    return _read(*(path for path in files() if path.suffix == ".md"))


def row_of(page: str, test: Path) -> str:
    """The row of a page's tables that names a file of tests."""
    name = f"`{test.relative_to(ROOT).as_posix()}`"
    [row] = [one for one in (ROOT / page).read_text(encoding="utf-8").splitlines() if name in one]
    return row


@cache
def files() -> tuple[Path, ...]:
    """The files of the project, without those that commands make from them."""
    found = []
    for directory, below, names in os.walk(ROOT):
        below[:] = [one for one in below if one[0] != "." and one not in MADE]
        found += [Path(directory, name) for name in names if name[0] != "."]
    return tuple(found)


def _read(*paths: Path) -> dict[str, Page]:
    names = sorted(path.relative_to(ROOT).as_posix() for path in paths)
    return {name: Page(name, (ROOT / name).read_text(encoding="utf-8")) for name in names}


def _bare(text: str) -> str:
    return _FENCE.sub("", text)
