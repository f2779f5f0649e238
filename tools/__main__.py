"""Writes every generated file, or with ``--check`` compares each with its source.

``make format`` and ``make check`` call it.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from tools import (
    acceptance,
    architecture,
    invariants,
    matrix,
    metrics,
    partitions,
    template,
    vending_schema,
)
from tools.cost import page as cost
from tools.openapi import contract
from tools.reference import page as reference

ROOT = Path(__file__).resolve().parents[1]
USAGE = "usage: PYTHONPATH=layers:. python -m tools [--check]\n"
# Each returns the whole text of its file, or raises ValueError. Written in this order: a file that
# others are generated from comes first.
GENERATED: dict[Path, Callable[[], str]] = {
    template.PATH: template.joined,
    partitions.PATH: partitions.text,
    reference.PATH: reference.text,
    contract.PATH: contract.text,
    vending_schema.PATH: vending_schema.text,
    metrics.PATH: metrics.text,
    architecture.PATH: architecture.text,
    invariants.PATH: invariants.text,
    cost.PATH: cost.text,
    matrix.PATH: matrix.text,
    acceptance.PATH: acceptance.text,
}


def is_current(path: Path, text: str) -> bool:
    """Return whether the file has exactly this text."""
    return path.exists() and path.read_text(encoding="utf-8") == text


def main(arguments: list[str]) -> int:
    """Write or check all files; return 1 if one is out of date or cannot be generated, else 0."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write(USAGE)
        return 2
    failed = False
    for path, generate in GENERATED.items():
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        try:
            text = generate()
        except ValueError as error:
            sys.stderr.write(f"{name}: {error}\n")
            failed = True
            continue
        if not arguments:
            path.write_text(text, encoding="utf-8")
        elif not is_current(path, text):
            sys.stderr.write(f"{name} is not up to date; run 'make format'\n")
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
