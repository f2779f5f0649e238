"""Credentials for all that one grant opens, to a caller who names the grant and has it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.credentials.vend import VendedCredentials, vend_credentials
from vending.decision.effects import Known
from vending.decision.wanted import Wanted
from vending.errors import AccessDenied
from vending.grants.grant import Grant, Permission
from vending.sessions.durations import LONGEST, SHORTEST, check_duration
from vending.sessions.session import Lending

type LoadGrant = Callable[[str], Grant | None]  # id


@dataclass(frozen=True, slots=True)
class WholeScope:
    """A request for the scope of one grant, with its permission."""

    wanted: tuple[Wanted]
    permission: Permission
    duration_seconds: int | None
    privilege: Literal["Default"] = "Default"


def vend_grant(
    caller: Caller,
    grant_id: str,
    duration_seconds: int | None,
    record: Record,
    load_grant: LoadGrant,
    lending: Lending,
) -> VendedCredentials:
    """Credentials with the grant's whole scope and permission; no other grant answers.

    Raises:
        DurationNotAllowed: outside of what any grant allows; nothing is read.
        AccessDenied: there is no such grant, or it is not the caller's: nothing tells which.
        And what ``vend_credentials`` raises.
    """
    check_duration("durationSeconds", duration_seconds, SHORTEST, LONGEST)
    grant = load_grant(grant_id)
    scope = grant.scope_for(caller, lending.now) if grant else None
    if grant is None or scope is None:
        raise AccessDenied("This grant is not yours.", reason="NoGrant")

    def this_alone(grantee_keys: Sequence[str], bucket: str) -> Known:
        known = lending.load_grants(grantee_keys, bucket)
        return replace(known, grants=tuple(one for one in known.grants if one.id == grant_id))

    wanted = Wanted(scope, grant.permission, "/target")
    request = WholeScope((wanted,), grant.permission, duration_seconds)
    return vend_credentials(caller, request, record, replace(lending, load_grants=this_alone))
