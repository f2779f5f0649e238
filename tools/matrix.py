"""Generates the tables of ``docs/sdks.md`` from the results of ``make test-clients``."""

import json
from collections.abc import Iterator, Sequence

from tests.clients import across
from tests.clients.prefixed import ROWS, Row
from tests.clients.tools import TOOLS, WAYS, Tool, Way
from tools.markdown import replaced
from tools.reference import members
from tools.reference import page as reference

PATH = reference.ROOT / "docs/sdks.md"
RESULTS = reference.ROOT / "tests/clients/results.json"
BEGIN, END = "<!-- from make test-clients -->\n", "\n<!-- up to here -->"
PREFIXES = reference.ROOT / "tests/clients/prefixes.json"
BEGIN_PREFIXES = "<!-- from make test-clients, under a prefix -->\n"
COLUMNS = {"inside", "outside", "again"}
ACROSS = reference.ROOT / "tests/clients/across.json"
BEGIN_ACROSS = "<!-- from make test-clients, across -->\n"
WAY_NAMES = {
    "container": "container credentials",
    "exec": "`s3vend exec`",
    "process": "`credential_process`",
    "keys": "exported keys",
    "page": "requests of its page",
}
HEADS = ("STS endpoint", "container credentials", "`credential_process`")


def table() -> Iterator[str]:
    """Return the date of the run, and a table with a row for each client."""
    seen = json.loads(RESULTS.read_text(encoding="utf-8"))
    cells: dict[str, dict[str, str]] = seen["cells"]

    def cell(tool: Tool, way: Way) -> str:
        if reason := tool.without.get(way):
            return f"no: {reason}"
        row = cells[f"{tool.name} / {way}"]  # after a KeyError, run make test-clients
        return "yes" if row.keys() >= COLUMNS else "no"

    yield f"Results of `make test-clients` on {seen['date']}:"
    rows = []
    for tool in TOOLS:
        version = cells[f"{tool.name} / {tool.ways[0]}"]["version"]
        rows.append((tool.name, version, tool.sdk, *(cell(tool, way) for way in WAYS)))
    yield members.table(("client", "version", "SDK", *HEADS), rows)


def prefixes() -> Iterator[str]:
    """Return the date of the run under a prefix, and a table with a row for each tool."""
    seen = json.loads(PREFIXES.read_text(encoding="utf-8"))

    def row(one: Row) -> tuple[str, ...]:
        # After a KeyError, run make test-clients.
        [version] = {seen["rows"][f"{one.name} / {way}"] for way in one.ways}
        return one.name, version, ", ".join(WAY_NAMES[way] for way in one.ways), one.needs

    yield f"Results of `make test-clients` on {seen['date']}:"
    yield members.table(("tool", "version", "with", "needs"), map(row, ROWS))


def read_and_written() -> Iterator[str]:
    """Return the date of the run, and a table with a row for each tool that did both."""
    seen = json.loads(ACROSS.read_text(encoding="utf-8"))

    def row(name: str, there: str, ways: Sequence[Way], *more: str) -> tuple[str, ...]:
        [version] = {seen["rows"][f"{name} / {there} / {way}"] for way in ways}
        return name, version, there, ", ".join(WAY_NAMES[way] for way in ways), *more

    yield f"Results of `make test-clients` on {seen['date']}:"
    rows = [row(one.name, "WRITE", one.ways, "yes", one.needs) for one in across.PROGRAMS]
    for one in across.COMMANDS:
        works = f"no: {one.refused}" if one.refused else "yes"
        rows.append(row(one.name, one.there, one.ways, works, one.needs))
    yield members.table(("tool", "version", "there", "with", "works", "needs"), rows)


def text() -> str:
    """Return the page with the current tables."""
    page = PATH.read_text(encoding="utf-8")
    tables = {BEGIN: table(), BEGIN_PREFIXES: prefixes(), BEGIN_ACROSS: read_and_written()}
    for begin, parts in tables.items():
        page = replaced(page, begin, "\n" + "\n\n".join(parts) + "\n", END)
    return page
