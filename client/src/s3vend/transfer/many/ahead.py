"""Items that another thread takes ahead of time, so that work and planning go on side by side."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from s3vend.transfer.crew import TICK, Stopped

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _End:
    """The end of the items, with the error that it came with."""

    error: BaseException | None = None


def ahead(items: Iterable[Item], most: int, check: Callable[[], object]) -> Iterator[Item]:
    """Yield the items, up to ``most`` of which wait. ``check`` raises `Stopped` if all stops."""
    waiting: queue.Queue[Item | _End] = queue.Queue(most)
    threading.Thread(target=_feed, args=(items, waiting, check), daemon=True).start()
    while True:
        check()
        try:
            item = waiting.get(timeout=TICK)
        except queue.Empty:
            continue
        if not isinstance(item, _End):
            yield item
            continue
        if item.error is not None:
            raise item.error
        return


def _feed(
    items: Iterable[Item], waiting: "queue.Queue[Item | _End]", check: Callable[[], object]
) -> None:
    with suppress(Stopped):
        try:
            for item in items:
                _put(item, waiting, check)
        except Stopped:
            raise
        except BaseException as error:  # noqa: BLE001 - raised where the items are taken
            _put(_End(error), waiting, check)
        else:
            _put(_End(), waiting, check)


def _put(
    item: Item | _End, waiting: "queue.Queue[Item | _End]", check: Callable[[], object]
) -> None:
    while True:
        check()
        try:
            return waiting.put(item, timeout=TICK)
        except queue.Full:
            continue
