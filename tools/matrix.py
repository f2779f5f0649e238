"""Generates both tables of ``docs/sdks.md`` from the results of ``make test-clients``."""

import json
from collections.abc import Iterator

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


def text() -> str:
    """Return the page with the current tables."""
    page = PATH.read_text(encoding="utf-8")
    for begin, parts in ((BEGIN, table()), (BEGIN_PREFIXES, prefixes())):
        page = replaced(page, begin, "\n" + "\n\n".join(parts) + "\n", END)
    return page
