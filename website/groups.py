"""The pages in groups, as the list at the end of both READMEs has them: the site's navigation."""

import posixpath
import re
from collections.abc import Iterable
from typing import NamedTuple

ENGLISH, JAPANESE = "README.md", "README.ja.md"
LISTS = {ENGLISH: "Pages", JAPANESE: "ページ一覧"}

_ENTRY = re.compile(r"^- \[(?P<title>.+?)\]\((?P<page>[^)#]+\.md)\): (?P<about>.+)$", re.MULTILINE)


class UngroupedPage(Exception):
    """A page that no group lists, so that no reader would find it."""


class Entry(NamedTuple):
    """A page in a group; `about` is one line of Markdown."""

    title: str
    page: str  # its path from the root
    about: str


class Group(NamedTuple):
    """The pages for one kind of reader."""

    title: str
    entries: tuple[Entry, ...]


def groups(readme: str, text: str) -> list[Group]:
    """Return the groups that a README lists."""
    _, _, pages = text.partition(f"\n## {LISTS[readme]}\n")
    _, *sections = re.split(r"^### ", pages, flags=re.MULTILINE)
    return [
        Group(section.partition("\n")[0], tuple(Entry(*one) for one in _ENTRY.findall(section)))
        for section in sections
    ]


def navigation(found: Iterable[Group], pages: Iterable[str]) -> list[dict[str, object]]:
    """Return the groups as MkDocs' `nav`. Raises UngroupedPage.

    An entry for the README of a folder brings the other pages of the folder with it.
    """
    left = set(pages) - LISTS.keys()
    nav: list[dict[str, object]] = [{"s3vend": ENGLISH}]
    for group in found:
        items: list[dict[str, object]] = []
        for entry in group.entries:
            folder = posixpath.dirname(entry.page)
            whole = posixpath.basename(entry.page) == "README.md"
            below = {page for page in left if whole and page.startswith(f"{folder}/")}
            below -= {entry.page}
            items.append({entry.title: [entry.page, *sorted(below)] if below else entry.page})
            left -= {entry.page, *below}
        nav.append({group.title: items})
    if left:
        raise UngroupedPage(
            f"{', '.join(sorted(left))}: in no group. Add a line to a group at the end of "
            f"{' and '.join(LISTS)}: '- [title](page): what it is about'."
        )
    return nav
