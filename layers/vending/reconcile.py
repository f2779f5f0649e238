"""The reconciler: what the table says is revoked becomes what the decision reads and IAM denies.

One at a time, by a lease in the table. Whoever waits for a change of its own is done when some
run has covered it.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from vending.denial_policy import fitted
from vending.denials import Denials
from vending.revocation import Revocation

LEASE = timedelta(seconds=40)  # longer than the function may run: no two ever write at once
PAUSE = 0.2  # seconds between two looks at the lease
PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The table and the role, as functions; each raises Unavailable.

    ``take`` gets the lease for an owner, unless another has it; ``release`` gives it back, with
    the marks of the revocations that are in force now, which ``covered`` gives.
    """

    revocations: Callable[[], Iterable[Revocation]]
    denials: Callable[[], str | None]
    save_denials: Callable[[str], None]
    has_policy: Callable[[str], bool]
    put_policy: Callable[[str], None]
    take: Callable[[str, datetime, datetime], bool]  # owner, now, until
    covered: Callable[[], Collection[str]]
    release: Callable[[str, Collection[str] | None], None]
    now: Callable[[], datetime]
    pause: Callable[[float], None]
    new_id: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Written:
    """What a run has done."""

    active: int  # revocations that deny something
    characters: int  # of the policy
    merged: bool  # to broader denials, since all did not fit
    repaired: bool  # the table's item or the role's policy was another one


def reconcile(ledger: Ledger) -> Written | None:
    """One run; None where another has the lease.

    Raises:
        Unavailable: the table or IAM failed; what is written denies what it did before, or more.
    """
    now = ledger.now
    owner, time = ledger.new_id(), now()
    if not ledger.take(owner, time, time + LEASE):
        return None
    covered: Collection[str] | None = None
    try:
        revocations = [one for one in ledger.revocations() if one.denies(time)]
        written = _write(revocations, ledger)
        covered = [one.mark for one in revocations]
    finally:
        ledger.release(owner, covered)
    return written


def bring_into_force(mark: str, ledger: Ledger) -> bool:
    """Run, or wait for a run, that covers the revocation of this mark; False: patience ended.

    Raises:
        Unavailable: as ``reconcile``.
    """
    now = ledger.now
    patience = now() + PATIENCE
    while mark not in ledger.covered():
        if reconcile(ledger):
            return True
        if now() >= patience:
            return False
        ledger.pause(PAUSE)
    return True


def _write(revocations: Iterable[Revocation], ledger: Ledger) -> Written:
    """First what stops new vends, then what ends what is out.

    What has changed is put into the role without a look: IAM may still read what was there before.
    """
    listed = [one.denied() for one in revocations]
    whole = fitted(Denials.of(listed))
    text = whole.denials.encode()
    saved = ledger.denials() == text
    if not saved:
        ledger.save_denials(text)
    put = saved and ledger.has_policy(whole.document)
    if not put:
        ledger.put_policy(whole.document)
    return Written(len(listed), len(whole.document), whole.merged, repaired=not put)
