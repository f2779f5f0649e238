"""Narrows a decision to the session that answers a credentials request; calls no service."""

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
    """A request for credentials: all targets with one permission."""

    @property
    def wanted(self) -> Sequence[Wanted]: ...

    @property
    def permission(self) -> Permission: ...

    @property
    def privilege(self) -> Literal["Minimal", "Default"]: ...

    @property
    def duration_seconds(self) -> int | None: ...  # None: the maximum that the grant allows


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A credentials request, decided and narrowed; only the call to STS is left."""

    decision: Decision
    targets: tuple[Keys, ...]
    session: Session


def narrow(caller: Caller, request: Request, decision: Decision, effects: Effects) -> Narrowed:
    """The session that answers a credentials request; STS is not called yet.

    Raises:
        PresignOnly: the grant's duration is too short for credentials, or it limits uploads.
        DurationNotAllowed: longer than the grant allows.
        PolicyTooLarge: the session policy does not fit.
    """
    grant = decision.match.grant
    if longest_credentials(grant) < SHORTEST:
        raise PresignOnly(
            f"The grant {grant.id!r} allows at most {grant.max_duration} seconds, and credentials "
            f"last at least {SHORTEST} seconds. Request presigned URLs instead."
        )
    if grant.limits_uploads and request.permission.includes(Permission.WRITE):
        raise PresignOnly(
            f"The grant {grant.id!r} limits uploads, and credentials cannot enforce that. Request "
            "presigned URLs to write, or credentials with READ."
        )
    targets = tuple(wanted.target for wanted in request.wanted)
    if request.privilege == "Default":
        targets = (decision.match.scope,)
    duration = credentials_duration(request.duration_seconds, grant)
    try:
        session = session_for(
            caller, decision, targets, request.permission, duration, effects, handed_out=True
        )
    except PolicyTooLarge as error:
        member = request.wanted[0].pointer.split("/")[1]
        fault = Fault(f"/{member}", "makes the session policy too long")
        raise PolicyTooLarge(error.detail, faults=[fault]) from None
    return Narrowed(decision, targets, session)
