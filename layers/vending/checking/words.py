"""Names callers and grants in a sentence, and says which grantees may be one caller."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from vending.callers.identity import IamIdentity, Identity
from vending.grants.grant import Grant
from vending.grants.grantee import Grantee, IamGrantee, WebGrantee

SHOWN = 3  # names of grants in one sentence


@dataclass(frozen=True, slots=True)
class Names:
    """How to call grantees; a role needs no account where only one account is there."""

    one_account: bool

    @classmethod
    def of(cls, grants: Iterable[Grant]) -> Self:
        """The names for grantees of these grants."""
        named = (one.grantee.iam for one in grants if isinstance(one.grantee, IamGrantee))
        accounts = {one if isinstance(one, str) else one.account for one in named}
        return cls(len(accounts) <= 1)

    def grantee(self, grantee: Grantee) -> str:
        """Whom the grantee matches, such as ``role Analyst``."""
        if isinstance(grantee, IamGrantee):
            iam = grantee.iam
            if isinstance(iam, str):
                return f"every role and user of {iam}"
            return f"{iam.kind} {iam.name}{'' if self.one_account else f' of {iam.account}'}"
        claims = " and ".join(f"{name} {value}" for name, value in grantee.claims)
        if grantee.subject is None:
            return f"whoever has {claims} from {grantee.issuer}"
        subject = f"subject {json.dumps(grantee.subject)} of {grantee.issuer}"
        return f"{subject} with {claims}" if claims else subject

    def caller(self, caller: Identity) -> str:
        """One caller, with the claims that it has."""
        if isinstance(caller, IamIdentity):
            who = caller.principal
            return f"{who.kind} {who.name}{'' if self.one_account else f' of {who.account}'}"
        claims = ", ".join(f"{name} {json.dumps(one)}" for name, one in caller.claims.items())
        return f"subject {json.dumps(caller.subject)}{f' with {claims}' if claims else ''}"


def ids(grants: Sequence[Grant]) -> str:
    """The ids of some grants; the first ones, and how many more."""
    shown = ", ".join(repr(one.id) for one in grants[:SHOWN])
    left = len(grants) - SHOWN
    return f"{shown} and {left} more" if left > 0 else shown


def may_share(one: Grantee, other: Grantee) -> bool:
    """Whether one caller may be both grantees; only where that is certain is it denied."""
    if isinstance(one, WebGrantee) and isinstance(other, WebGrantee):
        return None in (one.subject, other.subject) or one.subject == other.subject
    return one.includes(other) or other.includes(one)
