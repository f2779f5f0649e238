"""The reconciler: brings the table's revocations into force in decisions and in IAM.

A lease in the table allows one run at a time. A request that waits for its own revocation is done
when any run has covered it.
"""

from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from vending.denials.denial_policy import fitted
from vending.denials.denials import NOTHING_DENIED, Denials
from vending.denials.holders import broadest, encode
from vending.revocations.ledger import Covered, Ledger

LEASE = timedelta(seconds=40)  # longer than the function may run, so two never write at once
PAUSE = 0.2  # seconds between two checks of the lease
PATIENCE = timedelta(seconds=10)  # how long a request waits for another run


class Written(NamedTuple):
    """The result of a run."""

    active: int  # number of revocations that deny something
    characters: int  # length of the policy
    repaired: bool  # whether the table's item or the role's policy was different
    covered: Covered
    damaged: tuple[str, ...]  # ids of revocations that cannot be read

    def as_recorded(self) -> dict[str, object]:
        """The result as a member of the audit record."""
        damaged = {"damaged": list(self.damaged)} if self.damaged else {}
        return {
            "active": self.active,
            "characters": self.characters,
            "merged": self.covered.merged,
            "repaired": self.repaired,
            **damaged,
        }


def reconcile(ledger: Ledger) -> Written | None:
    """Bring all revocations into force; None if another run has the lease.

    Raises:
        Unavailable: the table or IAM failed; no denial that is still needed is lost.
        InternalError: both a revocation and the item of denials are damaged.
    """
    now = ledger.now
    owner, time = ledger.new_id(), now()
    if not ledger.take(owner, time, time + LEASE):
        return None
    covered: Covered | None = None
    try:
        written = _write(time, ledger)
        covered = written.covered
    finally:
        ledger.release(owner, covered)
    return written


def bring_into_force(mark: str, ledger: Ledger) -> Covered | None:
    """Run the reconciler, or wait for a run, until the revocation with this mark is covered.

    Returns None if no run has covered it within ``PATIENCE``.

    Raises:
        Unavailable, InternalError: as in ``reconcile``.
    """
    now = ledger.now
    patience = now() + PATIENCE
    while mark not in (covered := ledger.covered()).marks:
        time = now()
        taken = covered.taken_until is not None and covered.taken_until >= time
        # Reading is cheap; if hundreds tried to take the lease, DynamoDB would throttle its owner.
        if not taken and (written := reconcile(ledger)):
            return written.covered if mark in written.covered.marks else None
        if time >= patience:
            return None
        ledger.pause(PAUSE)
    return covered


def _write(time: datetime, ledger: Ledger) -> Written:
    """Write the denials that stop new vends, then the policy that ends existing sessions.

    After a change, the policy is written without reading it first: IAM may still return an old
    one. While a revocation is damaged, every earlier denial stays, since it may come from that one.
    """
    found = list(ledger.revocations())
    damaged = tuple(id_ for id_ in found if isinstance(id_, str))
    read = [revocation for revocation in found if not isinstance(revocation, str)]
    active = [revocation for revocation in read if revocation.denies(time)]
    before, holders_before = ledger.denials()
    earlier = Denials.read(before, holders_before) if damaged else NOTHING_DENIED
    holders = broadest([
        *((one.holders, one.before) for one in active if one.holders),
        *earlier.holders.items(),
    ])  # fmt: skip
    denied = chain.from_iterable(revocation.denied(time) for revocation in active)
    complete = fitted(Denials.of(chain(denied, earlier.before.items())))
    text, holders_text = complete.denials.encode(), encode(holders)
    saved = before == text
    if holders_text != (holders_before or encode({})):
        ledger.save_holders(holders_text, holders_before)
        saved = False
    if before != text:
        ledger.save_denials(text, before)
    put = saved and ledger.has_policy(complete.document)
    if not put:
        ledger.put_policy(complete.document)
    marks = [revocation.mark for revocation in active if not (damaged and revocation.lifted)]
    return Written(
        active=len(active),
        characters=len(complete.document),
        repaired=not put,
        covered=Covered(marks, complete.merged),
        damaged=damaged,
    )
