"""What revocations do to a session that is out, for ``/admin/sessions`` and ``/admin/vends``."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Literal, Self

from vending.denials.denials import Denials, Part
from vending.revocations.revocation import Revocation

type State = Literal["denied", "pending", "notReached"]
PARTS: tuple[Part, ...] = ("caller", "grant", "session")


@dataclass(frozen=True, slots=True)
class Standing:
    """The denials that the role's policy has, and those that are still missing there."""

    written: Denials  # of revocations that the last complete run covered
    missing: Denials  # of the others
    decided: Denials  # in decisions, and in the policy: after merging, they deny more
    role_arn: str  # the service's own role; no denial reaches the sessions of another

    @classmethod
    def of(
        cls,
        revocations: Iterable[Revocation],
        covered: Collection[str],
        decided: Denials,
        role_arn: str,
        now: datetime,
    ) -> Self:
        """``covered`` are the marks of revocations that the role's policy has."""
        alive = [one for one in revocations if one.denies(now)]
        written = [one.denied(now) for one in alive if one.mark in covered]
        missing = [one.denied(now) for one in alive if one.mark not in covered]
        return cls(
            Denials.of(chain.from_iterable(written)),
            Denials.of(chain.from_iterable(missing)),
            decided,
            role_arn,
        )

    def state(self, role_arn: str, session_name: str, issued: datetime) -> State | None:
        """Whether the session is revoked, and whether IAM can know; None: it is not revoked.

        ``issued`` is when the session was first seen. It is compared as IAM compares the time at
        which STS issued the session.
        """
        _, *parts = session_name.rsplit("-", len(PARTS))
        named = [
            (part, value)
            for part, values in zip(PARTS, parts, strict=False)
            for value in values.split(".")  # a session may have several grants
        ]

        def within(denials: Denials) -> bool:
            times = chain.from_iterable(denials.of_part(*one) for one in named)
            return any(time is None or issued < time for time in times)

        revoked = within(self.written), within(self.missing)
        if role_arn != self.role_arn:
            return "notReached" if any(revoked) else None
        if revoked == (False, True):
            return "pending"
        return "denied" if revoked[0] or within(self.decided) else None
