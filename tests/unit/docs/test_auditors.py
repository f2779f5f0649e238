"""docs/auditors.md: every section of ASVS, each with what shows it, and numbers as the code has."""

import re
import tomllib
from typing import Any

import pytest

from local.stack import template
from tests.support.pages import ROOT, pages
from vending.aws.table.counters import KEPT_SECONDS as COUNTED
from vending.revocations.revocation import KEPT_DAYS
from vending.shares.owner import KEPT as SEEN
from vending.shares.share import KEPT as SHARED
from vending.uploads.upload import KEPT_SECONDS as PLANNED

PAGE = pages()["docs/auditors.md"]
# How many sections each chapter of ASVS 5.0.0 has.
SECTIONS = (5, 4, 7, 4, 4, 8, 6, 4, 2, 7, 7, 3, 4, 3, 4, 5, 3)
_ROW = re.compile(r"^\| V(\d+)\.(\d+) ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE)
ROWS = _ROW.findall(PAGE.text)
PARAMETERS = template.read(ROOT / "template.yaml")["Parameters"]

every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"V{row[0]}.{row[1]}")


def kept(name: str) -> str:
    """How long the page's table of personal data says that this is kept."""
    table = PAGE.text.partition("## Personal data")[2].partition("\n\n**Erase")[0]
    [line] = [one for one in table.splitlines() if one.startswith(f"| {name}")]
    return line.split(" | ")[2]


def in_production(name: str) -> str:
    config: Any = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    settings = config["prod"]["global"]["parameters"]["parameter_overrides"]
    return str(dict(one.split("=", 1) for one in settings)[name])


def test_every_section_of_the_standard_has_one_line_in_its_order() -> None:
    listed = [(int(chapter), int(section)) for chapter, section, *_ in ROWS]
    assert listed == [
        (chapter, section)
        for chapter, sections in enumerate(SECTIONS, start=1)
        for section in range(1, sections + 1)
    ]


@every_row
def test_a_line_says_whether_it_is_met_and_names_what_shows_it(row: tuple[str, ...]) -> None:
    *_, status, how, links = row
    assert status in ("met", "partly", "not applicable")
    assert ("Not met: " in how) == (status == "partly")
    assert links or status == "not applicable"


@every_row
def test_a_line_that_names_code_or_a_test_names_a_file_that_is_there(row: tuple[str, ...]) -> None:
    for name, path in re.findall(r"\[([^\]]+)\]\(([^)]+)\)", row[-1]):
        file = (ROOT / "docs" / path.partition("#")[0]).resolve()
        assert path.startswith("#") or file.is_file()
        assert file.as_posix().endswith(name) or path.startswith("#")


def test_a_requirement_that_a_line_names_is_of_its_section() -> None:
    for chapter, section, _, _, how, _ in ROWS:
        named = set(re.findall(r"\b(\d+\.\d+)\.\d+\b", how))
        assert named <= {f"{chapter}.{section}"}


def test_times_are_those_of_the_code_and_of_the_configurations() -> None:
    logs, trail, history = (
        PARAMETERS[name]["Default"]
        for name in ("LogRetentionDays", "AuditTrailRetentionDays", "HistoryDays")
    )
    production = in_production("LogRetentionDays")
    assert kept("audit records") == f"`LogRetentionDays`: {logs}, in `prod` {production}"
    assert kept("the same, with `AuditTrail=true`").startswith(
        f"`AuditTrailRetentionDays`: {trail}, which is forever"
    )
    assert trail == 0
    assert kept("table: history").startswith(f"`HistoryDays`: {history},")
    assert kept("table: revocations").startswith(f"{KEPT_DAYS} days after it ended")
    assert kept("table: plans") == f"{PLANNED // 86_400} days"
    assert kept("table: links") == f"{SHARED.days} days after it ended"
    assert kept("table: owners of links") == f"{SEEN.days} days after that"
    assert kept("table: counters") == f"{COUNTED // 60} minutes"


def test_ids_have_as_many_random_bits_as_the_page_says() -> None:
    source = (ROOT / "layers/vending/aws/environment/runtime.py").read_text(encoding="utf-8")
    assert "identifier(token_bytes(10))" in source
    assert "which have 80 and open nothing" in PAGE.text


def test_security_names_a_contact_that_nobody_else_owns_and_the_files_that_are_watched() -> None:
    page = pages()["SECURITY.md"]
    assert "`security@s3vend.example`" in page.text
    watched = re.findall(r"pip-audit --requirement (\S+)", page.text)
    assert watched == ["layers/requirements.txt", "kubernetes/requirements.txt"]
    assert set(watched) <= set(page.links)
