"""Generates the table of clients in ``docs/sdks.md`` from the results of ``make test-clients``."""

import json
from collections.abc import Iterator

from tests.clients.tools import TOOLS, WAYS, Tool, Way
from tools.markdown import replaced
from tools.reference import members
from tools.reference import page as reference

PATH = reference.ROOT / "docs/sdks.md"
RESULTS = reference.ROOT / "tests/clients/results.json"
BEGIN, END = "<!-- from make test-clients -->\n", "\n<!-- up to here -->"
COLUMNS = {"inside", "outside", "again"}
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


def text() -> str:
    """Return the page with the current table."""
    part = "\n" + "\n\n".join(table()) + "\n"
    return replaced(PATH.read_text(encoding="utf-8"), BEGIN, part, END)
