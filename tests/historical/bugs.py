"""The patches of ``bugs.toml``, each of which restores a bug in our sources."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("bugs.toml")


@dataclass(frozen=True)
class Bug:
    """What is wrong, where it was seen (empty: nowhere that we know of), and the patch."""

    name: str
    source: str
    edits: tuple[tuple[str, str, str], ...]  # a file, what stands there once, what then does

    def __str__(self) -> str:
        return self.name

    @property
    def seen_at(self) -> str:
        """A link to where it was seen."""
        if not self.source:
            return ""
        place = "/".join(self.source.split("/")[3:])
        issue = re.fullmatch(r"(.+)/(?:issues|pull)/(\d+)", place)
        shown = f"{issue[1]}#{issue[2]}" if issue else place.rpartition("/")[2]
        return f"[{shown}]({self.source})"


class Rotten(ValueError):
    """A patch no longer fits the sources."""


def patched(bug: Bug, tree: Path) -> list[tuple[Path, str]]:
    """The files of a tree that the bug changes, with their text then; raises ``Rotten``."""
    texts: dict[Path, str] = {}
    for name, there, instead in bug.edits:
        path = tree / name
        text = texts.get(path) or path.read_text(encoding="utf-8")
        if (count := text.count(there)) != 1:
            raise Rotten(f"{bug.name}: {name} has this {count} times: {there}")
        texts[path] = text.replace(there, instead)
    return list(texts.items())


def _read() -> Iterator[Bug]:
    for one in tomllib.loads(FILE.read_text(encoding="utf-8"))["bug"]:
        edits = tuple((edit["file"], edit["there"], edit["instead"]) for edit in one["edit"])
        yield Bug(one["name"], one.get("source", ""), edits)


BUGS = tuple(_read())
