"""Credentials for all that one grant opens, to whoever names it and has it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.credentials.request import CredentialsRequest
from vending.credentials.vend import VendedCredentials, vend_credentials
from vending.decision.effects import Known, LoadGrants, Rates
from vending.errors import AccessDenied
from vending.grants.grant import Grant
from vending.sessions.durations import LONGEST, SHORTEST, check_duration
from vending.sessions.session import AssumeRole

type LoadGrant = Callable[[str], Grant | None]  # id


def vend_grant(
    caller: Caller,
    grant_id: str,
    duration_seconds: int | None,
    record: Record,
    *,
    load_grant: LoadGrant,
    load_grants: LoadGrants,
    assume_role: AssumeRole,
    rates: Rates,
    role_arn: str,
    now: datetime,
    new_id: Callable[[], str],
) -> VendedCredentials:
    """Credentials with the grant's whole scope and permission; no other grant answers.

    Raises:
        DurationNotAllowed: outside of what any grant allows; nothing is read.
        AccessDenied: there is no such grant, or it is not the caller's: nothing tells which.
        And what ``vend_credentials`` raises.
    """
    check_duration("durationSeconds", duration_seconds, SHORTEST, LONGEST)
    grant = load_grant(grant_id)
    scope = grant.scope_for(caller, now) if grant else None
    if grant is None or scope is None:
        raise AccessDenied("This grant is not yours.", reason="NoGrant")

    def this_alone(grantee_keys: Sequence[str], bucket: str) -> Known:
        known = load_grants(grantee_keys, bucket)
        return replace(known, grants=tuple(one for one in known.grants if one.id == grant_id))

    asked = {"bucket": scope.bucket, "prefix" if scope.is_prefix else "key": scope.key}
    request = CredentialsRequest.model_validate(
        {
            "target": asked,
            "permission": grant.permission,
            "privilege": "Default",
            "durationSeconds": duration_seconds,
        }
    )
    return vend_credentials(
        caller,
        request,
        record,
        load_grants=this_alone,
        assume_role=assume_role,
        rates=rates,
        role_arn=role_arn,
        now=now,
        new_id=new_id,
    )
