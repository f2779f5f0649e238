"""Generates the list of tests of each invariant in ``docs/threat-model.md``.

A test names the invariant that it proves with ``@pytest.mark.invariant(3)``; the page has the
invariant's text. The list of tests is generated, so it cannot get out of date.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATH = ROOT / "docs/threat-model.md"

_ROW = re.compile(r"^\| (\d+) \| (.+?) \|[^|\n]*\|$", re.MULTILINE)


def marked(tests: Path) -> dict[int, list[str]]:
    """Return the names of the tests that prove each invariant, in alphabetical order."""
    found: dict[int, set[str]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for number in _numbers(node):
                    found.setdefault(number, set()).add(node.name)
    return {number: sorted(found[number]) for number in sorted(found)}


def _numbers(test: ast.FunctionDef) -> Iterator[int]:
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.invariant":
            yield from map(ast.literal_eval, mark.args)


def written(page: str, proofs: dict[int, list[str]]) -> str:
    """Return the page with these tests in the rows of the invariants.

    Raises ``ValueError`` for an invariant without a test, and for a test without an invariant.
    """
    numbers = [int(match[1]) for match in _ROW.finditer(page)]
    if len(set(numbers)) < len(numbers) or set(numbers) != proofs.keys():
        odd = sorted(set(numbers) ^ proofs.keys())
        raise ValueError(f"these invariants have no row, no test, or two rows: {odd}")

    def row(match: re.Match[str]) -> str:
        tests = ", ".join(f"`{name}`" for name in proofs[int(match[1])])
        return f"| {match[1]} | {match[2]} | {tests} |"

    return _ROW.sub(row, page)


def text() -> str:
    """Return the page with the tests that are marked now; raises ``ValueError`` as ``written``."""
    return written(PATH.read_text(encoding="utf-8"), marked(ROOT / "tests"))
