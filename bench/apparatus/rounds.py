"""Rounds in which both sides take turns, and the line that is printed of their ratios."""

import gc
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter

type Call = Callable[[], object]
type Clock = Callable[[], float]  # seconds

HEADING = f"{'':34}{'median':>8}{'least':>8}{'middle half':>18}{'most':>8}"


@dataclass(frozen=True, slots=True)
class Side:
    """One side's work: how much of it a call does, and how many calls of ours go beside one."""

    name: str
    call: Call
    unit: int = 1
    beside: int = 1


def seconds(call: Call, times: int = 1, clock: Clock = perf_counter) -> float:
    """Of one call, on the average."""
    started = clock()
    for _ in range(times):
        call()
    return (clock() - started) / times


def ratios(
    ours: Side, others: Sequence[Side], rounds: int, clock: Clock = perf_counter
) -> dict[str, list[float]]:
    """For each other side its time to ours, for one unit, a ratio for each round.

    Each is timed right beside ours, and who begins alternates: whatever else the machine does
    hits both alike.
    """
    found: dict[str, list[float]] = {other.name: [] for other in others}
    for side in (ours, *others):
        side.call()
    gc.disable()
    for number in range(rounds):
        for other in others:
            if number % 2:
                mine = seconds(ours.call, other.beside, clock)
                theirs = seconds(other.call, clock=clock)
            else:
                theirs = seconds(other.call, clock=clock)
                mine = seconds(ours.call, other.beside, clock)
            found[other.name].append((theirs / other.unit) / (mine / ours.unit))
        gc.collect()
    gc.enable()
    return found


def row(name: str, found: Iterable[float], wanted: str = "") -> None:
    """Prints one line; a slow machine does not make it fail."""
    ordered = sorted(found)
    low, _, high = quantiles(ordered, n=4)
    middle = f"{low:.2f}-{high:.2f}"
    figures = f"{median(ordered):8.2f}{ordered[0]:8.2f}{middle:>18}{ordered[-1]:8.2f}"
    say(f"{name:34}{figures}   {wanted}".rstrip())


def say(text: str = "") -> None:
    """A line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
