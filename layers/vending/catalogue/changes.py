"""One change of the catalogue: an entry that is added, changed or removed."""

from dataclasses import dataclass
from typing import Literal

from vending.callers.issuer import Issuer
from vending.grants.grant import Grant
from vending.grants.location import Location
from vending.sessions.durations import LONGEST

type Kind = Literal["grant", "issuer", "location"]
type Entry = Grant | Issuer | Location


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that is added (no ``before``), changed, or removed (no ``after``)."""

    kind: Kind
    id: str
    pointer: str  # to the entry in the document; for a removed entry, to its list
    before: Entry | None
    after: Entry | None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entry before the change, if any, and the entry after it, if any."""
        return tuple(entry for entry in (self.before, self.after) if entry)

    @property
    def action(self) -> Literal["add", "change", "remove"]:
        if self.before is None:
            return "add"
        return "remove" if self.after is None else "change"

    @property
    def narrows(self) -> bool:
        """Whether the change gives nobody more access. Narrowing changes are written first."""
        match self.before, self.after:
            case _, None:
                return True
            case Grant() as before, Grant() as after:
                return _gives_no_more(after, before)
            case Issuer() as before, Issuer() as after:
                return _trusts_no_more(after, before)
        return False

    @property
    def revocation(self) -> dict[str, object] | None:
        """The body for ``POST /admin/revocations`` that ends the sessions of the grant as it was.

        None where the change takes nothing away.
        """
        match self.before, self.after:
            case Grant(), None:
                reason = "the grant was removed"
            case Grant() as before, Grant() as after if not _gives_no_more(before, after):
                reason = "the grant was changed"
            case _:
                return None
        return {"grantId": self.id, "kind": "sessions", "reason": reason}

    def as_answered(self) -> dict[str, object]:
        """As the answer of ``POST /admin/changes`` shows it."""
        offered = self.revocation
        return self.as_json() | ({"revocation": offered} if offered else {})

    def as_json(self) -> dict[str, object]:
        """As the audit record shows it."""
        return {
            "action": self.action,
            "kind": self.kind,
            "id": self.id,
            "pointer": self.pointer,
            "before": self.before and self.before.as_json(),
            "after": self.after and self.after.as_json(),
        }


def _gives_no_more(new: Grant, old: Grant) -> bool:
    """Whether ``new`` gives at most what ``old`` gave; False if unsure."""
    return (
        new.grantee == old.grantee
        and old.scope.covers(new.scope)
        and old.permission.includes(new.permission)
        and (old.max_duration is None or (new.max_duration or LONGEST) <= old.max_duration)
        and (old.expires is None or (new.expires is not None and new.expires <= old.expires))
        and (old.source_ip in (None, new.source_ip))
        and (old.vpc_endpoint in (None, new.vpc_endpoint))
        and (old.max_object_size is None or _at_most(new.max_object_size, old.max_object_size))
        and (not old.content_types or bool(new.content_types))
        and set(new.content_types) <= set(old.content_types or new.content_types)
        and (old.active_content or not new.active_content)
        and (old.versions or not new.versions)
        and (
            old.rate_limit is None
            or (new.rate_limit is not None and new.rate_limit.gives_no_more(old.rate_limit))
        )
    )


def _at_most(value: int | None, most: int) -> bool:
    return value is not None and value <= most


def _trusts_no_more(new: Issuer, old: Issuer) -> bool:
    """Whether ``new`` accepts no token and no claim that ``old`` did not; False in doubt."""
    return (
        (new.url, new.subject_claim, new.jwks, new.caller_claims)
        == (old.url, old.subject_claim, old.jwks, old.caller_claims)
        and set(new.audience) <= set(old.audience)
        and set(new.claims) <= set(old.claims)
        and set(new.algorithms) <= set(old.algorithms)
        and new.max_token_lifetime <= old.max_token_lifetime
    )
