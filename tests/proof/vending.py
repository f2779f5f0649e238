"""Requests for credentials under drawn documents, answered by the real flow."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from tests.proof.reaching import ISSUER, Drawn, a_caller
from tests.support.effects import lending
from tests.support.make import NOW, Sts, location, record
from vending.bodies.parse import parse
from vending.callers.identity import Identity
from vending.credentials.request import CredentialsRequest
from vending.credentials.vend import VendedCredentials, vend_credentials
from vending.decision.closest import Match, matches
from vending.decision.effects import Known
from vending.denials.denials import NOTHING_DENIED
from vending.errors import VendingError
from vending.grants.grant import Grant
from vending.grants.keys import Keys
from vending.grants.location import Location
from vending.grants.scope import Scope
from vending.reach.document import Document

ADDRESS, ENDPOINTS = "192.0.2.7", ("vpce-0a1b2c3d", "vpce-0a1b2c3e")
# Text that is a wildcard, an escape or a variable where nobody escapes it.
SPECIAL = ("*", "?", "a*b", "$", "${*}", "${$}{*}", "${aws:userid}", "${", "}", "$${?}")


class Request(NamedTuple):
    """One request; ``Minimal``: for the targets alone, ``Default``: for the grants' scopes."""

    targets: Sequence[tuple[Keys, str]]  # each with its permission
    privilege: str

    @property
    def body(self) -> str:
        """As it is sent; targets are literal."""
        targets = [
            {"target": _literal(keys), "permission": permission}
            for keys, permission in self.targets
        ]
        return json.dumps({"targets": targets, "privilege": self.privilege})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under a document, and its answer; None: refused."""

    document: Document
    caller: Identity
    request: Request
    answer: VendedCredentials | None


class DrawnRequests(Drawn):
    """Documents with conditions in two buckets, and keys that IAM could misread."""

    def text(self) -> str:
        """A text that a claim may be, or a part of a key."""
        return self.chance.choice(SPECIAL) if self.chance.random() < 0.3 else super().text()

    def grant(self, number: int) -> Grant:
        """A grant, often with conditions."""
        plain = super().grant(number)
        keys = plain.scope.unfilled
        bucket = self.chance.choice(("bkt", "bkt", "two"))
        return replace(
            plain,
            scope=Scope(Keys(bucket, keys.key, keys.is_prefix)),
            source_ip=self.chance.choice((None, None, "caller", ("192.0.2.0/29", "2001:db8::/64"))),
            vpc_endpoint=self.chance.choice((None, None, None, *ENDPOINTS)),
            expires=self.chance.choice((None, None, NOW + timedelta(minutes=40))),
            max_duration=self.chance.choice((None, None, 1800)),
            versions=self.chance.random() < 0.3,
            tagging=self.chance.random() < 0.3,
        )

    def grants(self) -> list[Grant]:
        """Up to five, often of one grantee, so that one session needs several."""
        first, *others = (self.grant(number) for number in range(self.chance.randrange(1, 6)))
        kind = type(first.grantee) if self.chance.random() < 0.5 else None
        return [
            first,
            *(
                replace(one, grantee=first.grantee) if type(one.grantee) is kind else one
                for one in others
            ),
        ]

    def locations(self) -> tuple[Location, ...]:
        """The two buckets; one may be another account's, or reached through an endpoint alone."""
        account = self.chance.choice((None, None, "999999999999"))
        endpoint = self.chance.choice((None, None, None, ENDPOINTS[0]))
        return location(account=account, vpc_endpoint=endpoint), location("two")

    def asking(self, grants: Sequence[Grant]) -> Identity:
        """A caller, mostly one to whom something is granted."""
        callers = [self.caller() for _ in range(20)]
        return next((one for one in callers if self._matches(grants, one)), callers[0])

    def request(self, grants: Sequence[Grant], caller: Identity) -> Request:
        """One to three targets, mostly of what the caller was granted."""
        number, granted = self.chance.choice((1, 1, 2, 3)), self._matches(grants, caller)
        targets = []
        for _ in range(number):
            if not granted or self.chance.random() < 0.1:
                targets.append((self.target(grants, caller), self.permission().value))
                continue
            match = self.chance.choice(granted)
            parts = [*match.grant.permission.parts, match.grant.permission]
            targets.append((self._within(match.scope), self.chance.choice(parts).value))
        return Request(targets, self.chance.choice(("Minimal", "Minimal", "Default")))

    def _matches(self, grants: Sequence[Grant], caller: Identity) -> list[Match]:
        return matches(grants, replace(a_caller(caller), source_ip=ADDRESS), NOW)

    def _within(self, scope: Keys) -> Keys:
        """A key or a prefix of a scope, or the scope itself."""
        if not scope.is_prefix or self.chance.random() < 0.3:
            return scope
        is_prefix = self.chance.random() < 0.4
        return Keys(scope.bucket, f"{scope.key}{self.text()}{'/' if is_prefix else ''}", is_prefix)


def drawn(number: int, documents: int, each: int) -> Iterator[Asked]:
    """Drawn documents, each with drawn callers and requests."""
    chance = DrawnRequests(number)
    for _ in range(documents):
        grants = chance.grants()
        whole = Document(tuple(grants), (ISSUER,), chance.locations(), NOW)
        for _ in range(each):
            caller = chance.asking(grants)
            request = chance.request(grants, caller)
            yield Asked(whole, caller, request, _answer(whole, caller, request))


def _answer(whole: Document, caller: Identity, request: Request) -> VendedCredentials | None:
    sts = Sts()
    effects = lending(
        lambda keys, buckets: Known(whole.grants, whole.locations, NOTHING_DENIED), sts.assume_role
    )
    who = replace(a_caller(caller), source_ip=ADDRESS)
    try:
        return vend_credentials(who, parse(CredentialsRequest, request.body), record(), effects)
    except VendingError:
        assert not sts.asked, "refused, and STS was called"
        return None


def _literal(keys: Keys) -> dict[str, str]:
    return {"bucket": keys.bucket, "prefix" if keys.is_prefix else "key": keys.key}
