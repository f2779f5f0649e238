"""What is printed of a load: the times by request, what was counted, and the answers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bench.apparatus.rounds import say

LATER = " with Retry-After"

type Counted = dict[str, Any]
type Seen = list[tuple[float, str, float, int, bool]]  # when, what, ms, status, Retry-After


def quantile(ordered: Sequence[float], part: float) -> float:
    """The value below which that part lies."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def tell(seen: Seen, before: Counted, after: Counted, took: float) -> float:
    """The table, and what was counted; presign requests in a second."""
    heads = ("request", "number", "a second", "p50 ms", "p99 ms", "p99.9 ms", "p99/p50")
    say("{:24}{:>9}{:>10}{:>9}{:>9}{:>10}{:>9}".format(*heads))
    for name in [*sorted({one[1] for one in seen}), "presigned-urls", "all"]:
        times = sorted(ms for _, of, ms, status, _ in seen if status == 200 and is_of(of, name))
        p50, p99, p999 = (quantile(times, part) for part in (0.5, 0.99, 0.999))
        counts = f"{len(times):9}{len(times) / took:10.1f}"
        say(f"{name:24}{counts}{p50:9.1f}{p99:9.1f}{p999:10.1f}{p99 / p50:9.1f}")

    def more(name: str) -> float:
        return float(after.get(name, 0)) - float(before.get(name, 0))

    presigned, made = more("presigned-urls 200"), more("presigned-urls sessions")
    each = f"{1000 * made / presigned:.2f} in 1,000"
    say(f"In {presigned:.0f} presign requests {made:.0f} STS calls: {each}.")
    say(f"AssumeRole: {more('sessions') / took:.1f} a second, {more('throttled'):.0f} throttled.")
    say(f"Reads of the table: {more('reads') / took:.1f} a second.")
    statuses = Counter(f"{status}{LATER if later else ''}" for *_, status, later in seen)
    say(f"Answers: {listed(statuses)}.")
    resident, own = sorted(after["resident"]), sorted(after["own"])
    say(f"MiB of an environment: {quantile(resident, 0.5):.0f}, its own {quantile(own, 0.5):.0f}.")
    return presigned / took


def is_of(request: str, row: str) -> bool:
    """Whether the row counts this request: `presigned-urls` all that presign, `all` everything."""
    return row == "all" or f"{request} ".startswith(f"{row} ")


def listed(counted: Mapping[str, int]) -> str:
    """How many of each."""
    return ", ".join(f"{number} of {what}" for what, number in sorted(counted.items()))
