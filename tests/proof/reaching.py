"""Small worlds in which reach can be counted: every grant, caller and key of a few letters."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import product
from random import Random

from tests.support.make import ACCOUNT, NOW, location
from vending.callers.caller import Caller
from vending.callers.identity import IamIdentity, Identity, WebIdentity
from vending.callers.issuer import Claim, Issuer
from vending.callers.principal import Principal
from vending.decision.closest import closest_grants, matches
from vending.decision.wanted import Wanted
from vending.errors import AccessDenied
from vending.grants.grant import Grant, Permission
from vending.grants.grantee import Grantee, IamGrantee, WebGrantee
from vending.grants.keys import Keys
from vending.grants.scope import Scope
from vending.reach.document import Document
from vending.reach.who import Callers, IamCallers, WebCallers

URL = "https://issuer.example.com"
ISSUER = Issuer(URL, ("s3vend",), claims=(Claim("t", ("t",)), Claim("g", ("g",))))
READ = Permission.READ


def web(subject: str | None = None, **claims: object) -> WebGrantee:
    """A grantee outside AWS."""
    return WebGrantee(URL, subject, tuple((one, json.dumps(claims[one])) for one in sorted(claims)))


def document(grants: Iterable[Grant], *issuers: Issuer) -> Document:
    """A document of these grants, in a registered bucket."""
    return Document(tuple(grants), issuers or (ISSUER,), (location(),), NOW)


def grants_of(grantees: Sequence[Grantee], scopes: Sequence[str]) -> list[Grant]:
    """Every grant of these, to READ."""
    return [
        Grant(f"{number:03}", grantee, Scope.parse(f"s3://bkt/{scope}"), READ)
        for number, (grantee, scope) in enumerate(product(grantees, scopes))
    ]


TEXTS = (
    *("/".join(one) for length in (1, 2) for one in product("abc", repeat=length)),
    *("/".join(one) for one in product("ab", repeat=3)),
)
OTHERS: tuple[object, ...] = (None, "", ".", "a/", 1, True, ["a"], ["b"], ["a", "b"], [])


@cache
def callers() -> tuple[WebIdentity, ...]:
    """Callers outside AWS: every value of one claim with few of the other."""
    found = []
    for t, g in product((*TEXTS, *OTHERS), (None, "a", "b", "c", "a/b", 1, ["a"], ["a", "b"])):
        claims = {name: value for name, value in (("t", t), ("g", g)) if value is not None}
        found += [WebIdentity(URL, subject, claims, "") for subject in ("a", "x")]  # type: ignore[arg-type]
    return tuple(found)


@cache
def keys() -> tuple[Keys, ...]:
    """Every key of up to four segments that are empty, a letter of scopes, or another."""
    segments = [
        one for length in range(1, 5) for one in product(("", "a", "b", "c"), repeat=length)
    ]
    return tuple(Keys("bkt", "/".join(one)) for one in segments if one != ("",))


@cache
def below(scope: Keys) -> int:
    """A bit for each key that a scope covers."""
    return sum(1 << at for at, key in enumerate(keys()) if scope.covers(key))


@cache
def scopes(grant: Grant) -> tuple[Keys | None, ...]:
    """The scope that the grant has for each caller: the decision's own answers."""
    return tuple(grant.scope_for(Caller("web-identity", one, ""), NOW) for one in callers())


@cache
def counted(grant: Grant) -> tuple[int, ...]:
    """Which keys each caller reaches by the grant."""
    return tuple(below(scope) if scope else 0 for scope in scopes(grant))


@cache
def by_tenant(grant: Grant) -> dict[str, int]:
    """Which keys the callers reach whose claim ``t`` is one value, by this value as JSON."""
    found: dict[str, int] = {}
    for caller, reach in zip(callers(), counted(grant), strict=True):
        if not isinstance(value := caller.claims.get("t", []), list):
            found[json.dumps(value)] = found.get(json.dumps(value), 0) | reach
    return found


def opens(grant: Grant, caller: Identity, key: Keys) -> bool:
    """Whether a grant opens a key for a caller: the decision's own answer."""
    return any(one.scope.covers(key) for one in matches([grant], a_caller(caller), NOW))


def lends(grants: Iterable[Grant], caller: Identity, target: Keys, permission: Permission) -> bool:
    """Whether a request for the target is answered: the decision itself."""
    try:
        closest_grants(matches(grants, a_caller(caller), NOW), [Wanted(target, permission, "")], 3)
    except AccessDenied:
        return False
    return True


def a_caller(identity: Identity) -> Caller:
    return Caller("iam" if isinstance(identity, IamIdentity) else "web-identity", identity, "")


