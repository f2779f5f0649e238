"""Names the known name that a mistyped one was probably meant to be, for people."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice

CLOSE = 0.8  # as difflib counts: 1 is the same name
LONGEST = 300  # characters: comparing takes their square
MOST = 1_000  # names to compare with


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``; did you mean 'NAME'?`` for the known name that is nearest; empty if none is."""
    found = _nearest(name, tuple(sorted(islice(known, MOST))))
    return f"; did you mean {found!r}?" if found else ""


@lru_cache(maxsize=16)  # one mistake is often made in many entries
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    if len(name) > LONGEST:
        return None
    compared = (one for one in known if len(one) <= LONGEST)
    return next(iter(get_close_matches(name, compared, n=1, cutoff=CLOSE)), None)
