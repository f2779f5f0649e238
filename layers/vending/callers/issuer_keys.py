"""Issuers' keys, kept in one execution environment and asked for again as seldom as is safe."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vending.callers.issuer import Issuer
from vending.errors import Unavailable

USUAL = 900  # seconds that keys are fresh where the issuer does not say
FRESH = range(300, 21_601)  # seconds; what an issuer may say
PAUSE = timedelta(seconds=30)  # between two requests to one issuer, whatever happens
MISSED = timedelta(seconds=120)  # a key id that was not there is not asked for again
MISSED_CAPACITY = 100
CAPACITY = 200  # issuers
UNREACHABLE = "IssuerUnreachable"  # how the reason begins where keys cannot be had


@dataclass(frozen=True, slots=True)
class Fetched:
    """A JWKS as its issuer gave it, and the seconds that it may be kept, if the issuer said."""

    document: bytes
    max_age: int | None


type Fetch = Callable[[Issuer], Fetched]  # raises Unavailable


@dataclass(slots=True)
class _Known[Key]:
    """What is known of one issuer's keys."""

    keys: dict[tuple[str, str], Key] | None = None
    fresh_until: datetime | None = None
    asked: datetime | None = None
    failure: str = ""  # why it could not be asked the last time
    missed: OrderedDict[str, datetime] = field(default_factory=OrderedDict)


@dataclass(slots=True)
class IssuerKeys[Key]:
    """Finds keys by id. Keys that were good stay until the issuer gives others.

    ``read`` takes a JWKS apart and raises ``ValueError`` where it is none.
    """

    fetch: Fetch
    read: Callable[[bytes], dict[tuple[str, str], Key]]
    now: Callable[[], datetime]
    _issuers: OrderedDict[Issuer, _Known[Key]] = field(default_factory=OrderedDict)

    def find(self, issuer: Issuer, key_id: str, algorithm: str) -> Key | None:
        """The key, or None where the issuer has none of this name for this algorithm.

        Raises:
            Unavailable: the issuer cannot be asked, and what is kept does not answer it.
        """
        known, time = self._known(issuer), self.now()
        if asked := issuer.jwks is None and self._is_stale(known, key_id, time):
            self._ask(issuer, known, time)
        if known.keys and (key := known.keys.get((key_id, algorithm))):
            return key
        if known.failure:
            raise Unavailable(f"{UNREACHABLE}: {known.failure}")
        if asked:
            known.missed[key_id] = time
            known.missed.move_to_end(key_id)
        if len(known.missed) > MISSED_CAPACITY:
            known.missed.popitem(last=False)
        return None

    def _known(self, issuer: Issuer) -> _Known[Key]:
        """By the whole entry, so that a changed one starts anew."""
        if issuer not in self._issuers:
            pinned = None if issuer.jwks is None else self.read(issuer.jwks.encode())
            self._issuers[issuer] = _Known(pinned)
            if len(self._issuers) > CAPACITY:
                self._issuers.popitem(last=False)
        return self._issuers[issuer]

    def _is_stale(self, known: _Known[Key], key_id: str, time: datetime) -> bool:
        if known.asked and time < known.asked + PAUSE:
            return False
        if known.keys is None or known.fresh_until is None or time >= known.fresh_until:
            return True
        missed = known.missed.get(key_id)
        return not any(key_id == name for name, _ in known.keys) and (
            missed is None or time >= missed + MISSED
        )

    def _ask(self, issuer: Issuer, known: _Known[Key], time: datetime) -> None:
        known.asked, known.failure = time, "Unknown"
        try:
            fetched = self.fetch(issuer)
            known.keys = self.read(fetched.document)
        except Unavailable as error:
            known.failure = error.reason
            return
        except ValueError:
            known.failure = "NoKeys"
            return
        known.failure = ""
        seconds = USUAL if fetched.max_age is None else fetched.max_age
        known.fresh_until = time + timedelta(seconds=min(max(seconds, FRESH[0]), FRESH[-1]))
