"""The reconciler: what the table says is revoked becomes what the decision reads and IAM denies.

One at a time, by a lease in the table. Whoever waits for a change of its own is done when some
run has covered it.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from vending.denials.denial_policy import fitted
from vending.denials.denials import Denials
from vending.revocations.revocation import Revocation

LEASE = timedelta(seconds=40)  # longer than the function may run: no two ever write at once
PAUSE = 0.2  # seconds between two looks at the lease
PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Covered:
    """What the last whole run has brought into force."""

    marks: Collection[str]  # of revocations
    merged: bool  # to broader denials, since all did not fit
    taken_until: datetime | None = None  # the lease, by a run that goes on


NONE_COVERED = Covered((), merged=False)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The table and the role, as functions; each raises Unavailable.

    ``revocations`` gives of one that is damaged its id. ``take`` gets the lease for an owner,
    unless another has it; ``release`` gives it back, with what ``covered`` gives from then on.
    """

    revocations: Callable[[], Iterable[Revocation | str]]
    denials: Callable[[], str | None]
    save_denials: Callable[[str, str | None], None]  # over what was read before
    has_policy: Callable[[str], bool]
    put_policy: Callable[[str], None]
    take: Callable[[str, datetime, datetime], bool]  # owner, now, until
    covered: Callable[[], Covered]
    release: Callable[[str, Covered | None], None]
    now: Callable[[], datetime]
    pause: Callable[[float], None]
    new_id: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Written:
    """What a run has done."""

    active: int  # revocations that deny something
    characters: int  # of the policy
    repaired: bool  # the table's item or the role's policy was another one
    covered: Covered
    damaged: tuple[str, ...]  # ids of revocations that cannot be read

    def as_recorded(self) -> dict[str, object]:
        """As a member of the audit record."""
        damaged = {"damaged": list(self.damaged)} if self.damaged else {}
        return {
            "active": self.active,
            "characters": self.characters,
            "merged": self.covered.merged,
            "repaired": self.repaired,
            **damaged,
        }


def reconcile(ledger: Ledger) -> Written | None:
    """One run; None where another has the lease.

    Raises:
        Unavailable: the table or IAM failed; what is written denies what it did before, or more.
        InternalError: revocations are damaged, and what was denied is as well.
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
    """Run, or wait for a run, that covers the revocation of this mark; None: there was none.

    Raises:
        Unavailable, InternalError: as ``reconcile``.
    """
    now = ledger.now
    patience = now() + PATIENCE
    while mark not in (covered := ledger.covered()).marks:
        time = now()
        taken = covered.taken_until is not None and covered.taken_until >= time
        # Looking is cheap; hundreds that ask for the lease would have DynamoDB throttle its owner.
        if not taken and (written := reconcile(ledger)):
            return written.covered if mark in written.covered.marks else None
        if time >= patience:
            return None
        ledger.pause(PAUSE)
    return covered


def _write(time: datetime, ledger: Ledger) -> Written:
    """First what stops new vends, then what ends what is out.

    What has changed is put into the role without a look: IAM may still read what was there before.
    While a revocation is damaged nothing stops being denied, since it may be what denies it.
    """
    found = list(ledger.revocations())
    damaged = tuple(one for one in found if isinstance(one, str))
    active = [one for one in found if not isinstance(one, str) and one.denies(time)]
    before = ledger.denials()
    still = Denials.decode(before).before.items() if damaged else ()
    whole = fitted(Denials.of(chain((one.denial for one in active), still)))
    text = whole.denials.encode()
    saved = before == text
    if not saved:
        ledger.save_denials(text, before)
    put = saved and ledger.has_policy(whole.document)
    if not put:
        ledger.put_policy(whole.document)
    marks = [one.mark for one in active if not (damaged and one.lifted)]
    return Written(
        active=len(active),
        characters=len(whole.document),
        repaired=not put,
        covered=Covered(marks, whole.merged),
        damaged=damaged,
    )
