"""Parses `vending.yaml` into JSON values, with the line and the column of each JSON pointer.

A plain scalar that YAML parsers read differently is refused: one that some take for a number, a
time or a boolean and others for text. Times stay text, which the service parses.
"""

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml

MOST = 4_000_000  # nodes, counting the nodes of an alias each time it is used
_TAG = "tag:yaml.org,2002:"
_NUMBER = re.compile("-?(?:0|[1-9][0-9]*)")
# A number in YAML 1.2, but maybe text in YAML 1.1.
_NUMERIC = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+")
_SWITCHES = {"true": True, "false": False}
_COLLECTIONS = (f"{_TAG}map", f"{_TAG}seq")
_TEXTS = ("str", "timestamp", "merge", "value")
_KINDS = (*_TEXTS, "null", "bool", "int", "float")
_LETTERS = ("y", "n")  # booleans to some parsers of YAML 1.1
_RESOLVER: Any = yaml.resolver.Resolver()
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Malformed(Exception):
    """The file is not a valid document; ``line`` and ``column`` are counted from 1."""

    def __init__(self, message: str, line: int, column: int = 1) -> None:
        self.line, self.column = line, column
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: the members to send, and the line and the column of each JSON pointer."""

    members: Mapping[str, Any]
    lines: Mapping[str, int] = field(repr=False)
    columns: Mapping[str, int] = field(default_factory=dict, repr=False)

    def line(self, pointer: str) -> int:
        """Return the line of a JSON pointer, or of the closest parent that exists."""
        return self.lines.get(self._known(pointer), 1)

    def column(self, pointer: str) -> int:
        """Return the column in that line, in characters."""
        return self.columns.get(self._known(pointer), 1)

    def _known(self, pointer: str) -> str:
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return pointer


def read(text: str) -> Document:
    """Parse the text of a file.

    Raises:
        Malformed: the text is not valid YAML, not one mapping, or has duplicate members, tags,
            merge keys or ambiguous scalars.
    """
    with uncollected():
        return _read(text)


@contextmanager
def uncollected() -> Iterator[None]:
    """Do without the collector of cycles, which would look at a large document again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read(text: str) -> Document:
    try:
        nodes = list(yaml.compose_all(text, _LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = ", ".join(filter(None, (error.context, error.problem)))
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if any(re.match(" *\t", line) for line in text.split("\n")[place[0] - 1 : place[0]]):
            reason += "; indent with spaces, not with tabs"
        raise Malformed(f"not valid YAML: {reason}", *place) from None
    except yaml.YAMLError as error:
        raise Malformed(f"not valid YAML: {str(error).splitlines()[0]}", 1) from None
    if len(nodes) > 1:
        raise Malformed("the file has several documents; only one is allowed", *_place(nodes[1]))
    if not nodes or not isinstance(nodes[0], yaml.MappingNode):
        raise Malformed("the document is not a mapping; start it with 'version: 1'", 1)
    reading = _Reading()
    members = reading.value(nodes[0], "")
    return Document(members, reading.lines, reading.columns)


def reads_as_text(text: str) -> bool:
    """Whether every parser reads a plain scalar as this text, as far as its type is concerned.

    Times are not text to all of them.
    """
    kind = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False)).removeprefix(_TAG)
    return kind == "str" and not _NUMERIC.fullmatch(text) and text.lower() not in _LETTERS


def _place(node: yaml.Node) -> tuple[int, int]:
    """The line and the column, counted from 1."""
    return int(node.start_mark.line) + 1, int(node.start_mark.column) + 1


class _Reading:
    """One pass over the nodes, which collects values and their places."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.columns: dict[str, int] = {}
        self._around: set[int] = set()
        self._count = 0

    def value(self, node: yaml.Node, pointer: str) -> Any:
        if pointer not in self.lines:
            mark = node.start_mark
            self.lines[pointer], self.columns[pointer] = mark.line + 1, mark.column + 1
        self._count += 1
        if self._count > MOST:
            raise Malformed(
                f"the document is too large: it has more than {MOST:,} nodes, and an alias counts "
                "each time it is used",
                *_place(node),
            )
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if id(node) in self._around:
            raise Malformed("an alias is used inside the node that it refers to", *_place(node))
        if node.tag not in _COLLECTIONS:
            raise Malformed(f"the tag {node.tag} is not allowed; remove it", *_place(node))
        self._around.add(id(node))
        if isinstance(node, yaml.MappingNode):
            value: Any = self._members(node, pointer)
        else:
            value = [self.value(child, f"{pointer}/{at}") for at, child in enumerate(node.value)]
        self._around.discard(id(node))
        return value

    def _members(self, node: yaml.MappingNode, pointer: str) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key, child in node.value:
            name = _scalar(key) if isinstance(key, yaml.ScalarNode) else None
            if not isinstance(name, str):
                raise Malformed("the name of a member must be text; put it in quotes", *_place(key))
            if name == "<<" and not key.style:
                raise Malformed("'<<' is not allowed; write the members out", *_place(key))
            place = f"{pointer}/{_escaped(name)}"
            if name in members:
                first = self.lines[place]
                message = f"duplicate member {name!r}; the first one is in line {first}"
                raise Malformed(message, *_place(key))
            mark = key.start_mark
            self.lines[place], self.columns[place] = mark.line + 1, mark.column + 1
            members[name] = self.value(child, place)
        return members


@lru_cache(maxsize=1000)
def _escaped(name: str) -> str:
    """The name in a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _scalar(node: yaml.ScalarNode) -> object:
    text, kind = str(node.value), node.tag.removeprefix(_TAG)
    if kind not in _KINDS:
        raise Malformed(f"the tag {node.tag} is not allowed; remove it", *_place(node))
    if node.style or (kind in _TEXTS and not _NUMERIC.fullmatch(text)):
        return text
    if kind == "null":
        return None
    if kind == "bool" and text.lower() in _SWITCHES:
        return _SWITCHES[text.lower()]
    if kind == "int" and _NUMBER.fullmatch(text):
        return int(text)
    raise Malformed(
        f"{text} is ambiguous, since YAML parsers read it differently; use true, false or a plain "
        "number, or put it in quotes",
        *_place(node),
    )
