"""From a decision to the session that answers a credentials request, before STS is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from vending.callers.caller import Caller
from vending.decision.decide import Decision
from vending.decision.effects import Effects
from vending.decision.wanted import Wanted
from vending.errors import Fault, PolicyTooLarge, PresignOnly
from vending.grants.grant import Permission
from vending.grants.keys import Keys
from vending.sessions.durations import SHORTEST, credentials_duration, longest_credentials
from vending.sessions.session import Session, session_for


class Request(Protocol):
    """What credentials are asked for: all targets with one permission."""

    @property
    def wanted(self) -> Sequence[Wanted]: ...

    @property
    def permission(self) -> Permission: ...

    @property
    def privilege(self) -> Literal["Minimal", "Default"]: ...

    @property
    def duration_seconds(self) -> int | None: ...  # None: the most that the grant allows


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A credentials request decided and narrowed; all but the call to STS."""

    decision: Decision
    targets: tuple[Keys, ...]
    session: Session


def narrow(caller: Caller, request: Request, decision: Decision, effects: Effects) -> Narrowed:
    """The session that answers a credentials request, not asked for yet.

    Raises:
        PresignOnly: the grant is too short for credentials, or limits uploads.
        DurationNotAllowed: more than it allows.
        PolicyTooLarge: the session policy does not fit.
    """
    grant = decision.match.grant
    if longest_credentials(grant) < SHORTEST:
        raise PresignOnly(
            f"The grant {grant.id!r} allows {grant.max_duration} seconds, and credentials last "
            f"{SHORTEST} at least. Ask for presigned URLs."
        )
    if grant.limits_uploads and request.permission.includes(Permission.WRITE):
        raise PresignOnly(
            f"The grant {grant.id!r} limits what is uploaded, which credentials cannot. Ask for "
            "presigned URLs to write, or for READ."
        )
    targets = tuple(one.target for one in request.wanted)
    if request.privilege == "Default":
        targets = (decision.match.scope,)
    duration = credentials_duration(request.duration_seconds, grant)
    try:
        session = session_for(caller, decision, targets, request.permission, duration, effects)
    except PolicyTooLarge as error:
        member = request.wanted[0].pointer.split("/")[1]
        fault = Fault(f"/{member}", "too long together")
        raise PolicyTooLarge(error.detail, faults=[fault]) from None
    return Narrowed(decision, targets, session)
