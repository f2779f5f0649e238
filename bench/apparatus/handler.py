"""The whole warm handler beside two services that sign URLs; started by ``bench.vend``."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from bench.apparatus import environment
from bench.apparatus.environment import BUCKET, Context
from bench.apparatus.rounds import HEADING, Side, ratios, row, say, seconds
from bench.peers import companion, service
from bench.peers.companion import Ask
from bench.peers.floor import is_right

USER = "Bench"
ROUNDS = {1: 301, 100: 101, 1000: 31}  # for so many URLs in a request
COMPACT = {100: 101, 1000: 31, 10_000: 11}
BESIDE = 20  # calls of ours beside one of theirs: for about as long
FASTAPI, COMPANION = "FastAPI + boto3, in process", "Uppy Companion, HTTP"
IN_CPU_TIME = "FastAPI + boto3, processor time"
HTTP_ALONE = "  of which Node's HTTP alone"
WANTED, WANTED_COMPACT = {100: 35}, {100: 50}  # FastAPI's time to ours, for so many URLs


def peers(loop: asyncio.AbstractEventLoop, ask: Ask, count: int) -> list[Side]:
    """Those who sign so many URLs for the same keys."""
    keys = list(environment.keys(USER, count))
    return [
        Side(FASTAPI, partial(service.ask, loop, service.body(BUCKET, keys)), count, BESIDE),
        Side(COMPANION, partial(ask, companion.parts(keys[0], count)), count, BESIDE),
        Side(HTTP_ALONE, partial(ask, "/nothing"), count, BESIDE),
    ]


def check(count: int, ours: dict[str, Any], others: Sequence[Side]) -> None:
    """Raises RuntimeError unless all three gave that many URLs, and the peers right ones.

    Ours are fetched in the tests: the secret that signs them never leaves the function.
    """
    secret = os.environ["AWS_SECRET_ACCESS_KEY"]
    answers: list[Any] = [one.call() for one in others]
    from_fast = [one["url"] for one in json.loads(answers[0])["urls"]]
    from_node = companion.urls(answers[1])
    if {len(json.loads(ours["body"]).get("urls", ())), len(from_fast), len(from_node)} != {count}:
        raise RuntimeError(f"not {count} URLs: {ours['body'][:300]}")
    if not all(is_right(secret, url) for url in from_fast):
        raise RuntimeError("the FastAPI service signs wrongly")
    if not all(is_right(secret, url, "PUT") for url in from_node):
        raise RuntimeError("Companion signs wrongly")


def quietly[Answer](call: Callable[[], Answer]) -> Answer:
    """What it answers; the audit records go nowhere."""
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        return call()


def compare(
    title: str, ours: Side, others: Sequence[Side], rounds: int, wanted: Mapping[int, int]
) -> None:
    """Prints a table; by the processor's time too, which others on the machine disturb less."""
    least = f"(at least {wanted[ours.unit]} is wanted)" if ours.unit in wanted else ""
    found = quietly(lambda: ratios(ours, others, rounds))
    [fastapi] = [one for one in others if one.name == FASTAPI]
    found |= {IN_CPU_TIME: quietly(lambda: ratios(ours, [fastapi], rounds, process_time))[FASTAPI]}
    say(f"\n{title}; each one's time for a URL to ours; {rounds} rounds\n{HEADING}")
    for name, ones in found.items():
        row(name, ones, least if name in (FASTAPI, IN_CPU_TIME) else "")


def per_second(call: Callable[[], object], count: int, rounds: int) -> int:
    """URLs in a second: about this machine, so no figure to compare with."""
    return round(count / quietly(lambda: median(seconds(call) for _ in range(rounds))))


def main() -> int:
    """Prints how many times as long as ours each takes for a URL."""
    handler, context, loop = environment.load(), Context(), asyncio.new_event_loop()
    with companion.running(BUCKET) as ask:
        others: list[Side] = []
        for count, rounds in ROUNDS.items():
            others = peers(loop, ask, count)
            call = partial(handler, environment.event(USER, environment.urls(USER, count)), context)
            check(count, quietly(call), others)
            compare(
                f"URLs in a request: {count}", Side("ours", call, count), others, rounds, WANTED
            )
            say(f"(here {per_second(call, count, rounds):,} URLs a second, one warm function)")
        for count, rounds in COMPACT.items():
            event = environment.event(USER, environment.compact(USER, count))
            call = partial(handler, event, context)
            title = f"URLs in compact form: {count}; theirs as before"
            compare(title, Side("ours", call, count), others[:2], rounds, WANTED_COMPACT)
            say(f"(here {per_second(call, count, rounds):,} URLs a second, one warm function)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
