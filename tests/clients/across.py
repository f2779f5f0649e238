"""The tools of "Read here, write there" in docs/sdks.md: one session of two grants."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from local.stack.seed import BUCKET
from tests.clients.prefixed import CONTAINER, ROWS, Row
from tests.clients.tools import TOOLS, Tool, Way

HERE, THERE, SECRET = "raw/", "clean/", "payroll/"  # read, written, and not granted

Permission = Literal["WRITE", "READWRITE"]
BY_NAME = {row.name: row for row in ROWS}
BY_TOOL = {tool.name: tool for tool in TOOLS}
WRITES_ALONE = (
    "s3fs, fsspec",
    "pandas (s3fs)",
    "PyArrow",
    "Polars",
    "obstore",
    "DuckDB",
    "smart_open",
)
PROGRAMS = [
    *(BY_NAME[name] for name in WRITES_ALONE),
    Row("DuckDB, `COPY (FROM in) TO out`", "duckdb", "duckdb_copies.py", "table"),
]


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a tool that copies all that is below one prefix to below another."""

    name: str
    tool: Tool
    words: Callable[[str, str], list[str]]  # of both prefixes
    there: Permission
    ways: tuple[Way, ...] = ("container", "exec")
    needs: str = ""
    encodes: bool = True  # names in the source of a copy
    refused: str = ""  # why it cannot work; empty if it does

    @property
    def slug(self) -> str:
        """Part of the keys that it writes."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.name.lower())


def place(prefix: str) -> str:
    """The prefix as a URL."""
    return f"s3://{BUCKET}/{prefix}"


def aws(*words: str) -> Callable[[str, str], list[str]]:
    return lambda here, there: ["aws", "s3", *words, "--no-progress", place(here), place(there)]


COMMANDS = [
    Command("`aws s3 sync`", BY_TOOL["AWS CLI 2"], aws("sync"), "READWRITE"),
    Command(
        "`aws s3 sync`",
        BY_TOOL["AWS CLI 2"],
        aws("sync"),
        "WRITE",
        refused="it lists the destination",
    ),
    Command("`aws s3 cp --recursive`", BY_TOOL["AWS CLI 2"], aws("cp", "--recursive"), "WRITE"),
    Command(
        "`s5cmd cp`",
        BY_TOOL["s5cmd"],
        lambda here, there: ["s5cmd", "cp", f"{place(here)}*", place(there)],
        "WRITE",
        CONTAINER,
        "plain names: it does not encode those of a copy's source",
        encodes=False,
    ),
]
CELLS = [(row, way) for row in PROGRAMS for way in row.ways]
COMMAND_CELLS = [(command, way) for command in COMMANDS for way in command.ways]


def cell(name: str, there: Permission, way: Way) -> str:
    """The name of a cell among the results."""
    return f"{name} / {there} / {way}"


def lent(there: Permission) -> dict[str, str]:
    """What is asked for, by permission."""
    return {"read": place(f"{HERE}*"), there.lower(): place(f"{THERE}{there.lower()}/*")}
