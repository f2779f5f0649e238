"""Vends credentials for the whole scope of one grant, which the caller names by its id."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.credentials.vend import VendedCredentials, vend_credentials
from vending.decision.effects import Known
from vending.decision.wanted import Wanted
from vending.errors import AccessDenied
from vending.grants.grant import Grant
from vending.sessions.durations import SHORTEST, check_shortest
from vending.sessions.session import Lending

type LoadGrant = Callable[[str], Grant | None]  # takes the id


class WholeScope(NamedTuple):
    """A credentials request for the whole scope of one grant, with its permission."""

    wanted: tuple[Wanted]
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
    """Vend credentials with the grant's whole scope and permission; other grants are ignored.

    Raises:
        DurationNotAllowed: too short for every grant; nothing is read.
        AccessDenied: the grant does not exist, or is not the caller's; both look the same.
        And everything that ``vend_credentials`` raises.
    """
    check_shortest("durationSeconds", duration_seconds, SHORTEST)
    grant = load_grant(grant_id)
    scope = grant.scope_for(caller, lending.now) if grant else None
    if grant is None or scope is None:
        raise AccessDenied("You have no grant with this id.", reason="NoGrant")

    def load_this_grant(grantee_keys: Sequence[str], buckets: Sequence[str]) -> Known:
        known = lending.load_grants(grantee_keys, buckets)
        return replace(known, grants=tuple(grant for grant in known.grants if grant.id == grant_id))

    wanted = Wanted(scope, grant.permission, "/target")
    request = WholeScope((wanted,), duration_seconds)
    return vend_credentials(caller, request, record, replace(lending, load_grants=load_this_grant))
