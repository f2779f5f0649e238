"""One AssumeRole: its policy, role session name, source identity and duration.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from vending.callers.caller import Caller
from vending.decision.decide import Decision
from vending.decision.effects import Effects
from vending.denials.names import grant_part, source_identity
from vending.errors import AccessDenied
from vending.grants.grant import Permission
from vending.grants.keys import Keys
from vending.sessions.policy import grant_conditions, session_policy

type AssumeRole = Callable[[Session, str], Credentials]  # the string is the session id

MARGIN = 60  # seconds that may pass until STS starts the session


@dataclass(frozen=True, slots=True)
class Credentials:
    """What STS lends; always temporary: there is a session token."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expiration: datetime
    packed_policy_size: int | None = None  # percent of the room that STS has for policies
    assumed_role: tuple[str, str] = ("", "")  # ARN and id of the session, as STS names it


@dataclass(frozen=True, slots=True)
class Session:
    """What is asked of STS, but for the id that makes this one session unique."""

    role_arn: str
    policy: str
    duration: int  # seconds
    caller: str  # canonical, with the unique id: sessions are never shared across callers
    grant: str
    source_identity: str
    external_id: str | None = None  # that a role in another account asks for

    def name(self, session_id: str) -> str:
        """At most 60 characters; a deny on ``aws:userid`` can match each part of it."""
        return f"{self.source_identity}-{grant_part(self.grant)}-{session_id}"

    def as_recorded(self, session_id: str) -> dict[str, object]:
        """As members of the audit record, noted before STS is asked: it may not be heard."""
        return {
            "sessionId": session_id,
            "roleSessionName": self.name(session_id),
            "roleArn": self.role_arn,
            "sourceIdentity": self.source_identity,
            "durationSeconds": self.duration,
        }


@dataclass(frozen=True, slots=True)
class Lending(Effects):
    """What handing out credentials takes, made for one request."""

    assume_role: AssumeRole
    new_id: Callable[[], str]  # of a session


def session_for(
    caller: Caller,
    decision: Decision,
    targets: Sequence[Keys],
    permission: Permission,
    duration: int,
    effects: Effects,
) -> Session:
    """The session of ``duration`` seconds that gives ``permission`` on ``targets`` alone.

    Raises:
        PolicyTooLarge: the policy does not fit.
        AccessDenied: a condition of the grant cannot be put for this caller.
    """
    grant, location = decision.match.grant, decision.location
    if grant.vpc_endpoint and location.vpc_endpoint not in (None, grant.vpc_endpoint):
        # Only one of the two would stand in the policy, under one key.
        raise AccessDenied("No grant of yours covers this.", reason="VpcEndpoint")
    ends = effects.now + timedelta(seconds=duration + MARGIN)
    conditions = grant_conditions(grant, caller, ends)
    lent = location.role_arn(effects.role_arn)
    return Session(
        role_arn=lent,
        policy=session_policy(
            targets, permission, location, lent, conditions, versions=grant.versions
        ),
        duration=duration,
        caller=caller.identity.unique,
        grant=grant.id,
        source_identity=source_identity(caller),
        external_id=location.external_id,
    )


def believed(lent: Credentials, session: Session, now: datetime) -> Credentials:
    """With the end that STS says, but for one that is later than what was asked for."""
    latest = now + timedelta(seconds=session.duration + MARGIN)
    return lent if lent.expiration <= latest else replace(lent, expiration=latest)
