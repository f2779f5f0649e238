"""The tables of clients say what a run has seen, of the versions that are locked."""

import json
import re
from typing import Any

import pytest

from tests.clients import across, prefixed
from tests.clients.tools import CELLS, PACKAGES, ROOT, TOOLS, WAYS
from tools import __main__ as generated
from tools import matrix

SEEN: dict[str, Any] = json.loads(matrix.RESULTS.read_text(encoding="utf-8"))
BELOW: dict[str, Any] = json.loads(matrix.PREFIXES.read_text(encoding="utf-8"))
ACROSS: dict[str, Any] = json.loads(matrix.ACROSS.read_text(encoding="utf-8"))
PAGE = matrix.PATH.read_text(encoding="utf-8")
LOCKS = ROOT / "tests/clients/environments"


def locked(environment: str, javascript: str = "@aws-sdk/client-s3") -> str:
    if environment == "javascript":
        lock = json.loads((ROOT / "tests/clients/javascript/package-lock.json").read_text())
        return str(lock["packages"][f"node_modules/{javascript}"]["version"])
    text = (LOCKS / f"{environment}.txt").read_text()
    [found] = re.findall(
        rf"^{PACKAGES.get(environment, environment).replace('_', '-')}==(\S+)", text, re.MULTILINE
    )
    return str(found)


def test_the_table_is_current() -> None:
    assert generated.is_current(matrix.PATH, matrix.text()), "run make format"


def test_every_cell_was_run_and_holds() -> None:
    assert {f"{tool.name} / {way}" for tool, way in CELLS} == SEEN["cells"].keys()
    for cell, row in SEEN["cells"].items():
        assert row.keys() == matrix.COLUMNS | {"version"}, cell
        assert {row[column] for column in matrix.COLUMNS} == {"yes"}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_what_was_run_is_what_is_locked(tool: Any) -> None:
    for way in tool.ways:
        seen = SEEN["cells"][f"{tool.name} / {way}"]["version"]
        assert seen.split()[-1] == locked(tool.environment)


def test_every_row_under_a_prefix_was_run() -> None:
    assert {f"{row.name} / {way}" for row, way in prefixed.CELLS} == BELOW["rows"].keys()


@pytest.mark.parametrize(
    "row",
    [row for row in prefixed.ROWS if row.environment not in prefixed.DEBIAN],
    ids=lambda row: row.name,
)
def test_what_was_run_under_a_prefix_is_what_is_locked(row: prefixed.Row) -> None:
    found = {BELOW["rows"][f"{row.name} / {way}"] for way in row.ways}
    assert found == {locked(row.environment, "@uppy/aws-s3")}


def test_every_row_that_reads_here_and_writes_there_was_run() -> None:
    cells = {across.cell(row.name, "WRITE", way) for row, way in across.CELLS}
    cells |= {across.cell(one.name, one.there, way) for one, way in across.COMMAND_CELLS}
    assert cells == ACROSS["rows"].keys()


def test_what_read_here_and_wrote_there_is_what_is_locked() -> None:
    environments = {row.name: row.environment for row in across.PROGRAMS}
    environments |= {one.name: one.tool.environment for one in across.COMMANDS}
    for cell, version in ACROSS["rows"].items():
        assert version.split()[-1] == locked(environments[cell.partition(" / ")[0]]), cell


def test_a_row_that_lacks_a_way_says_what_it_needs() -> None:
    for row in prefixed.ROWS:
        assert row.needs or row.ways in {prefixed.BOTH, ("page",)}, row.name


def test_every_program_is_of_a_row() -> None:
    places = (ROOT / "tests/clients/programs/prefix", ROOT / "tests/clients/go")
    programs = {path.name for place in places for path in place.iterdir()}
    rows = [*prefixed.ROWS, *across.PROGRAMS]
    assert programs - {"steps.py", "__pycache__"} <= {row.program for row in rows}


def test_debian_s_packages_are_those_that_make_installs() -> None:
    named = {*prefixed.DEBIAN_PACKAGES.values(), "fuse3", "golang-go"}
    assert {*(ROOT / "tests/clients/debian.txt").read_text().split()} == named


def test_a_way_that_a_client_does_not_know_has_its_reason() -> None:
    for tool in TOOLS:
        assert tool.ways
        assert {*tool.ways, *tool.without} == {*WAYS}
        assert all(tool.without.values())


def test_every_locked_environment_is_one_of_a_client() -> None:
    used = {tool.environment for tool in TOOLS} | {row.environment for row in prefixed.ROWS}
    used -= {"javascript", *prefixed.DEBIAN}
    assert {path.stem for path in LOCKS.glob("*.txt")} == used
    assert {path.stem for path in LOCKS.glob("*.in")} == used


def test_the_page_names_the_variables_that_the_runs_set() -> None:
    told = set(re.findall(r"^(AWS_\w+)=", PAGE, re.MULTILINE))
    set_there = (ROOT / "tests/clients/conftest.py").read_text()
    assert told == {
        "AWS_ENDPOINT_URL_STS",
        "AWS_ROLE_ARN",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_REGION",
    }
    assert all(f'"{name}"' in set_there for name in told)
    used = (ROOT / "tests/clients/programs/duckdb_reads.py").read_text()
    assert "PROVIDER credential_chain" in used
    assert "REFRESH auto" in used
