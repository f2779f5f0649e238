"""llms.txt: the list of pages for programs that read Markdown (https://llmstxt.org)."""

import re
from collections.abc import Iterable

from website.groups import ENGLISH, JAPANESE, Group


def llms(text: str, found: Iterable[Group]) -> str:
    """Return llms.txt for the text of README.md and its groups.

    Its links lead to the Markdown of the pages, which lies beside their HTML.
    """
    title, about, *_ = text.split("\n\n")
    parts = [title, f"> {about}", f"- [README]({ENGLISH})\n- [README in Japanese]({JAPANESE})"]
    for group in found:
        lines = [f"- [{one.title}]({one.page}): {_plain(one.about)}" for one in group.entries]
        parts.append("\n".join([f"## {group.title}", "", *lines]))
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    return re.sub(r"\[(.+?)\]\(.+?\)", r"\1", text)
