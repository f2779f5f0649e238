"""Denials of everybody who holds certain claims of an issuer; the decision matches them.

IAM cannot: a role session name has no claims. ``revocations`` finds the sessions that IAM denies.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from vending.callers.identity import Identity, WebIdentity
from vending.grants.grantee import Grantee, WebGrantee
from vending.table import refuse_damaged_item
from vending.times import iso


@dataclass(frozen=True, slots=True, order=True)
class Holders:
    """Everybody whose token is from this issuer and has all these claims."""

    issuer: str
    claims: tuple[tuple[str, str], ...] = ()  # names and values, as JSON text; none: everybody

    def include(self, identity: Identity) -> bool:
        """Whether the caller is one of them."""
        return (
            isinstance(identity, WebIdentity)
            and identity.issuer == self.issuer
            and all(identity.has(name, value) for name, value in self.claims)
        )

    def include_all_of(self, grantee: Grantee) -> bool:
        """Whether everybody whom this grantee matches is one of them."""
        return (
            isinstance(grantee, WebGrantee)
            and grantee.issuer == self.issuer
            and set(self.claims) <= set(grantee.claims)
        )

    def include_recorded(self, claims: Mapping[str, object]) -> bool | None:
        """Whether a caller with these recorded claims was one of them; None if nobody can tell."""
        if any(name in claims and json.dumps(claims[name]) != value for name, value in self.claims):
            return False
        return True if all(name in claims for name, _ in self.claims) else None

    def as_json(self) -> dict[str, object]:
        """The holders as a revocation names them."""
        claims = {name: json.loads(value) for name, value in self.claims}
        return {"issuer": self.issuer} | ({"claims": claims} if claims else {})


type HoldersDenied = Mapping[Holders, datetime | None]  # as ``Denials.before``


def encode(denied: HoldersDenied) -> str:
    """As JSON for the table; equal denials are equal text."""
    listed = [
        [one.issuer, [list(claim) for claim in one.claims], time and iso(time)]
        for one, time in sorted(denied.items(), key=lambda entry: entry[0])
    ]
    return json.dumps(listed, separators=(",", ":"))


def decode(document: str | None) -> dict[Holders, datetime | None]:
    """The denials in the decision's second item, or none where there is no item.

    Raises:
        InternalError: ``encode`` did not make it.
    """
    if document is None:
        return {}
    with refuse_damaged_item():
        listed = json.loads(document)
        if not isinstance(listed, list):
            raise ValueError("not a list of holders")  # noqa: TRY004 - as for damaged entries
        return broadest(
            (
                Holders(str(issuer), tuple((str(name), str(value)) for name, value in claims)),
                None if time is None else datetime.fromisoformat(time).astimezone(UTC),
            )
            for issuer, claims, time in listed
        )


def broadest[Denied](
    denied: Iterable[tuple[Denied, datetime | None]],
) -> dict[Denied, datetime | None]:
    """Each of these once; if one occurs twice, with the broader denial."""
    before: dict[Denied, datetime | None] = {}
    for one, time in denied:
        known = before.get(one, time)
        before[one] = None if None in (known, time) else max(known, time)  # type: ignore[type-var]
    return before
