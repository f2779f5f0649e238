"""The warm handler with denials kept for a second, and for other times; see ``bench.denials``."""

import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from importlib import import_module
from pathlib import Path
from time import process_time
from typing import Any

from bench.apparatus import environment
from bench.apparatus.environment import Context
from bench.apparatus.rounds import HEADING, Side, ratios, row, say
from vending.decision.reads import Reads

USER = "Bench"
ROUNDS = 31
CALLS = 400  # of each side in a round


def as_they_are(_: Reads) -> None:
    """Denials are kept for a second."""


def forgotten(reads: Reads) -> None:
    """Denials are read for the next request."""
    reads._denials = None  # noqa: SLF001 - no function does this


def renewed(reads: Reads) -> None:
    """Denials are never old, as if they were kept as long as grants."""
    if reads._denials:  # noqa: SLF001 - as above
        reads._denials = reads.clocks(), reads._denials[1]  # noqa: SLF001 - as above


OTHERS = {"read for each request": forgotten, "never old while grants are kept": renewed}


def answered(function: Any, event: dict[str, Any], before: Callable[[Reads], None]) -> None:
    """The same request many times."""
    context, reads = Context(), function.environment.reads
    for _ in range(CALLS):
        before(reads)
        if function.handler(event, context)["statusCode"] != 200:
            raise RuntimeError("the function did not answer")


def main() -> int:
    """Prints how many times as long as ours each takes for a request."""
    function = import_module("presigned_urls")
    call = partial(answered, function, environment.event(USER, environment.urls(USER, 1)))
    ours = Side("ours", partial(call, as_they_are))
    others = [Side(name, partial(call, before)) for name, before in OTHERS.items()]
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        elapsed = ratios(ours, others, ROUNDS)
        working = ratios(ours, others, ROUNDS, process_time)
    say(f"\nOne URL in a request; each one's time to ours; {ROUNDS} rounds\n{HEADING}")
    for name, found in elapsed.items():
        row(name, found)
        row("  by processor time", working[name])
    return 0


if __name__ == "__main__":
    sys.exit(main())
