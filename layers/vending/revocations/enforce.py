"""The effects of revoking, and the step that brings a written revocation into force."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from vending.audit.record import Record
from vending.errors import ServiceFault
from vending.grants.location import Location
from vending.revocations.holders import Granted
from vending.revocations.ledger import Ledger
from vending.revocations.reconcile import bring_into_force
from vending.revocations.revocation import Revocation
from vending.times import iso
from vending.trail.vends import Vend


@dataclass(frozen=True, slots=True)
class RevokeEffects:
    """The effects of revoking; ``lift`` writes only if nothing changed since ``read``."""

    read: Callable[[str], Revocation | None]
    add: Callable[[Revocation], None]
    lift: Callable[[Revocation, Revocation], None]  # before, after; or with the sessions found
    vends: Callable[[str], Sequence[Vend]]  # the vend with this id, and all of its sessions
    granted: Callable[[str], Granted]  # an issuer's entry and the grants for its callers
    vends_of: Callable[[str], Iterable[Vend]]  # of an issuer's callers, whose sessions may be alive
    locations: Callable[[], Iterable[Location]]
    ledger: Ledger
    role_arn: str
    cache_seconds: int  # how long an environment caches denials
    new_id: Callable[[], str]


def enforce(revocation: Revocation, record: Record, effects: RevokeEffects) -> dict[str, object]:
    """Bring the revocation into force; the members of the answer say what is still pending."""
    try:
        covered = bring_into_force(revocation.mark, effects.ledger)
    except ServiceFault as error:
        covered = None
        record.note(reason=error.reason)
    now = effects.ledger.now
    time = now()
    caches_expire = time + timedelta(seconds=effects.cache_seconds + 1)
    written, merged = covered is not None, covered is not None and covered.merged
    record.note(revocation=revocation.as_json(time), denialWritten=written)
    return {
        "revocation": revocation.as_listed(time, covered.marks if covered else ()),
        "denialWritten": written,
        "merged": merged,
        "environmentsBy": iso(caches_expire),
        "detail": (_WRITTEN if written else _PENDING) + (_MERGED if merged else ""),
    }


_WRITTEN = (
    "The role's policy is updated. IAM needs seconds, sometimes a minute, to apply it everywhere; "
    "functions that cache the table apply the change by 'environmentsBy'."
)
_PENDING = (
    "The change is recorded; the role's policy is not updated yet. The reconciler retries within "
    "minutes. To retry now, send the same request again."
)
_MERGED = (
    " Not all revocations fit in the policy as they are, so it denies more than they require and "
    "never less. Lift blocks that are no longer needed."
)
