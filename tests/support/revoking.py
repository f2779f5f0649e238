"""A ledger in memory: what the reconciler does with the table and the role, without either."""

from collections.abc import Iterable
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.support.make import NOW, ROLE_ARN, location
from vending.denials.denial_policy import denial_policy
from vending.denials.denials import NOTHING_DENIED
from vending.errors import PreconditionFailed, Unavailable
from vending.grants.location import Location
from vending.revocations.enforce import RevokeEffects
from vending.revocations.holders import Granted
from vending.revocations.ledger import Covered, Ledger
from vending.revocations.revocation import Revocation
from vending.revocations.revoke import NOTHING_GRANTED
from vending.trail.vends import Vend

NONE_COVERED = Covered((), merged=False)


@dataclass
class World:
    """The table, the role and the clock; ``broken`` names what fails."""

    time: datetime = NOW
    broken: str = ""
    kept: dict[str, Revocation] = field(default_factory=dict)
    block: str | None = None
    holders: str | None = None
    granted: Granted = NOTHING_GRANTED
    policy: str = denial_policy(NOTHING_DENIED)
    covered: Covered = NONE_COVERED
    damaged: tuple[str, ...] = ()
    owner: str | None = None
    until: datetime = NOW
    calls: list[str] = field(default_factory=list)
    locations: list[Location] = field(default_factory=lambda: [location()])
    vends: list[Vend] = field(default_factory=list)

    def call(self, name: str) -> None:
        self.calls.append(name)
        if name == self.broken:
            raise Unavailable("Broken")

    def revocations(self) -> Iterable[Revocation | str]:
        self.call("revocations")
        return [self.kept[id_] if id_ not in self.damaged else id_ for id_ in self.kept]

    def save_denials(self, text: str, before: str | None) -> None:
        self.call("save_denials")
        assert self.block == before
        self.block = text

    def save_holders(self, text: str, before: str | None) -> None:
        self.call("save_holders")
        assert self.holders == before
        self.holders = text

    def find_vends(self, issuer: str) -> Iterable[Vend]:
        self.call("vends_of")
        return [vend for vend in self.vends if vend.caller.get("issuer") == issuer]

    def grants_of(self, issuer: str) -> Granted:
        self.call("granted")
        return self.granted

    def has_policy(self, document: str) -> bool:
        self.call("has_policy")
        return self.policy == document

    def put_policy(self, document: str) -> None:
        self.call("put_policy")
        self.policy = document

    def take(self, owner: str, now: datetime, until: datetime) -> bool:
        self.call("take")
        if self.owner and self.until >= now:
            return False
        self.owner, self.until = owner, until
        return True

    def release(self, owner: str, covered: Covered | None) -> None:
        self.call("release")
        assert owner == self.owner
        self.owner = None
        self.covered = self.covered if covered is None else covered

    def pause(self, seconds: float) -> None:
        self.calls.append("pause")
        self.time += timedelta(seconds=seconds)

    def add(self, revocation: Revocation) -> None:
        self.call("add")
        self.kept[revocation.id] = revocation

    def lift(self, before: Revocation, after: Revocation) -> None:
        self.call("lift")
        if self.kept[before.id] != before:
            raise PreconditionFailed("Another was first.")
        self.kept[after.id] = after

    @property
    def ledger(self) -> Ledger:
        return Ledger(
            revocations=self.revocations,
            denials=lambda: (self.block, self.holders),
            save_denials=self.save_denials,
            save_holders=self.save_holders,
            has_policy=self.has_policy,
            put_policy=self.put_policy,
            take=self.take,
            covered=lambda: replace(self.covered, taken_until=self.until if self.owner else None),
            release=self.release,
            now=lambda: self.time,
            pause=self.pause,
            new_id=lambda: "me",
        )

    @property
    def effects(self) -> RevokeEffects:
        return RevokeEffects(
            read=self.kept.get,
            add=self.add,
            lift=self.lift,
            vends=lambda id_: [one for one in self.vends if id_ in {v.vend_id for v in self.vends}],
            granted=self.grants_of,
            vends_of=self.find_vends,
            locations=lambda: self.locations,
            ledger=self.ledger,
            role_arn=ROLE_ARN,
            cache_seconds=10,
            new_id=lambda: f"{len(self.kept):016}",
        )
