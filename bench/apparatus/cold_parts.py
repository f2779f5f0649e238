"""One cold start taken apart; ``bench.cold`` runs it in a process of its own, with nothing loaded.

Given a function's name it prints the modules that the function brings, in order; given them too,
on stdin, it imports them part by part, and prints the seconds that each part takes. A module that
several parts use is imported with the first of them.
"""

import sys
from time import perf_counter

AT_START = set(sys.modules)

import json  # noqa: E402 - what is there before the first import does not count
from contextlib import suppress  # noqa: E402
from importlib import import_module  # noqa: E402
from typing import Any  # noqa: E402

PARTS = {
    "standard library": (),
    "botocore and its own": ("botocore", "urllib3", "jmespath", "dateutil", "six"),
    "pydantic": (
        *("pydantic", "pydantic_core", "annotated_types"),
        *("typing_extensions", "typing_inspection"),
    ),
    "Powertools' Logger": ("aws_lambda_powertools",),
    "PyJWT and cryptography": ("jwt", "cryptography", "_cffi_backend"),
    "our models": (),
    "our code": ("vending",),
    "clients": (),
}


def part_of(module: str, function: str) -> str:
    """To which part a module belongs; the function's own makes the clients."""
    top = module.partition(".")[0]
    if top == function:
        return "clients"
    return next((part for part, tops in PARTS.items() if top in tops), "standard library")


def brought_by(function: str) -> list[str]:
    """The modules that importing the function loads, and that can be imported by their names."""
    import_module(function)
    new = [name for name in sys.modules if name not in AT_START]
    return [name for name in new if getattr(sys.modules[name], "__spec__", None)]


def seconds(function: str, modules: list[str]) -> dict[str, float]:
    """What each part takes, the models apart from the code that declares them."""
    spent = dict.fromkeys(PARTS, 0.0)
    for part in PARTS:
        if part == "our code":
            count_models(spent)
        before = perf_counter()
        for module in modules:
            if part_of(module, function) == part:
                with suppress(ImportError):  # some are made by their package under other names
                    import_module(module)
        spent[part] += perf_counter() - before
    spent["our code"] -= spent["our models"]
    return spent


def count_models(spent: dict[str, float]) -> None:
    """Adds the time of every class of pydantic's that is made from now on, if there is pydantic."""
    if "pydantic" not in sys.modules:
        return
    kind: Any = type(sys.modules["pydantic"].BaseModel)
    make = kind.__new__

    def timed(*given: object, **named: object) -> object:
        before = perf_counter()
        try:
            return make(*given, **named)
        finally:
            spent["our models"] += perf_counter() - before

    kind.__new__ = timed


if __name__ == "__main__":
    name = sys.argv[1]
    known = sys.stdin.read()
    found = seconds(name, json.loads(known)) if known else brought_by(name)
    sys.stdout.write(json.dumps(found))
