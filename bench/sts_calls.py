"""STS calls in 1,000 requests, over one and fifty execution environments, each with its own cache.

Each environment is a process with the real function, which serves one request at a time; the STS
is the local cloud's. Which environment gets a request is chance, as with Lambda.
"""

import json
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from statistics import mean
from typing import Any

from bench.apparatus import environment
from bench.apparatus.clouds import function_of_a_stack
from bench.apparatus.environment import ANSWERED
from bench.apparatus.rounds import say
from local.cloud.ministack import ROOT

ENVIRONMENTS = (1, 50)
CALLERS = (1, 10, 100)
ROUNDS = 3
REQUESTS = 1000
LATER = 4  # thousands more of the same requests, for the largest number of both
SEED = 20261124

type Process = subprocess.Popen[str]


@contextmanager
def running(variables: Mapping[str, str], number: int) -> Iterator[list[Process]]:
    """So many execution environments; all have ended afterwards."""
    with ExitStack() as stack:
        processes = []
        for _ in range(number):
            process = subprocess.Popen(
                (sys.executable, "-m", "bench.apparatus.environment"),
                env=variables,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.callback(ended, process)
            processes.append(process)
        yield processes


def ended(process: Process) -> None:
    """Nothing of it is left."""
    process.kill()
    process.communicate()


def asks_sts(process: Process, event: Mapping[str, Any]) -> bool:
    """Whether the request led to a new session, as its audit record says."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(event) + "\n")
    process.stdin.flush()
    records: list[dict[str, Any]] = []
    for line in process.stdout:
        if line.startswith(ANSWERED):
            if line.strip() != f"{ANSWERED}200" or len(records) != 1:
                raise RuntimeError(f"{line.strip()}: {records}")
            return not records[0]["cached"]
        records.append(json.loads(line))
    raise RuntimeError("an execution environment has ended")


def calls(
    processes: Sequence[Process], users: Sequence[str], requests: int, chance: random.Random
) -> int:
    """STS calls in so many requests of these users."""
    events = [environment.event(user, environment.urls(user, 1)) for user in users]
    return sum(asks_sts(chance.choice(processes), chance.choice(events)) for _ in range(requests))


def main() -> int:
    """Prints a line for each number of environments and callers."""
    names = (f"Caller{number}" for number in count(1))
    rows = [(many, users) for many in ENVIRONMENTS for users in CALLERS]
    users = [[[next(names) for _ in range(few)] for _ in range(ROUNDS)] for _, few in rows]
    everybody = [name for groups in users for group in groups for name in group]
    with function_of_a_stack(everybody) as variables, running(variables, max(ENVIRONMENTS)) as all_:
        say(f"STS calls in {REQUESTS} requests; {ROUNDS} rounds, each with callers of its own.")
        say(f"{'environments':>14}{'callers':>9}{'mean':>9}{'least':>7}{'most':>7}{'shared':>8}")
        chance = random.Random(SEED)  # noqa: S311 - which environment, no secret
        for (many, few), groups in zip(rows, users, strict=True):
            found = [calls(all_[:many], group, REQUESTS, chance) for group in groups]
            say(f"{many:14}{few:9}{mean(found):9.1f}{min(found):7}{max(found):7}{few:8}")
        later = [calls(all_, users[-1][0], REQUESTS, chance) for _ in range(LATER)]
        say(f"In each later thousand of the last line: {', '.join(map(str, later))}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
