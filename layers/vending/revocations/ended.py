"""Which shares a revocation ends for good: those of a part, made before a time."""

from datetime import datetime, timedelta
from typing import NamedTuple

from vending.denials.denials import EVERYBODY
from vending.denials.ended import ALL, caller_ended, grant_ended, issuer_ended
from vending.denials.holders import Holders
from vending.denials.revoked import AHEAD
from vending.revocations.revocation import Revocation


class EndedShares(NamedTuple):
    """The shares of this part that were made before ``time``; of ``holders`` alone, if given."""

    part: str
    time: datetime
    holders: Holders | None = None


def ended_shares(revocation: Revocation) -> EndedShares | None:
    """The shares that the revocation ends; None for that of a session, which has none.

    A block that is lifted ends what was made until then: it may have been on its way.
    """
    time = revocation.lifted or revocation.created
    time = time.replace(microsecond=0) + timedelta(seconds=AHEAD)
    if holders := revocation.holders:
        return EndedShares(issuer_ended(holders.issuer), time, holders)
    match revocation.place:
        case None:
            return None
        case place if place == EVERYBODY:
            return EndedShares(ALL, time)
        case ("caller", begins):
            return EndedShares(caller_ended(begins), time)
        case ("grant", begins):
            return EndedShares(grant_ended(begins), time)
    return None
