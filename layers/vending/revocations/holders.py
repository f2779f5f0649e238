"""Finds what IAM denies for holders of claims, and what it cannot; ``revoke`` calls it.

A role session name has no claims. So IAM denies the grants that only such holders can use, and the
single sessions that the audit trail shows for them under other grants.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vending.callers.issuer import Issuer
from vending.denials.denials import Place
from vending.denials.holders import Holders
from vending.denials.names import grant_part
from vending.errors import Fault, InvalidRequest, ServiceFault, TooLarge
from vending.grants.grant import Grant
from vending.grants.grantee import WebGrantee
from vending.times import iso
from vending.trail.vends import Vend

MOST_SESSIONS = 100  # denied one by one; more would not fit into the policy beside others
# Of all denials of holders: an item of the table has up to 400 KB, and a revocation adds up to 100.
DENIALS_BYTES = 200_000
SETTLING = timedelta(seconds=15)  # before a search, in which vends may not be in the logs yet

type NotCovered = dict[str, object]


@dataclass(frozen=True, slots=True)
class Granted:
    """An issuer's entry, if there is one, and the grants for its callers."""

    issuer: Issuer | None
    grants: Sequence[Grant]

    def check(self, holders: Holders) -> None:
        """Refuse claims that no token is read for: nobody would be revoked.

        Raises:
            InvalidRequest: the issuer's entry does not list one of the claims.
        """
        listed = {claim.name for claim in self.issuer.claims} if self.issuer else None
        missing = [name for name, _ in holders.claims if listed is not None and name not in listed]
        if missing:
            raise InvalidRequest(
                "The revocation would apply to nobody.",
                faults=[
                    Fault(f"/caller/claims/{name}", "the issuer's entry does not list this claim")
                    for name in missing
                ],
            )

    def doubts(self, holders: Holders) -> str:
        """A sentence for each claim that all grants have with another JSON type; else nothing.

        The tokens may have it so too, and then nobody is revoked.
        """
        grantees = (one.grantee for one in self.grants)
        pinned = {claim for one in grantees if isinstance(one, WebGrantee) for claim in one.claims}
        found = (
            f" The issuer's grants have {other} as {name!r}, with another type: if its tokens do "
            "too, this stops nobody; send the request again with that value."
            for name, value in holders.claims
            for known, other in sorted(pinned)
            if (name, value) not in pinned and known == name and _plain(other) == _plain(value)
        )
        return "".join(found)

    def places(self, holders: Holders) -> tuple[Place, ...]:
        """The grants that only these holders can use."""
        covered = (grant for grant in self.grants if holders.include_all_of(grant.grantee))
        return tuple(Place("grant", grant_part(grant.id)) for grant in covered)

    def by_claims(self, kind: str, reason: str) -> list[dict[str, object]]:
        """A revocation of each grant by claims alone, ready to send.

        Empty unless the issuer's entry says that claims make its callers: then other subjects of a
        caller can use these grants.
        """
        if not (self.issuer and self.issuer.caller_claims):
            return []
        return [
            {"grantId": grant.id, "kind": kind, "reason": reason}
            for grant in self.grants
            if isinstance(grant.grantee, WebGrantee) and grant.grantee.subject is None
        ]


@dataclass(frozen=True, slots=True)
class Found:
    """The sessions of holders to deny, what remains, and why the search ended early, if it did."""

    sessions: tuple[Place, ...]
    not_covered: list[NotCovered]
    failure: str | None


def check_room(denials: str | None) -> None:
    """Refuse another revocation of holders where the item of their denials is almost full.

    Raises:
        TooLarge: beyond the limit of the table, no denial of anybody could be written any more.
    """
    if len(denials or "") > DENIALS_BYTES:
        raise TooLarge(
            "Too many holders of claims are revoked. Lift blocks that are no longer needed, or "
            "revoke single grants and subjects instead."
        )


def find_sessions(
    holders: Holders,
    granted: Granted,
    vends: Callable[[str], Iterable[Vend]],
    now: datetime,
) -> Found:
    """The sessions of these holders under grants that others can use too.

    ``vends`` yields the vends of an issuer's callers whose sessions may be alive. What remains is a
    session beyond ``MOST_SESSIONS``, a grant some of whose sessions may be the holders', and the
    vends that are not in the logs yet. If ``vends`` fails, what it has yielded still counts: those
    who are revoked can make the logs long.
    """
    covered = set(granted.places(holders))
    ends: dict[str, datetime] = {}
    unclear: dict[str, datetime] = {}
    failure: str | None = None
    try:
        for vend in vends(holders.issuer):
            if vend.ends <= now or not covered.isdisjoint(_places(vend)):
                continue
            is_holder = holders.include_recorded(_claims(vend.members))
            if is_holder:
                ends[vend.session_id] = max(vend.ends, ends.get(vend.session_id, vend.ends))
            elif is_holder is None:
                for grant in vend.grants:
                    unclear[grant] = max(vend.ends, unclear.get(grant, vend.ends))
    except (ServiceFault, TooLarge) as error:
        failure = error.reason
    last = sorted(ends, key=lambda session: ends[session], reverse=True)
    rest = [("sessionId", one, ends[one]) for one in last[MOST_SESSIONS:]]
    rest += [("grantId", grant, until) for grant, until in sorted(unclear.items())]
    remaining: list[NotCovered] = [{name: id_, "until": iso(until)} for name, id_, until in rest]
    sessions = tuple(Place("session", one) for one in last[:MOST_SESSIONS])
    return Found(sessions, remaining, failure)


def _places(vend: Vend) -> set[Place]:
    """The places of the grants under which this was vended; a denial of any of them denies it."""
    return {Place("grant", grant_part(grant)) for grant in vend.grants}


def _plain(value: str) -> str:
    return value.strip('"')


def _claims(members: Mapping[str, object]) -> Mapping[str, object]:
    claims = members.get("callerClaims")
    return claims if isinstance(claims, dict) else {}
