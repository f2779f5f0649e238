"""One AssumeRole call: its policy, role session name, source identity and duration.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from vending.callers.caller import Caller
from vending.decision.decide import Decision
from vending.decision.effects import Effects
from vending.denials.names import grant_part, source_identity
from vending.errors import Fault, PolicyTooLarge, SeveralGrants
from vending.grants.grant import Permission
from vending.grants.keys import Keys
from vending.sessions.conditions import check_endpoint, grant_conditions
from vending.sessions.durations import LONGEST
from vending.sessions.policy import session_policy
from vending.sessions.statements import BUCKET_LOCATION, Allowance
from vending.times import span

type AssumeRole = Callable[[Session, str], Credentials]  # the string is the session id

MARGIN = 60  # seconds that may pass before STS starts the session
READABLE = {1: 20, 2: 15, 3: 6}  # characters of the caller's name in the session's, by its grants


@dataclass(frozen=True, slots=True)
class Credentials:
    """Temporary credentials of one session, with a session token."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expiration: datetime
    packed_policy_size: int | None = None  # percent of the size that STS allows
    assumed_role: tuple[str, str] = ("", "")  # ARN and id of the session, as STS names it


@dataclass(frozen=True, slots=True)
class Session:
    """The parameters of one AssumeRole call, except the session id that makes it unique."""

    role_arn: str
    policy: str
    duration: int  # seconds
    caller: str  # canonical, with the unique id: sessions are never shared across callers
    grants: tuple[str, ...]
    source_identity: str
    external_id: str | None = None  # required by a role in another account
    left_out: tuple[str, ...] = ()  # actions for which the policy had no room

    def name(self, session_id: str) -> str:
        """The role session name: 64 characters at most; a deny can match each part of it."""
        readable, caller = self.source_identity.rsplit("-", 1)
        grants = ".".join(map(grant_part, self.grants))
        return f"{readable[: READABLE[len(self.grants)]]}-{caller}-{grants}-{session_id}"

    def as_answered(self) -> dict[str, object]:
        """What the answer says about the session's policy: what it leaves out, if anything."""
        return {"leftOut": list(self.left_out)} if self.left_out else {}

    def as_recorded(self, session_id: str) -> dict[str, object]:
        """The session as members of the audit record; note them before STS is called.

        STS may start a session although its answer gets lost.
        """
        return {
            "sessionId": session_id,
            "roleSessionName": self.name(session_id),
            "roleArn": self.role_arn,
            "sourceIdentity": self.source_identity,
            "durationSeconds": self.duration,
            **self.as_answered(),
        }


@dataclass(frozen=True, slots=True)
class Lending(Effects):
    """The effects of vending credentials, made for one request."""

    assume_role: AssumeRole
    new_id: Callable[[], str]  # makes a session id


class Lent(NamedTuple):
    """What a session lends under one grant."""

    decision: Decision
    targets: tuple[Keys, ...]
    permission: Permission


def session_for(
    caller: Caller,
    lent: Sequence[Lent],
    duration: int,
    effects: Effects,
    *,
    order: Sequence[Keys] = (),
    handed_out: bool = False,
) -> Session:
    """The session of ``duration`` seconds that lends this only.

    One whose credentials are ``handed_out`` also tells the buckets' regions, which many tools ask
    for first; that is left out where the policy has no room for it. ``order`` are the targets as
    the request names them.

    Raises:
        SeveralGrants: the grants' locations name different roles.
        PolicyTooLarge: the session policy does not fit.
        AccessDenied: a grant's conditions cannot be met by this caller or in its location.
    """
    role = _role([one.decision for one in lent], effects.role_arn)
    ends = effects.now + span(duration + MARGIN)
    tags = Permission.READ if handed_out else Permission.WRITE
    allowances = tuple([_allowance(caller, one, ends, tags) for one in lent])
    grants = tuple(dict.fromkeys([one.decision.match.grant.id for one in lent]))
    who = caller.identity.unique, source_identity(caller)
    return _session(*who, role, duration, allowances, grants, tuple(order), handed_out=handed_out)


@lru_cache(maxsize=1000)  # every batch of URLs needs the session of its grant's whole scope
def _session(
    caller: str,
    source_identity: str,
    role: tuple[str, str | None],
    duration: int,
    allowances: tuple[Allowance, ...],
    grants: tuple[str, ...],
    order: tuple[Keys, ...],
    *,
    handed_out: bool,
) -> Session:
    policy = session_policy(allowances, role[0], order)
    left_out: tuple[str, ...] = ()
    if handed_out:
        try:
            policy = session_policy(allowances, role[0], order, bucket_location=True)
        except PolicyTooLarge:
            left_out = (BUCKET_LOCATION,)
    return Session(role[0], policy, duration, caller, grants, source_identity, role[1], left_out)


def signing_session(caller: Caller, decision: Decision, effects: Effects) -> Session:
    """The session that signs for this decision, with the grant's whole scope; not requested yet.

    Raises:
        AccessDenied: the grant's conditions cannot be met by this caller or in this location.
        PolicyTooLarge: the session policy does not fit.
    """
    scope, permission = decision.match.scope, decision.match.grant.permission
    return session_for(caller, [Lent(decision, (scope,), permission)], LONGEST, effects)


def _allowance(caller: Caller, lent: Lent, ends: datetime, tags: Permission) -> Allowance:
    grant, location = lent.decision.match.grant, lent.decision.location
    check_endpoint(grant, location)
    return Allowance.of(
        lent.targets,
        lent.permission,
        location,
        grant_conditions(grant, caller, ends),
        versions=grant.versions,
        tagging=tags if grant.tagging else None,
    )


def _role(decisions: Sequence[Decision], own: str) -> tuple[str, str | None]:
    """The one role that lends for all, and its external id."""
    first, *others = decisions
    role = first.location.role_arn(own), first.location.external_id
    for other in others:
        if role != (other.location.role_arn(own), other.location.external_id):
            raise SeveralGrants(
                f"Different roles lend {first.location.id} and {other.location.id}, and a session "
                "has one role. Send one request for each of these buckets.",
                faults=[Fault(other.wanted[0].pointer, "needs another role than the first")],
            )
    return role


def issued_at(credentials: Credentials, session: Session, now: datetime) -> datetime:
    """When STS issued the session, by its own clock: the duration before its end; never later.

    ``now`` is from before STS was called; the earlier time counts.
    """
    return min(now, credentials.expiration - span(session.duration))


def limit_expiration(credentials: Credentials, session: Session, now: datetime) -> Credentials:
    """Cap the expiration at the requested duration plus ``MARGIN``."""
    latest = now + span(session.duration + MARGIN)
    if credentials.expiration <= latest:
        return credentials
    return replace(credentials, expiration=latest)
