"""What somebody plants, answers or names does not make the client give away or break anything."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.client.attack import Attack, Stage
from tests.client.conftest import Serve

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests/attacks/client"


def modules() -> "dict[str, Any]":
    """The modules with rows, by name."""
    names = sorted(path.stem for path in FOLDER.glob("*.py"))
    found = {name: import_module(f"tests.attacks.client.{name}") for name in names}
    return {name: module for name, module in found.items() if hasattr(module, "ATTACKS")}


MODULES = modules()
ROWS = [
    pytest.param(name, row, id=f"{name}: {row.attempt}")
    for name, module in MODULES.items()
    for row in module.ATTACKS
]


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_an_attack_on_the_client_comes_to_what_its_row_requires(
    name: str,
    row: Attack,
    alone: pytest.MonkeyPatch,
    tmp_path: Path,
    serve: Serve,
    capsys: pytest.CaptureFixture[str],
) -> None:
    alone.setattr("s3vend.http.patience.Patience.pause", lambda self, number: 0.0)
    assert MODULES[name].outcome(row.given, Stage(tmp_path, alone, serve, capsys)) == row.answer


def test_no_attempt_on_the_client_stands_there_twice_and_each_has_its_source() -> None:
    rows = [row for module in MODULES.values() for row in module.ATTACKS]
    assert len({row.attempt for row in rows}) == len(rows)
    for row in rows:
        assert re.match(r"rule \d+$|CVE-|GHSA-|https://", row.source), row.attempt


def test_the_page_counts_every_group_of_the_client() -> None:
    counts = {name: len(module.ATTACKS) for name, module in MODULES.items()}
    rows = [
        f"| `{name}` | {(MODULES[name].__doc__ or '').partition(';')[0].strip()} | {count} |"
        for name, count in counts.items()
    ]
    rows.append(f"| | all together | {sum(counts.values())} |")
    page = (ROOT / "docs/attacks.md").read_text(encoding="utf-8")
    section = page.partition("## Against the client\n")[2].partition("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert table == rows, "\n".join(rows)
