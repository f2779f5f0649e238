"""How far a copy of many files is, for the line at the terminal."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from s3vend.cli.terminal.bar import QUIET_AFTER, clock_text, size_text

if TYPE_CHECKING:
    from s3vend.transfer.many.tally import Total


@dataclass(slots=True)
class Pace:
    """The files and bytes that are done, and how fast. Times are in seconds."""

    now: Callable[[], float] = time.monotonic
    total: "Total | None" = None
    began: float = field(default=0.0)
    changed: float = field(default=0.0)

    def report(self, total: "Total") -> None:
        """Take how far it is."""
        now = self.now()
        if self.total is None:
            self.began = now
        self.total, self.changed = total, now

    def facts(self) -> list[str]:
        """Return what the line shows, the most important first."""
        total, now = self.total, self.now()
        if total is None:
            return ["comparing"]
        more = "" if total.is_planned else " or more"
        files = f"{total.done_files:,} of {total.files:,}{more} files"
        if now - self.changed >= QUIET_AFTER:
            return [files, f"waiting for S3, {now - self.changed:.0f} s"]
        taken = now - self.began
        speed = total.done / taken if taken else 0.0
        pace = [f"{size_text(int(speed))}/s"] if speed else []
        left = [clock_text(self._left(total, taken))] if total.is_planned and taken else []
        return [files, size_text(total.done, total.size), *pace, *left]

    @staticmethod
    def _left(total: "Total", taken: float) -> float:
        """Return the seconds that are left: of files and bytes, what takes longer."""
        shares = [
            (done, whole)
            for done, whole in ((total.done_files, total.files), (total.done, total.size))
            if done
        ]
        return max((taken * (whole - done) / done for done, whole in shares), default=0.0)
