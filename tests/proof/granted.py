"""Grants drawn by chance, and who asks under them for what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from tests.support.make import ACCOUNT
from tests.support.tokens import ISSUER
from vending.callers.caller import Caller
from vending.callers.identity import IamIdentity, Identity, WebIdentity
from vending.callers.principal import Principal
from vending.grants.grant import Grant, Permission
from vending.grants.grantee import Grantee, IamGrantee, WebGrantee
from vending.grants.keys import Keys
from vending.grants.scope import Scope

BUCKETS = ("granted", "granted0", "granted.dot")  # the second is the first and a character more
ELSEWHERE = "192.0.2.7"
PLAIN = ("reports", "2026", "Archive", "a-b_c.d")
ODD = (
    *("a b", "a+b", "a%2Fb", "100%", "a#b", "a&b=c;d", "it's", 'a"b', "a\\b", "~a:b,c@d"),
    *("日本語", "caf\u00e9", "cafe\u0301", "🚀", ".hidden", "...", "long" * 20),
    *("[a]", "{a}", "<a>", "^`|"),
)
WILD = ("a*b", "*", "a?b", "?", "a$b", "$", "$*")
ENDED = timedelta(seconds=100)  # since the vend, when half of that was left of the grant


class DrawnKeys(NamedTuple):
    """A key, or all below a prefix, with a rule of its own for what that means."""

    bucket: str
    text: str
    is_prefix: bool

    def has(self, bucket: str, key: str) -> bool:
        within = key[: len(self.text)] if self.is_prefix else key
        return (self.bucket, self.text) == (bucket, within)

    @property
    def location(self) -> Keys:
        return Keys(*self)


@dataclass(frozen=True, slots=True)
class Asking:
    """A caller under a grant: what it asks credentials for, and what the grant opens for it."""

    name: str
    caller: Caller
    grant: Grant
    scope: DrawnKeys
    targets: tuple[DrawnKeys, ...]
    permission: Permission
    privilege: str
    vended: datetime | None  # where that was not just now
    holds: bool  # the grant's conditions, for a request from here and now

    @property
    def opened(self) -> tuple[DrawnKeys, ...]:
        """What its credentials are for."""
        return (self.scope,) if self.privilege == "Default" else self.targets


def segment(chance: Random) -> str:
    [kind] = chance.choices([PLAIN, ODD, WILD], [40, 52, 8])
    return chance.choice(kind)


def askings(number: int, seed: str, start: datetime) -> list[Asking]:
    """Those who ask under the grant with this number: two where it has a variable."""
    chance = Random(f"{seed} {number}")
    bucket, root = chance.choice(BUCKETS), f"tenant{number}"
    kind = chance.choice(["bucket", "prefix", "prefix", "key", "claim", "claim", "path", "name"])
    is_prefix = kind != "key" and (kind == "bucket" or chance.random() < 0.8)
    middle = [segment(chance) for _ in range(chance.randint(0, 2))]
    variable, values = "", [""]
    if kind == "claim":
        likely = [*(segment(chance) for _ in range(8)), "${*}", "${claim.tenant}"]
        variable, first = "claim.tenant", chance.choice(likely)
        values = [first, first + chance.choice(["0", "0", "x", "x", "*"])]
    elif kind == "path":
        variable, first = "claim.tenant:path", f"{segment(chance)}/{segment(chance)}"
        values = [first, first + "0"]
    elif kind == "name":
        variable, values = "caller.name", [root, root + "x"]
    place = [root, *middle, *([f"${{{variable}}}"] if variable else [])]
    unfilled = "" if kind == "bucket" else "/".join(place) + "/" * is_prefix
    permission = chance.choice(list(Permission))
    conditions, vended, holds = _conditions(chance, start)
    made = []
    for value in values:
        filled = "/".join([root, *middle, *([value] if variable else [])]) + "/" * is_prefix
        scope = DrawnKeys(bucket, "" if kind == "bucket" else filled, is_prefix)
        identity, grantee = _who(chance, kind, number, value)
        source = ELSEWHERE if conditions.get("source_ip") == "caller" and not holds else "127.0.0.1"
        grant = Grant(
            id=f"grant{number}",
            grantee=grantee,
            scope=Scope(Keys(bucket, unfilled, is_prefix)),
            permission=permission,
            **conditions,  # type: ignore[arg-type]
        )
        door = "iam" if isinstance(identity, IamIdentity) else "web-identity"
        made.append(
            Asking(
                f"{kind} {number} {value}".strip(),
                Caller(door, identity, source),  # type: ignore[arg-type]
                grant,
                scope,
                tuple(_targets(chance, scope, root)),
                chance.choice([one for one in Permission if permission.includes(one)]),
                chance.choice(["Minimal", "Minimal", "Default"]),
                vended,
                holds,
            )
        )
    return made


def _conditions(
    chance: Random, start: datetime
) -> tuple[Mapping[str, object], datetime | None, bool]:
    """Of the grant; when it was used; whether they hold for requests from here, now."""
    now = start.astimezone(UTC).replace(microsecond=0)
    versions = {"versions": chance.random() < 0.2}
    rows: list[tuple[Mapping[str, object], datetime | None, bool]]
    rows = [
        *[(versions, None, True)] * 8,
        ({"source_ip": "caller"}, None, True),
        ({"source_ip": "caller"}, None, False),
        ({"source_ip": ("10.0.0.0/8", "127.0.0.0/8")}, None, True),
        ({"source_ip": ("10.0.0.0/8", "2001:db8::/32")}, None, False),
        ({"vpc_endpoint": "vpce-0a1b2c3d"}, None, False),
        ({"expires": now + timedelta(days=9), **versions}, None, True),
        ({"expires": now + timedelta(minutes=40)}, None, True),
        ({"expires": now - ENDED / 2}, now - ENDED, False),
    ]
    return chance.choice(rows)


def _who(chance: Random, kind: str, number: int, value: str) -> tuple[Identity, Grantee]:
    if kind in ("claim", "path") or (kind != "name" and chance.random() < 0.3):
        team = f"team{number}"
        claims = {"team": [team, "all"], **({"tenant": value} if value else {})}
        identity = WebIdentity(ISSUER, f"subject {number} {value}", claims, "a-hash")  # type: ignore[arg-type]
        if kind in ("claim", "path") or chance.random() < 0.5:
            return identity, WebGrantee(ISSUER, None, (("team", f'"{team}"'),))
        return identity, WebGrantee(ISSUER, identity.subject)
    shared = kind == "name"  # a whole account's, which no other grant is for
    account = f"{10**11 + number}" if shared else ACCOUNT
    what = chance.choice(["user", "role"])
    principal = Principal.parse(f"arn:aws:iam::{account}:{what}/{value or f'Caller{number}'}")
    unique = ("AIDA" if what == "user" else "AROA") + f"{number:016}"
    iam = IamIdentity(principal, unique, None if what == "user" else "a-session")
    return iam, IamGrantee(account if shared else principal)


def _targets(chance: Random, scope: DrawnKeys, root: str) -> Iterator[DrawnKeys]:
    """One or several in the scope, some within others; the first is the scope now and then."""
    if not scope.is_prefix or chance.random() < 0.4:
        yield scope
    below = scope.text or f"{root}/"
    for _ in range(chance.choice([0, 0, 1, 3]) if scope.is_prefix else 0):
        key = below + "/".join(segment(chance) for _ in range(chance.randint(1, 2)))
        yield DrawnKeys(scope.bucket, key, is_prefix=False)
        if chance.random() < 0.5:
            yield DrawnKeys(scope.bucket, key + "0/", is_prefix=True)
    if scope.is_prefix:
        yield DrawnKeys(scope.bucket, f"{below}{segment(chance)}/", is_prefix=True)
