"""Prints every change that cosmic-ray makes of a file, as JSON; ``run`` calls it.

It runs in the environment of cosmic-ray, which has nothing of this project's.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names


def changes(source: str) -> Iterator[str]:
    """The source with one change, once for each place at which an operator changes something."""
    nodes = list(ast_nodes(get_ast(source)))
    for operator in [get_operator(name) for name in operator_names()]:
        if operator.arguments():  # it needs settings
            continue
        places = sum(len(list(operator().mutation_positions(node))) for node in nodes)
        for place in range(places):
            yield mutate_code(source, operator(), place)


if __name__ == "__main__":
    json.dump(list(changes(Path(sys.argv[1]).read_text(encoding="utf-8"))), sys.stdout)
