"""The settings of a stack that a check may not know, and what then depends on them.

A setting that is not given is taken as one that accepts the document; ``unknown`` names each entry
for which this matters, so that nobody takes a check for more than it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from vending.callers.issuer_url import is_local
from vending.callers.principal import Principal
from vending.catalogue.proposal import Setting, Stored
from vending.documents.acknowledgement import OF_ACCOUNT, OF_SERVICE
from vending.documents.document import ChangesRequest
from vending.grants.grantee import IamGrantee
from vending.partitions import PARTITIONS

_NO_ACCOUNT = "0" * 12
_SWITCHES = {"true": True, "false": False}
NAMES = ("Account", "AllowLocalIssuers", "AssumableRoleArns", "NeverLentBuckets")


@dataclass(frozen=True, slots=True)
class Stack:
    """Settings of a stack; None: not known."""

    account: str | None = None
    allow_local_issuers: bool | None = None
    assumable_roles: tuple[str, ...] | None = None
    never_lent: tuple[str, ...] | None = None

    @classmethod
    def parse(cls, settings: Mapping[str, str]) -> Self:
        """Read settings by the names that the template gives them, and ``Account``.

        Raises ``ValueError`` for an unknown name or a value that is not of its kind.
        """
        for name in settings:
            if name not in NAMES:
                raise ValueError(f"unknown setting {name!r}; use {', '.join(NAMES)}")
        account, local = settings.get("Account"), settings.get("AllowLocalIssuers")
        if account is not None and not re.fullmatch("[0-9]{12}", account):
            raise ValueError("Account must have 12 digits")
        if local is not None and local not in _SWITCHES:
            raise ValueError("AllowLocalIssuers must be true or false")
        return cls(
            account,
            None if local is None else _SWITCHES[local],
            _listed(settings.get("AssumableRoleArns")),
            _listed(settings.get("NeverLentBuckets")),
        )

    def setting(self, request: ChangesRequest, stored: Stored, now: datetime) -> Setting:
        """Return the setting for the catalogue's checks: where it is not known, one that accepts.

        Warnings that need the account are judged if it is known; those that need reach always are.
        """
        from vending.callers.web_identity import has_keys  # noqa: PLC0415 - imports PyJWT

        roles = self.assumable_roles
        if roles is None:
            roles = tuple(one.role for one in request.locations or () if one.role)
        partition, account = _partition(request, stored), self.account or _NO_ACCOUNT
        return Setting(
            role_arn=f"arn:{partition}:iam::{account}:role/s3vend",
            allow_local_issuers=self.allow_local_issuers is not False,
            has_keys=has_keys,
            now=now,
            assumable_roles=lambda: roles,
            never_lent=lambda: self.never_lent or (),
            unjudged=OF_SERVICE if self.account else (*OF_SERVICE, *OF_ACCOUNT),
        )

    def unknown(self, request: ChangesRequest) -> Iterator[tuple[str, str, str]]:
        """Yield each setting that is not known and matters: its name, a pointer, and for what."""
        known = {
            "Account": self.account,
            "AllowLocalIssuers": self.allow_local_issuers,
            "AssumableRoleArns": self.assumable_roles,
            "NeverLentBuckets": self.never_lent,
        }
        for name in NAMES:
            if known[name] is None:
                for pointer, detail in _MATTERS[name](request):
                    yield name, pointer, detail


type _Places = Iterator[tuple[str, str]]


def _whole_buckets(request: ChangesRequest) -> _Places:
    for at, grant in enumerate(request.grants or ()):
        if isinstance(grant.grantee.iam, str) and not grant.scope.unfilled.key:
            detail = "must be the grantee's, or every principal of another account gets the bucket"
            yield f"/grants/{at}/grantee", detail


def _local_issuers(request: ChangesRequest) -> _Places:
    for at, issuer in enumerate(request.issuers or ()):
        if is_local(issuer.issuer):
            yield f"/issuers/{at}/issuer", "must be true for an issuer on 127.0.0.1"


def _roles(request: ChangesRequest) -> _Places:
    for at, location in enumerate(request.locations or ()):
        if location.role:
            yield f"/locations/{at}/role", "must list this role"


def _buckets(request: ChangesRequest) -> _Places:
    if kind := "grants" if request.grants else "locations" if request.locations else "":
        yield f"/{kind}", "must have none of the buckets"


_MATTERS: Mapping[str, Callable[[ChangesRequest], _Places]] = {
    "Account": _whole_buckets,
    "AllowLocalIssuers": _local_issuers,
    "AssumableRoleArns": _roles,
    "NeverLentBuckets": _buckets,
}


def _listed(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _partition(request: ChangesRequest, stored: Stored) -> str:
    """The partition of the document: of its locations, or else of its grantees.

    A document of two partitions is refused by every stack, whichever of them this is.
    """
    regions = [*(one.region for one in stored.locations.values())]
    regions += [one.region for one in request.locations or ()]
    grantees = [one.grantee for one in stored.grants.values()]
    grantees += [one.grantee.grantee() for one in request.grants or ()]
    known = [PARTITIONS[region] for region in regions if region in PARTITIONS]
    named = (one.iam for one in grantees if isinstance(one, IamGrantee))
    known += [one.partition for one in named if isinstance(one, Principal)]
    return known[0] if known else "aws"
