"""Reads what decisions need and caches it: grants for some seconds, denials for one at most.

The wiring calls it. A read of grants reads the denials too, in the same call, so a second call is
needed only where grants are cached and denials are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from vending.decision.effects import Known, LoadDenials, LoadGrants
from vending.denials.denials import Denials
from vending.denials.revoked import KEPT_SECONDS
from vending.errors import Unavailable
from vending.kept import Clocks, Kept, is_young

TRIES = 2  # reads of the denials in a row that may take longer than they could be kept


@dataclass(slots=True)
class Reads:
    """The reads of one execution environment; ``read`` and ``read_denials`` are consistent."""

    read: LoadGrants
    read_denials: LoadDenials
    seconds: int  # for which grants are cached
    clocks: Clocks
    _grants: Kept[[Sequence[str], Sequence[str]], Known] = field(init=False)
    _denials: tuple[tuple[float, float], Denials] | None = None  # since when, and the denials

    def __post_init__(self) -> None:
        self._grants = Kept(self._read, self.seconds, self.clocks)

    def load_grants(self, grantee_keys: Sequence[str], buckets: Sequence[str]) -> Known:
        """The grants and locations, cached or new, with denials as ``load_denials`` returns.

        Raises:
            Unavailable: the table failed.
        """
        known = self._grants.load(grantee_keys, buckets)
        return Known(known.grants, known.locations, self.load_denials())

    def load_denials(self) -> Denials:
        """All denials, as the table had them less than ``KEPT_SECONDS`` ago.

        The time counts from before the read: a read that takes longer is repeated.

        Raises:
            Unavailable: the table failed, or is too slow.
        """
        for _ in range(TRIES):
            if (denials := self._young()) is not None:
                return denials
            since = self.clocks()
            self._denials = since, self.read_denials()
        if (denials := self._young()) is not None:
            return denials
        raise Unavailable("DenialsTooOld")

    def _young(self) -> Denials | None:
        if self._denials and is_young(self._denials[0], self.clocks(), KEPT_SECONDS):
            return self._denials[1]
        return None

    def _read(self, grantee_keys: Sequence[str], buckets: Sequence[str]) -> Known:
        since = self.clocks()
        known = self.read(grantee_keys, buckets)
        self._denials = since, known.denials
        return known
