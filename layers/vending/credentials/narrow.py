"""From a decision to the session that answers a credentials request, before STS is asked."""

from dataclasses import dataclass
from datetime import datetime

from vending.callers.caller import Caller
from vending.credentials.request import CredentialsRequest
from vending.decision.decide import Decision
from vending.errors import Fault, PolicyTooLarge, PresignOnly
from vending.grants.grant import Permission
from vending.grants.keys import Location
from vending.sessions.durations import SHORTEST, credentials_duration, longest_credentials
from vending.sessions.session import Session, session_for


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A credentials request decided and narrowed; all but the call to STS."""

    decision: Decision
    targets: tuple[Location, ...]
    session: Session


def narrow(
    caller: Caller,
    request: CredentialsRequest,
    decision: Decision,
    *,
    role_arn: str,
    now: datetime,
) -> Narrowed:
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
        session = session_for(
            caller,
            grant,
            targets,
            request.permission,
            location=decision.location,
            role_arn=role_arn,
            duration=duration,
            now=now,
        )
    except PolicyTooLarge as error:
        member = "/targets" if request.targets else "/target"
        raise PolicyTooLarge(error.detail, faults=[Fault(member, "too long together")]) from None
    return Narrowed(decision, targets, session)
