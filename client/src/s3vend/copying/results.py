"""The result of a copy of many files, and how it is counted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from s3vend.transfer.many.jobs import Action, Result

_SUMS = ("copied", "deleted", "skipped", "failed", "unchanged", "size", "results", "remarks")
OnResult = Callable[[Result], object]


@dataclass(frozen=True, slots=True)
class Synced:
    """The result of `sync`. Files that are equal already are only counted.

    ``results`` has one for each other file, in the order in which they ended; it is empty where
    ``on_result`` took them. With ``dry_run`` nothing was done, and the results say what would be.
    """

    copied: int
    deleted: int
    skipped: int
    failed: int
    unchanged: int
    size: int  # bytes of what was copied
    results: tuple[Result, ...] = field(repr=False)
    remarks: tuple[str, ...] = ()
    dry_run: bool = False


class Count:
    """Counts results, and keeps them or passes them on."""

    def __init__(self, on_result: OnResult | None) -> None:
        self._kept: list[Result] = []
        self._take: OnResult = self._kept.append if on_result is None else on_result
        self._counts: dict[Action, int] = {"copied": 0, "deleted": 0, "skipped": 0, "failed": 0}
        self._size = 0

    def __getitem__(self, action: Action) -> int:
        return self._counts[action]

    def add(self, result: Result) -> None:
        """Count a result."""
        self._counts[result.action] += 1
        if result.action == "copied":
            self._size += result.size
        self._take(result)

    def synced(self, unchanged: int, remarks: list[str], *, dry_run: bool) -> Synced:
        """Return all that was counted."""
        results, remarks_ = tuple(self._kept), tuple(remarks)
        return Synced(
            **self._counts,
            unchanged=unchanged,
            size=self._size,
            results=results,
            remarks=remarks_,
            dry_run=dry_run,
        )


def joined(results: Sequence[Synced]) -> Synced:
    """Return the sum of several results."""
    total, *others = results
    for one in others:
        total = replace(
            total, **{name: getattr(total, name) + getattr(one, name) for name in _SUMS}
        )
    return total
