"""API Gateway and Lambda under load: each request goes to a free environment by chance.

As a program it starts the environments, listens on a port of 127.0.0.1 that it prints, and goes on
until its input ends. A path is ``/FUNCTION/USER/BODY``; the answer is the function's status, and
of its body nothing: it stays in the environment.
"""

import asyncio
import json
import random
import sys
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bench.apparatus import environment
from bench.apparatus.environment import ANSWERED
from bench.load.wire import Server

BODIES = {"one": 1, "ten": 10, "hundred": 100}
COMPACT = 1000
type Turn = asyncio.Future[asyncio.subprocess.Process]

MODULES = {"presigned-urls": "presigned_urls", "credentials": "credentials"}


@lru_cache(maxsize=10_000)
def line(function: str, user: str, body: str) -> bytes:
    """The event, as an environment reads it."""
    if function == "credentials":
        target = f"s3://{environment.BUCKET}/{user}/2026/*"
        event = environment.event(user, {"target": target, "permission": "READ"}, function)
    elif body == "compact":
        event = environment.event(user, environment.compact(user, COMPACT))
    else:
        event = environment.event(user, environment.urls(user, BODIES[body]))
    return json.dumps(event).encode() + b"\n"


@dataclass(slots=True)
class Pool:
    """The environments of one function, each with one request at a time."""

    free: list[asyncio.subprocess.Process] = field(default_factory=list)
    waiting: deque[Turn] = field(default_factory=deque)
    all: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def take(self) -> asyncio.subprocess.Process:
        """One that is free, by chance, or the next that will be."""
        if self.free:
            place = random.randrange(len(self.free))  # noqa: S311 - which environment, no secret
            self.free[place], self.free[-1] = self.free[-1], self.free[place]
            return self.free.pop()
        turn: Turn = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        return await turn

    def give(self, process: asyncio.subprocess.Process) -> None:
        """It is free again."""
        if self.waiting:
            self.waiting.popleft().set_result(process)
        else:
            self.free.append(process)


@dataclass(slots=True)
class Front:
    """All pools, and what was counted."""

    pools: dict[str, Pool]
    counted: Counter[str] = field(default_factory=Counter)

    async def answer(self, path: str, _: bytes, __: bytes) -> tuple[int, bytes]:
        """One request."""
        if path == "/counted":
            return 200, json.dumps(self.told()).encode()
        if path.startswith("/warm/"):
            names, number = path.removeprefix("/warm/").split("/")
            users = [f"{names}{one}" for one in range(int(number))]
            await asyncio.gather(*(warm(one, users) for one in self.pools["presigned-urls"].all))
            return 200, b"{}"
        function, user, body = path.strip("/").split("/")
        pool = self.pools[function]
        process = await pool.take()
        try:
            status, cached, later = await asked(process, line(function, user, body))
        finally:
            pool.give(process)
        self.counted[f"{function} {status}"] += 1
        if status == 200 and not cached:
            self.counted[f"{function} sessions"] += 1
        return status, later

    def told(self) -> dict[str, object]:
        """What was counted until now, and the memory of each environment of the first pool."""
        processes = self.pools["presigned-urls"].all
        return {
            **self.counted,
            "resident": [memory(one.pid, "Rss") for one in processes],
            "own": [memory(one.pid, "Private_Dirty") for one in processes],
        }


def memory(pid: int, kind: str) -> float:
    """MiB of a process."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    (kib,) = (int(one.split()[1]) for one in lines if one.startswith(f"{kind}:"))
    return kib / 1024


async def asked(process: asyncio.subprocess.Process, event: bytes) -> tuple[int, bool, bytes]:
    """Status, whether no session was made for it, and the seconds of Retry-After."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(event)
    cached = False
    async for text in process.stdout:
        if text.startswith(ANSWERED.encode()):
            status, _, later = text.decode().removeprefix(ANSWERED).strip().partition(" ")
            return int(status), cached, later.encode()
        cached = cached or b'"cached":true' in text
    raise RuntimeError("an execution environment has ended")


async def warm(process: asyncio.subprocess.Process, users: Iterable[str]) -> None:
    """A session for each of them."""
    for user in users:
        await asked(process, line("presigned-urls", user, "one"))


async def started(function: str, number: int) -> Pool:
    """So many environments that have loaded their code and made no call."""
    pool = Pool()
    for _ in range(number):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.apparatus.environment", MODULES[function]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**20,
        )
        pool.all.append(process)
        pool.free.append(process)
    nothing = json.dumps(environment.event("Nobody", {}, function)).encode() + b"\n"
    await asyncio.gather(*(asked(process, nothing) for process in pool.all))
    return pool


async def serve(presigning: int, lending: int) -> None:
    """Until the input ends."""
    numbers = {"presigned-urls": presigning, "credentials": lending}
    front = Front({name: await started(name, number) for name, number in numbers.items()})
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(front.answer), "127.0.0.1", 0, backlog=2000)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    for pool in front.pools.values():
        for process in pool.all:
            process.kill()
            await process.wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
