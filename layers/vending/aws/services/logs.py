"""Audit records read again from the log groups of the functions, seconds after they were written.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from typing import Any

from vending.aws.services.client import translated
from vending.errors import TooLarge
from vending.trail.vends import Line, Read

# A request may begin a call in SECONDS, which then has two tries: within a function's 29 seconds.
CALLS, SECONDS, CALL_SECONDS = 100, 12.0, 6
PATTERN_CHARACTERS = 1000  # the service takes 1,024

_WORD = re.compile(r"[!#-\[\]-~]+")  # the same in JSON, and in quotes: no blank, quote, backslash


@dataclass(slots=True)
class Budget:
    """What reading may cost: calls, and seconds on a clock that never goes back."""

    calls: int
    ends: float
    clock: Callable[[], float]

    @classmethod
    def of(
        cls,
        calls: int = CALLS,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> "Budget":
        """From now on."""
        return cls(calls, clock() + seconds, clock)

    def spend(self) -> None:
        """One call; raises TooLarge when nothing is left."""
        if self.calls < 1 or self.clock() >= self.ends:
            raise TooLarge(
                "There is more log than can be searched at once: ask for less time, with 'since' "
                "and 'until'."
            )
        self.calls -= 1


def records(
    client: Any,
    groups: Sequence[str],
    members: Mapping[str, str],
    *,
    since: datetime,
    until: datetime,
    budget: Budget | None = None,
) -> Iterator[Line]:
    """The audit records of all groups with these members, the oldest first, as they are taken.

    Those from ``since`` on and before ``until``, by the log's own time in milliseconds.

    The service looks for words anywhere in a line, and a caller may put any word there, so each
    line is then read, and its own members decide.

    Raises:
        TooLarge: the budget is spent; what came until then is complete.
        Unavailable: the service failed.
    """
    budget = budget or Budget.of()
    asked = {
        "filterPattern": pattern(members),
        "startTime": _milliseconds(since),
        "endTime": _milliseconds(until) - 1,  # the service takes the last one too
    }
    found = (_of_group(client, {"logGroupName": group, **asked}, budget) for group in groups)
    for line in merge(*found, key=lambda line: line.at):
        if all(line.members.get(name) == value for name, value in members.items()):
            yield line


def reader(client: Any, groups: Sequence[str], budget: Budget | None = None) -> Read:
    """As ``records``, for all that one request reads: one budget for all of it."""
    budget = budget or Budget.of()

    def read(members: Mapping[str, str], since: datetime, until: datetime) -> Iterator[Line]:
        return records(client, groups, members, since=since, until=until, budget=budget)

    return read


def readers(client: Any, groups: Sequence[str], budget: Budget | None = None) -> list[Read]:
    """A reader of each group, in their order, with one budget for all."""
    budget = budget or Budget.of()
    return [reader(client, [group], budget) for group in groups]


def pattern(members: Mapping[str, str]) -> str:
    """Words that the lines of these members have, as the service is asked for them."""
    words = [f'"{one}"' for one in ("audit", *members.values()) if _WORD.fullmatch(one)]
    text = " ".join(words)
    return text if len(text) <= PATTERN_CHARACTERS else words[0]


def _of_group(client: Any, asked: dict[str, Any], budget: Budget) -> Iterator[Line]:
    while True:
        budget.spend()
        with translated():
            answer = client.filter_log_events(**asked)
        for event in answer["events"]:
            if record := _record(event["message"]):
                yield Line(datetime.fromtimestamp(event["timestamp"] / 1000, UTC), record)
        if not (token := answer.get("nextToken")):
            return
        asked |= {"nextToken": token}


def _record(line: str) -> dict[str, object] | None:
    """The audit record that a line is, if it is one."""
    try:
        members = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(members, dict) or members.get("record") != "audit":
        return None
    members.pop("_aws", None)  # for CloudWatch alone
    return members


def _milliseconds(time: datetime) -> int:
    return round(time.timestamp() * 1000)
