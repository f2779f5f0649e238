"""Reads audit records from the functions' log groups, seconds after they were written.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from typing import Any

from vending.aws.services.client import translate_errors
from vending.errors import TooLarge
from vending.trail.vends import Line, Read, has_members

# A request may start calls for SECONDS; with two tries, the last one ends within 29 seconds.
CALLS, SECONDS, CALL_SECONDS = 100, 12.0, 6
PATTERN_CHARACTERS = 1000  # the service accepts 1,024

_WORD = re.compile(r"[!#-\[\]-~]+")  # needs no escape in JSON or in a pattern's quotes


@dataclass(slots=True)
class Budget:
    """The limit for reading: a number of calls, and an end on a monotonic clock."""

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
        """A budget that starts now."""
        return cls(calls, clock() + seconds, clock)

    def spend(self) -> None:
        """Spend one call; raises ``TooLarge`` when nothing is left."""
        if self.calls < 1 or self.clock() >= self.ends:
            raise TooLarge(
                "The logs of this time are too long to search at once. Search a shorter time, with "
                "'since' and 'until'."
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
    words: Sequence[str] = (),
) -> Iterator[Line]:
    """Yield the audit records of all groups with these members, the oldest first.

    Records without one of the ``words`` may be left out.

    ``since`` (inclusive) and ``until`` (exclusive) are compared with the log's own time, in
    milliseconds. The service finds words anywhere in a line, and callers can put words there, so
    each line is parsed and its own members are compared.

    Raises:
        TooLarge: the budget is spent; the records until then are complete.
        Unavailable: the service failed.
    """
    budget = budget or Budget.of()
    parameters = {
        "filterPattern": pattern([*members.values(), *words]),
        "startTime": _milliseconds(since),
        "endTime": _milliseconds(until) - 1,  # the service includes the end
    }
    found = (_of_group(client, {"logGroupName": group, **parameters}, budget) for group in groups)
    for line in merge(*found, key=lambda line: line.at):
        if has_members(line.members, members):
            yield line


def reader(client: Any, groups: Sequence[str], budget: Budget | None = None) -> Read:
    """A function like ``records`` with one budget for all that a request reads."""
    budget = budget or Budget.of()

    def read(
        members: Mapping[str, str], since: datetime, until: datetime, words: Sequence[str] = ()
    ) -> Iterator[Line]:
        return records(
            client, groups, members, since=since, until=until, budget=budget, words=words
        )

    return read


def readers(client: Any, groups: Sequence[str], budget: Budget | None = None) -> list[Read]:
    """A ``reader`` for each group, in the same order, with one budget for all."""
    budget = budget or Budget.of()
    return [reader(client, [group], budget) for group in groups]


def pattern(words: Iterable[str]) -> str:
    """A filter pattern for lines that contain all these words, or maybe more lines."""
    quoted = [f'"{word}"' for word in ("audit", *words) if _WORD.fullmatch(word)]
    text = " ".join(quoted)
    return text if len(text) <= PATTERN_CHARACTERS else quoted[0]


def _of_group(client: Any, parameters: dict[str, Any], budget: Budget) -> Iterator[Line]:
    while True:
        budget.spend()
        with translate_errors():
            answer = client.filter_log_events(**parameters)
        for event in answer["events"]:
            if record := _record(event["message"]):
                yield Line(datetime.fromtimestamp(event["timestamp"] / 1000, UTC), record)
        if not (token := answer.get("nextToken")):
            return
        parameters |= {"nextToken": token}


def _record(line: str) -> dict[str, object] | None:
    """The members of the audit record in this line, if it is one."""
    try:
        members = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(members, dict) or members.get("record") != "audit":
        return None
    members.pop("_aws", None)  # only CloudWatch needs it
    return members


def _milliseconds(time: datetime) -> int:
    return round(time.timestamp() * 1000)
