"""Caches issuers' keys in one execution environment, and fetches them as rarely as is safe."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from vending.callers.issuer import Issuer
from vending.errors import TokenRefused, Unavailable, VendingError

USUAL = 900  # seconds that keys are fresh if the issuer does not say
FRESH = range(300, 21_601)  # seconds; an issuer's own value is clamped to this range
PAUSE = timedelta(seconds=30)  # at least, between two requests to one issuer
MISSED = timedelta(seconds=120)  # until a key id that an issuer did not have is requested again
MISSED_CAPACITY = 100  # key ids for each issuer
CAPACITY = 200  # issuers
UNNAMED = None  # in a key id's place: a key without one, and the only one for its algorithm
UNREACHABLE = "IssuerUnreachable"  # the reason begins with it if the keys cannot be fetched


class IssuerSaysNo(VendingError):
    """The issuer refuses to tell its keys, or may not be asked; ``find`` makes it an answer."""

    def __init__(self, reason: str) -> None:
        super().__init__("The issuer says no.", reason=reason)


class Fetched(NamedTuple):
    """A fetched JWKS, and for how many seconds its issuer lets it be cached (None: not said)."""

    document: bytes
    max_age: int | None


type KeyName = tuple[str | None, str]  # key id or UNNAMED, and algorithm
type Fetch = Callable[[Issuer], Fetched]  # raises Unavailable, or IssuerSaysNo


def named_key[Key](keys: Mapping[KeyName, Key], key_id: str, algorithm: str) -> Key | None:
    """The key with this id for this algorithm, or else the unnamed one."""
    return keys.get((key_id, algorithm)) or keys.get((UNNAMED, algorithm))


@dataclass(slots=True)
class _Known[Key]:
    """What is cached about one issuer's keys."""

    keys: dict[KeyName, Key] | None = None
    fresh_until: datetime | None = None
    fetched_at: datetime | None = None  # the last try, even if it failed
    failure: str = ""  # why the last try failed
    refused: bool = False  # whether the issuer said no: then no token can be verified
    missed: OrderedDict[str, datetime] = field(default_factory=OrderedDict)  # by key id

    def has(self, key_id: str) -> bool:
        """Whether a key has this id."""
        return any(key_id == name for name, _ in self.keys or {})


@dataclass(slots=True)
class IssuerKeys[Key]:
    """Finds an issuer's keys by id. Good keys stay in use until the issuer serves others.

    ``read`` parses a JWKS and raises ``ValueError`` if it is not one.
    """

    fetch: Fetch
    read: Callable[[bytes], dict[KeyName, Key]]
    now: Callable[[], datetime]
    _issuers: OrderedDict[Issuer, _Known[Key]] = field(default_factory=OrderedDict)

    def find(self, issuer: Issuer, key_id: str, algorithm: str) -> Key | None:
        """Return the key, or None if the issuer has no key with this id for this algorithm.

        ``key_id`` is empty for a token that names no key.

        Raises:
            TokenRefused: the key is not cached, and the issuer says no.
            Unavailable: the key is not cached, and the last request to the issuer failed.
        """
        known, time = self._known(issuer), self.now()
        if requested := issuer.jwks is None and self._is_stale(known, key_id, time):
            self._fetch(issuer, known, time)
        key = named_key(known.keys or {}, key_id, algorithm)
        if not key and known.refused:
            raise TokenRefused("IssuerRefused", f": {known.failure}")
        if not key and known.failure:
            raise Unavailable(f"{UNREACHABLE}: {known.failure}")
        if requested and not known.failure and not known.has(key_id):
            known.missed[key_id] = time
            known.missed.move_to_end(key_id)
        if len(known.missed) > MISSED_CAPACITY:
            known.missed.popitem(last=False)
        return key

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
        return not known.has(key_id) and (missed is None or time >= missed + MISSED)

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
