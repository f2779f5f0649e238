"""One warm function, called over and over, for ``bench.cost``: its time, and what it writes."""

import io
import json
import sys
from contextlib import redirect_stdout
from importlib import import_module
from statistics import median
from time import process_time
from typing import Any

from bench.apparatus.environment import Context

WARM = 3
GOOD = 200


def main(module: str, calls: int) -> int:
    """Prints one line of JSON: milliseconds, bytes of the log, bytes of the answer's body."""
    event: dict[str, Any] = json.load(sys.stdin)
    handler, context, log = import_module(module).handler, Context(), io.StringIO()
    taken: list[float] = []
    answer: dict[str, Any] = {}
    with redirect_stdout(log):
        for _ in range(WARM + calls):
            log.seek(0)
            log.truncate()
            started = process_time()
            answer = handler(event, context)
            taken.append(process_time() - started)
    if answer.get("statusCode", GOOD) != GOOD:
        raise RuntimeError(str(answer)[:500])
    figures = {
        "milliseconds": round(1000 * median(taken[WARM:]), 3),
        "logBytes": len(log.getvalue().encode()),
        "answerBytes": len(str(answer.get("body", "")).encode()),
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
