"""What the pages' Markdown needs on the site; on GitHub the pages stay as they are."""

import posixpath
import re

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
_TITLE = re.compile(r"^(```\w+ title=)([^\s\"]+)$", re.MULTILINE)


def for_python_markdown(text: str) -> str:
    """Return the text with the titles of blocks in quotes, which Python-Markdown requires."""
    return _TITLE.sub(r'\1"\2"', text)


def linked(page: str, text: str) -> set[str]:
    """Return the paths from the root that a page links to."""
    links = {link for link in _LINK.findall(text) if not re.match(r"[a-z]+:", link)}
    return {posixpath.normpath(posixpath.join(posixpath.dirname(page), link)) for link in links}
