"""Values for tests, each with what a test does not care about filled in."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.callers.identity import IamIdentity
from vending.callers.principal import Principal
from vending.decision.effects import Counter, Known, LoadGrants, Rates
from vending.decision.wanted import Wanted
from vending.denials.denials import NOTHING_DENIED, Denials
from vending.grants.grant import Grant, Permission
from vending.grants.grantee import IamGrantee
from vending.grants.keys import Keys
from vending.grants.location import Location
from vending.grants.rate_limit import RateLimit
from vending.grants.scope import Scope
from vending.sessions.session import Credentials, Session

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ACCOUNT = "123456789012"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/AllowedAssumeS3Role"
USER_ARN = f"arn:aws:iam::{ACCOUNT}:user/AssumeS3User"


def caller(
    arn: str = USER_ARN, *, unique_id: str = "AIDA2EXAMPLEEXAMPLE1", source_ip: str = "192.0.2.7"
) -> Caller:
    """A caller by its canonical ARN."""
    principal = Principal.parse(arn)
    session = "a-session" if principal.kind == "role" else None
    return Caller("iam", IamIdentity(principal, unique_id, session), source_ip)


def grant(line: str, **members: object) -> Grant:
    """``s3://bucket/prefix/* READ`` for ``USER_ARN``."""
    scope, permission = line.split()
    given = {"id": "a-grant", "grantee": IamGrantee(Principal.parse(USER_ARN))} | members
    return Grant(scope=Scope.parse(scope), permission=Permission(permission), **given)  # type: ignore[arg-type]


def wanted(*lines: str) -> list[Wanted]:
    """``s3://bucket/key READ`` each."""
    split = [line.rsplit(" ", 1) for line in lines]
    return [
        Wanted(Keys.parse(target), Permission(permission), f"/targets/{position}")
        for position, (target, permission) in enumerate(split)
    ]


def location(bucket: str = "bkt", **members: str | None) -> Location:
    """A registered bucket."""
    return Location(Keys(bucket, "", is_prefix=True), "ap-northeast-1", **members)


def record() -> Record:
    """A record that nobody emits."""
    return Record("avend")


def credentials(seconds: int = 3600) -> Credentials:
    """Temporary credentials that end so many seconds after ``NOW``."""
    ends = NOW + timedelta(seconds=seconds)
    return Credentials("ASIAEXAMPLE", "a-secret", "a-token/+=", ends)


class Sts:
    """Lends to whoever asks, and counts."""

    def __init__(self, seconds: int = 3600) -> None:
        self.seconds = seconds
        self.asked: list[tuple[Session, str]] = []

    def assume_role(self, session: Session, session_id: str) -> Credentials:
        self.asked.append((session, session_id))
        return credentials(self.seconds)


class Counts:
    """Counters in memory, as DynamoDB keeps them."""

    def __init__(self, **found: int) -> None:
        self.found = found  # by name, in any minute and of anybody
        self.asked: list[tuple[str, datetime, Sequence[Counter]]] = []

    def add(
        self, caller: str, minute: datetime, counters: Sequence[Counter]
    ) -> Mapping[str, int] | None:
        self.asked.append((caller, minute, counters))
        there = {one.name: self.found.get(one.name, 0) for one in counters}
        if any(there[one.name] + one.added > one.most for one in counters):
            return there
        self.found |= {one.name: there[one.name] + one.added for one in counters}
        return None


def rates(counts: Counts | None = None, *, allow: bool = False, **stack: int) -> Rates:
    """``rates(urls=10)``: what the stack says of each caller; nothing is any number."""
    return Rates(RateLimit(**stack), (counts or Counts()).add, vends_uncounted=allow)


def knowing(
    *grants: Grant, bucket: str = "bkt", registered: bool = True, denials: Denials = NOTHING_DENIED
) -> LoadGrants:
    """``load_grants`` that knows these, whoever asks."""

    def load(grantee_keys: Sequence[str], asked: str) -> Known:
        here = location(bucket) if registered and asked == bucket else None
        return Known(tuple(one for one in grants if one.scope.bucket == asked), here, denials)

    return load