def just(identity: Identity) -> Callers:
    """The class of this caller alone."""
    if isinstance(identity, IamIdentity):
        return IamCallers(identity.principal, identity.unique_id)
    return WebCallers(identity.issuer, identity.subject, identity.claims, others=False)


LETTERS = ("a", "b", "reports", "2026", "x*", "$", "ü")
WEB_VARIABLES = ("${claim.t}", "${claim.g}", "${claim.t:path}")
IAM_VARIABLES = ("${caller.name}", "${caller.kind}", "${caller.account}")
NAMES = ("a", "b", "Analyst", ".", "a@b")


class Drawn:
    """Documents, callers and keys that chance draws; the same for the same number."""

    def __init__(self, number: int | str) -> None:
        self.chance = Random(number)

    def text(self) -> str:
        """A text that a claim may be, or a part of a key."""
        return "/".join(self.chance.choices(LETTERS, k=self.chance.choice((1, 1, 1, 1, 2, 3))))

    def value(self) -> object:
        """A claim's value."""
        kinds = (self.text, self.text, self.text, lambda: 1, lambda: [self.text(), self.text()])
        return self.chance.choice(kinds)()

    def grant(self, number: int) -> Grant:
        """A grant to somebody in IAM or outside."""
        is_web = self.chance.random() < 0.7
        parts = (*LETTERS[:4], *(WEB_VARIABLES if is_web else IAM_VARIABLES))
        segments = self.chance.choices(parts, k=self.chance.choice((0, 1, 1, 2, 2, 3)))
        if segments.count("${claim.t:path}") > 1:
            segments = [one for one in segments if one != "${claim.t:path}"]
        end = self.chance.choice(("*", "*", *LETTERS[:2]))
        grantee = self.web_grantee() if is_web else self.iam_grantee()
        scope = Scope.parse(f"s3://bkt/{'/'.join([*segments, end])}")
        return Grant(f"{number:03}", grantee, scope, self.permission())

    def permission(self) -> Permission:
        """What a grant allows, or a request wants."""
        return self.chance.choice(list(Permission))

    def web_grantee(self) -> WebGrantee:
        """A grantee outside AWS."""
        names = self.chance.sample(("t", "g"), self.chance.choice((1, 1, 2)))
        values = {name: self.chance.choice((self.chance.choice(LETTERS), 1)) for name in names}
        subject = self.chance.choice((None, None, "a"))
        return web(subject, **(values if self.chance.random() < 0.8 or not subject else {}))

    def iam_grantee(self) -> IamGrantee:
        """An account, a role or a user."""
        if self.chance.random() < 0.5:
            return IamGrantee(ACCOUNT)
        return IamGrantee(self.principal(), self.chance.choice((None, "AROAEXAMPLEEXAMPLE1")))

    def principal(self) -> Principal:
        """A role or a user."""
        kind = self.chance.choice(("role", "role", "user"))
        return Principal("aws", ACCOUNT, kind, self.chance.choice(NAMES))  # type: ignore[arg-type]

    def caller(self) -> Identity:
        """Somebody who asks."""
        if self.chance.random() < 0.3:
            unique_id = self.chance.choice(("AROAEXAMPLEEXAMPLE1", "AROAEXAMPLEEXAMPLE2"))
            return IamIdentity(self.principal(), unique_id, None)
        names = self.chance.sample(("t", "g"), self.chance.choice((0, 1, 2, 2)))
        claims = {name: self.value() for name in names}
        return WebIdentity(URL, self.chance.choice("ab"), claims, "")  # type: ignore[arg-type]

    def target(self, grants: Sequence[Grant], caller: Identity) -> Keys:
        """A key or a prefix, often one that is near to a grant."""
        key = "/".join(self.chance.choices((*LETTERS, ""), k=self.chance.choice((1, 2, 3, 4))))
        filled = [one.scope for one in matches(grants, a_caller(caller), NOW)]
        if filled and self.chance.random() < 0.7:
            scope = self.chance.choice(filled)
            key = scope.key + (key if scope.is_prefix else self.chance.choice(("", "", "x", "/")))
        is_prefix = self.chance.random() < 0.3
        key = f"{key.rstrip('/')}/" if is_prefix else key or "a"
        return Keys("bkt", key, is_prefix)


def triples(number: int, documents: int, each: int) -> Iterator[tuple[Document, Identity, Keys]]:
    """Drawn documents, each with drawn callers and targets."""
    drawn = Drawn(number)
    for _ in range(documents):
        grants = [drawn.grant(position) for position in range(drawn.chance.randrange(1, 6))]
        whole = document(grants)
        for _ in range(each):
            caller = drawn.caller()
            yield whole, caller, drawn.target(grants, caller)
