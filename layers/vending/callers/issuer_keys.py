"""Caches issuers' keys in one execution environment, and fetches them as rarely as is safe."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vending.callers.issuer import Issuer
from vending.errors import TokenRefused, Unavailable, VendingError

USUAL = 900  # seconds that keys are fresh if the issuer does not say
FRESH = range(300, 21_601)  # seconds; an issuer's own value is clamped to this range
PAUSE = timedelta(seconds=30)  # at least, between two requests to one issuer
MISSED = timedelta(seconds=120)  # until a key id that an issuer did not have is requested again
MISSED_CAPACITY = 100  # key ids for each issuer
CAPACITY = 200  # issuers
UNREACHABLE = "IssuerUnreachable"  # the reason begins with it if the keys cannot be fetched


class IssuerSaysNo(VendingError):
    """The issuer refuses to tell its keys, or may not be asked; ``find`` makes it an answer."""

    def __init__(self, reason: str) -> None:
        super().__init__("The issuer says no.", reason=reason)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetched JWKS, and for how many seconds its issuer lets it be cached (None: not said)."""

    document: bytes
    max_age: int | None


type Fetch = Callable[[Issuer], Fetched]  # raises Unavailable, or IssuerSaysNo


@dataclass(slots=True)
class _Known[Key]:
    """What is cached about one issuer's keys."""

    keys: dict[tuple[str, str], Key] | None = None  # by key id and algorithm
    fresh_until: datetime | None = None
    fetched_at: datetime | None = None  # the last try, even if it failed
    failure: str = ""  # why the last try failed
    refused: bool = False  # whether the issuer said no: then no token can be verified
    missed: OrderedDict[str, datetime] = field(default_factory=OrderedDict)  # by key id


@dataclass(slots=True)
class IssuerKeys[Key]:
    """Finds an issuer's keys by id. Good keys stay in use until the issuer serves others.

    ``read`` parses a JWKS and raises ``ValueError`` if it is not one.
    """

    fetch: Fetch
    read: Callable[[bytes], dict[tuple[str, str], Key]]
    now: Callable[[], datetime]
    _issuers: OrderedDict[Issuer, _Known[Key]] = field(default_factory=OrderedDict)

    def find(self, issuer: Issuer, key_id: str, algorithm: str) -> Key | None:
        """Return the key, or None if the issuer has no key with this id for this algorithm.

        Raises:
            TokenRefused: the key is not cached, and the issuer says no.
            Unavailable: the key is not cached, and the last request to the issuer failed.
        """
        known, time = self._known(issuer), self.now()
        if requested := issuer.jwks is None and self._is_stale(known, key_id, time):
            self._fetch(issuer, known, time)
        if known.keys and (key := known.keys.get((key_id, algorithm))):
            return key
        if known.refused:
            raise TokenRefused("IssuerRefused", f": {known.failure}")
        if known.failure:
            raise Unavailable(f"{UNREACHABLE}: {known.failure}")
        if requested:
            known.missed[key_id] = time
            known.missed.move_to_end(key_id)
        if len(known.missed) > MISSED_CAPACITY:
            known.missed.popitem(last=False)
        return None

    def _known(self, issuer: Issuer) -> _Known[Key]:
        # By the whole entry, so that keys from before it was changed are not used.
        if issuer not in self._issuers:
            pinned = None if issuer.jwks is None else self.read(issuer.jwks.encode())
            self._issuers[issuer] = _Known(pinned)
            if len(self._issuers) > CAPACITY:
                self._issuers.popitem(last=False)
        return self._issuers[issuer]

    def _is_stale(self, known: _Known[Key], key_id: str, time: datetime) -> bool:
        if known.fetched_at and time < known.fetched_at + PAUSE:
            return False
        if known.keys is None or known.fresh_until is None or time >= known.fresh_until:
            return True
        missed = known.missed.get(key_id)
        return not any(key_id == known_id for known_id, _ in known.keys) and (
            missed is None or time >= missed + MISSED
        )

    def _fetch(self, issuer: Issuer, known: _Known[Key], time: datetime) -> None:
        known.fetched_at, known.failure, known.refused = time, "Unknown", False
        try:
            fetched = self.fetch(issuer)
            known.keys = self.read(fetched.document)
        except (IssuerSaysNo, Unavailable) as error:
            known.failure, known.refused = error.reason, isinstance(error, IssuerSaysNo)
            return
        except ValueError:
            known.failure = "NoKeys"
            return
        known.failure = ""
        seconds = USUAL if fetched.max_age is None else fetched.max_age
        known.fresh_until = time + timedelta(seconds=min(max(seconds, FRESH[0]), FRESH[-1]))
