"""Decides on one use of a share: for its owner, at the opener's address, as everything is now."""

from collections.abc import Sequence
from copy import replace
from datetime import datetime, timedelta

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.closest import Match
from vending.decision.decide import Decision, decide
from vending.decision.effects import Effects, Known
from vending.decision.wanted import Wanted
from vending.errors import AccessDenied, ShareOver
from vending.grants.grant import Permission
from vending.grants.keys import Keys
from vending.shares.owner import Owner
from vending.shares.share import Share
from vending.shares.standing import Standing
from vending.uploads.start import check_source

_OVER = {
    "Expired": "This link has expired.",
    "UsedUp": "This link has been used as often as it may be.",
}
NOT_NOW = "This link does not work now. Ask the person who sent it."


def over(reason: str) -> ShareOver:
    """The refusal of a share that has ended, with what its opener may know."""
    return ShareOver(_OVER.get(reason, "This link is over."), reason=reason)


def judge(
    standing: Standing, target: Keys, source_ip: str, record: Record, effects: Effects
) -> tuple[Caller, Decision]:
    """Decide whether the share opens ``target`` to somebody at this address.

    Returns the owner as the caller, and a decision that allows no more than the share does.

    Raises:
        ShareOver: it ended for good.
        AccessDenied: it does not work now: the grant, the owner or the address do not allow it.
        Blocked, JustRevoked: as in ``decide``.
    """
    share = standing.share
    owner = check_alive(standing, effects.now)
    caller = Caller("share", owner.identity, source_ip)
    decision = _decide(standing, caller, target, record, effects)
    check_source(decision.match.grant, caller)
    return caller, _narrowed(decision, share.target, share.permission)


def check_alive(standing: Standing, now: datetime) -> Owner:
    """The owner of a share that did not end, whatever its grant allows; raises ``ShareOver``."""
    share, owner = standing.share, standing.owner
    if share.used.taken:
        raise over("TakenBack")
    if now >= share.expires:
        raise over("Expired")
    identities = [share.owner, *([owner.identity] if owner else [])]
    if any(standing.ended.has(share.created, one) for one in identities):
        raise over("Ended")
    if owner is None:
        raise AccessDenied(NOT_NOW, reason="OwnerNotSeen")
    if owner.identity.unique != share.owner.unique:
        raise over("AnotherOwner")
    return owner


def check_unused(share: Share) -> None:
    """Refuse a share that has been used as often as promised; raises ``ShareOver``."""
    if share.left == 0:
        raise over("UsedUp")


def end_of(standing: Standing) -> datetime:
    """When the share ends at the latest, as its grant is now."""
    share, grant = standing.share, standing.grant
    if grant is None or grant.sharing is None:
        return share.expires
    longest = share.created + timedelta(seconds=grant.sharing.longest)
    return min([share.expires, longest, *([grant.expires] if grant.expires else [])])


def _decide(
    standing: Standing, caller: Caller, target: Keys, record: Record, effects: Effects
) -> Decision:
    """The decision of ``decide`` over the share's own grant, and the grant's terms for shares."""
    share, known = standing.share, standing.known

    def load(_: Sequence[str], __: Sequence[str]) -> Known:
        return replace(known, grants=tuple(one for one in known.grants if one.sharing))

    wanted = Wanted(share.target, share.permission, "")
    decision = decide(caller, wanted, record, replace(effects, load_grants=load))
    record.note(targets=[target.as_json()])
    grant = decision.match.grant
    if grant.sharing is None or effects.now >= end_of(standing):
        raise over("Expired")
    if grant.vpc_endpoint or decision.location.vpc_endpoint:
        raise AccessDenied(NOT_NOW, reason="VpcEndpoint")
    if standing.owner is None or standing.owner.rests(grant.sharing, effects.now):
        raise AccessDenied(NOT_NOW, reason="OwnerNotSeen")
    return decision


def _narrowed(decision: Decision, keys: Keys, permission: Permission) -> Decision:
    """The decision without what the share does not give: other keys, and the other permission."""
    grant = replace(decision.match.grant, permission=permission, versions=False, tagging=False)
    return replace(decision, match=Match(grant, keys))
