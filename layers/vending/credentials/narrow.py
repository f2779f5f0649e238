"""Narrows a decision to the session that answers a credentials request; calls no service."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, Protocol

from vending.callers.caller import Caller
from vending.decision.decide import Decision
from vending.decision.effects import Effects
from vending.decision.wanted import Wanted, each
from vending.errors import Fault, PolicyTooLarge, PresignOnly
from vending.grants.grant import Grant, Permission
from vending.grants.keys import Keys
from vending.sessions.durations import SHORTEST, credentials_duration, longest_credentials
from vending.sessions.session import Lent, Session, session_for


class Request(Protocol):
    """A request for credentials: each target with its permission."""

    @property
    def wanted(self) -> Sequence[Wanted]: ...

    @property
    def privilege(self) -> Literal["Minimal", "Default"]: ...

    @property
    def duration_seconds(self) -> int | None: ...  # None: the maximum that the grants allow


class Narrowed(NamedTuple):
    """A credentials request, decided and narrowed; only the call to STS is left."""

    decisions: tuple[Decision, ...]  # one for each grant
    lent: tuple[Lent, ...]
    answered: tuple[tuple[Keys, Permission], ...]  # what is lent, in the order of the request
    session: Session

    @property
    def grants(self) -> tuple[Grant, ...]:
        """The grants, each once."""
        return tuple(one.match.grant for one in self.decisions)

    def targets_as_json(self) -> list[object]:
        """The targets; each with its permission, unless all have the same."""
        if len({permission for _, permission in self.answered}) == 1:
            return [target.as_json() for target, _ in self.answered]
        return [
            {"target": target.as_json(), "permission": permission}
            for target, permission in self.answered
        ]

    def as_answered(self) -> dict[str, object]:
        """What the answer says of targets, permission and buckets."""
        permissions = {permission for _, permission in self.answered}
        buckets = {one.location.id: one.location.region for one in self.decisions}
        regions = set(buckets.values())
        return {
            "matchedGrantTargets": self.targets_as_json(),
            **({"permission": permissions.pop()} if len(permissions) == 1 else {}),
            **({"region": regions.pop()} if len(regions) == 1 else {}),
            "buckets": [{"bucket": id_, "region": region} for id_, region in buckets.items()],
            **self.session.as_answered(),
        }


def narrow(
    caller: Caller, request: Request, decisions: Sequence[Decision], effects: Effects
) -> Narrowed:
    """The session that answers a credentials request; STS is not called yet.

    Raises:
        PresignOnly: a grant's duration is too short for credentials, or it limits uploads.
        DurationNotAllowed: longer than a grant allows.
        SeveralGrants: different roles lend the buckets.
        PolicyTooLarge: the session policy does not fit.
    """
    lent = tuple(one for decision in decisions for one in _lent(decision, request.privilege))
    for one in lent:
        _check_credentials(one.decision.match.grant, one.permission)
    grants = [decision.match.grant for decision in decisions]
    duration = credentials_duration(request.duration_seconds, grants)
    if request.privilege == "Default":
        answered = tuple((scope, one.permission) for one in lent for scope in one.targets)
    else:
        answered = tuple((one.target, one.permission) for one in request.wanted)
    order = [target for target, _ in answered]
    try:
        session = session_for(caller, lent, duration, effects, order=order, handed_out=True)
    except PolicyTooLarge as error:
        member = request.wanted[0].pointer.split("/")[1]
        fault = Fault(f"/{member}", "makes the session policy too long")
        raise PolicyTooLarge(error.detail, faults=[fault]) from None
    return Narrowed(tuple(decisions), lent, answered, session)


def _lent(decision: Decision, privilege: str) -> Iterator[Lent]:
    """What the session lends under one grant: each permission with its targets."""
    targets: dict[Permission, list[Keys]] = {}
    for wanted in each(decision.wanted):
        targets.setdefault(wanted.permission, []).append(wanted.target)
    for permission, listed in targets.items():
        scope = (decision.match.scope,)
        yield Lent(decision, scope if privilege == "Default" else tuple(listed), permission)


def _check_credentials(grant: Grant, permission: Permission) -> None:
    """Raise ``PresignOnly`` where credentials could not keep to the grant."""
    if longest_credentials(grant) < SHORTEST:
        raise PresignOnly(
            f"The grant {grant.id!r} allows at most {grant.max_duration} seconds, and credentials "
            f"last at least {SHORTEST} seconds. Request presigned URLs instead."
        )
    if grant.limits_uploads and permission.includes(Permission.WRITE):
        raise PresignOnly(
            f"The grant {grant.id!r} limits uploads, and credentials cannot enforce that. Request "
            "presigned URLs to write, or credentials with READ."
        )
