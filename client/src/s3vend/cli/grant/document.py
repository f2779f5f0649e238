"""`vending.yaml` as JSON has it, and the line of each JSON pointer in it.

Plain scalars are read so that no two readers of YAML differ: what one takes for a number, a time or
a switch and another for text is refused. Times stay as they are written; the service reads them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

MOST = 1_000_000  # nodes; an alias may stand for many
_TAG = "tag:yaml.org,2002:"
_NUMBER = re.compile("-?(?:0|[1-9][0-9]*)")
# To readers of YAML 1.2 a number, to those of 1.1 perhaps text.
_NUMERIC = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+")
_SWITCHES = {"true": True, "false": False}
_TEXTS = ("str", "timestamp", "merge", "value")
_KINDS = (*_TEXTS, "null", "bool", "int", "float")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Malformed(Exception):
    """What is wrong, and where: a line counted from 1."""

    def __init__(self, said: str, line: int) -> None:
        self.line = line
        super().__init__(said)


@dataclass(frozen=True, slots=True)
class Document:
    """A mapping as it goes to the service, and where its parts stand in the file."""

    members: Mapping[str, Any]
    lines: Mapping[str, int] = field(repr=False)

    def line(self, pointer: str) -> int:
        """The line of the place, or of the nearest one around it that is there."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, 1)


def read(text: str) -> Document:
    """The one document of a file.

    Raises:
        Malformed: no YAML, no mapping, several documents, a member twice, or doubtful scalars.
    """
    try:
        nodes = list(yaml.compose_all(text, _LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(filter(None, (error.context, error.problem)))
        raise Malformed(f"no YAML: {said}", mark.line + 1 if mark else 1) from None
    except yaml.YAMLError as error:
        raise Malformed(f"no YAML: {str(error).splitlines()[0]}", 1) from None
    if len(nodes) > 1:
        raise Malformed("there are several documents: one file, one document", _line(nodes[1]))
    if not nodes or not isinstance(nodes[0], yaml.MappingNode):
        raise Malformed("the document is no mapping: it begins with 'version: 1'", 1)
    reading = _Reading()
    members = reading.value(nodes[0], "")
    return Document(members, reading.lines)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


class _Reading:
    """One walk through the nodes."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self._around: set[int] = set()
        self._count = 0

    def value(self, node: yaml.Node, pointer: str) -> Any:
        self.lines.setdefault(pointer, _line(node))
        self._count += 1
        if self._count > MOST:
            raise Malformed("too large; aliases count as often as they are used", _line(node))
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if id(node) in self._around:
            raise Malformed("an alias stands inside of what it names", _line(node))
        if node.tag not in (f"{_TAG}map", f"{_TAG}seq"):
            raise Malformed(f"{node.tag} is a tag, and tags are not taken", _line(node))
        self._around.add(id(node))
        if isinstance(node, yaml.MappingNode):
            found: Any = {
                name: self.value(one, place) for name, one, place in self._of(node, pointer)
            }
        else:
            found = [self.value(one, f"{pointer}/{at}") for at, one in enumerate(node.value)]
        self._around.discard(id(node))
        return found

    def _of(self, node: yaml.MappingNode, pointer: str) -> Iterator[tuple[str, yaml.Node, str]]:
        first: dict[str, int] = {}
        for key, one in node.value:
            name = _scalar(key) if isinstance(key, yaml.ScalarNode) else None
            if not isinstance(name, str):
                raise Malformed("the name of a member is text: write it in quotes", _line(key))
            if name == "<<" and not key.style:
                raise Malformed("'<<' is not taken: write the members out", _line(key))
            if name in first:
                said = f"{name!r} is there twice, first in line {first[name]}"
                raise Malformed(said, _line(key))
            first[name] = _line(key)
            place = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            self.lines[place] = _line(key)
            yield name, one, place


def _scalar(node: yaml.ScalarNode) -> object:
    text, kind = str(node.value), node.tag.removeprefix(_TAG)
    if kind not in _KINDS:
        raise Malformed(f"{node.tag} is a tag, and tags are not taken", _line(node))
    if node.style or (kind in _TEXTS and not _NUMERIC.fullmatch(text)):
        return text
    if kind == "null":
        return None
    if kind == "bool" and text.lower() in _SWITCHES:
        return _SWITCHES[text.lower()]
    if kind == "int" and _NUMBER.fullmatch(text):
        return int(text)
    raise Malformed(
        f"{text} is read in more than one way: write true or false, a plain number, or put it in "
        "quotes",
        _line(node),
    )
