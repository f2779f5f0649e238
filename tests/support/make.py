"""Makes values for tests, with defaults for everything that a test does not set."""

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
from vending.sessions.conditions import Conditions
from vending.sessions.policy import session_policy
from vending.sessions.session import Credentials, Session
from vending.sessions.statements import Allowance, Tagging

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ACCOUNT = "123456789012"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/AllowedAssumeS3Role"
USER_ARN = f"arn:aws:iam::{ACCOUNT}:user/AssumeS3User"


def caller(
    arn: str = USER_ARN, *, unique_id: str = "AIDA2EXAMPLEEXAMPLE1", source_ip: str = "192.0.2.7"
) -> Caller:
    """Make a caller from its canonical ARN."""
    principal = Principal.parse(arn)
    session = "a-session" if principal.kind == "role" else None
    return Caller("iam", IamIdentity(principal, unique_id, session), source_ip)


def grant(line: str, **members: object) -> Grant:
    """Make a grant for ``USER_ARN`` from ``s3://bucket/prefix/* READ``."""
    scope, permission = line.split()
    others = {"id": "a-grant", "grantee": IamGrantee(Principal.parse(USER_ARN))} | members
    return Grant(scope=Scope.parse(scope), permission=Permission(permission), **others)  # type: ignore[arg-type]


def wanted(*lines: str) -> list[Wanted]:
    """Make a request's targets from lines such as ``s3://bucket/key READ``."""
    split = [line.rsplit(" ", 1) for line in lines]
    return [
        Wanted(Keys.parse(target), Permission(permission), f"/targets/{position}")
        for position, (target, permission) in enumerate(split)
    ]


def location(bucket: str = "bkt", **members: str | None) -> Location:
    """Make the location of a bucket."""
    return Location(Keys(bucket, "", is_prefix=True), "ap-northeast-1", **members)


def record() -> Record:
    """Make a record that is not emitted."""
    return Record("avend")


def credentials(seconds: int = 3600) -> Credentials:
    """Make temporary credentials that expire ``seconds`` after ``NOW``."""
    expiration = NOW + timedelta(seconds=seconds)
    return Credentials("ASIAEXAMPLE", "a-secret", "a-token/+=", expiration)


def one_policy(
    targets: Sequence[Keys],
    permission: Permission,
    here: Location,
    role_arn: str,
    conditions: Conditions,
    *,
    versions: bool = False,
    bucket_location: bool = False,
    tagging: Tagging = None,
) -> str:
    """Make the session policy for one grant."""
    allowance = Allowance.of(
        targets, permission, here, conditions, versions=versions, tagging=tagging
    )
    return session_policy([allowance], role_arn, bucket_location=bucket_location)


class Sts:
    """A fake of STS: grants every AssumeRole and records it."""

    def __init__(self, seconds: int = 3600) -> None:
        self.seconds = seconds
        self.asked: list[tuple[Session, str]] = []

    def assume_role(self, session: Session, session_id: str) -> Credentials:
        self.asked.append((session, session_id))
        return credentials(self.seconds)


class Counts:
    """A fake of the table's counters, in memory."""

    def __init__(self, **found: int) -> None:
        self.found = found  # by name, the same for every minute and caller
        self.asked: list[tuple[str, datetime, Sequence[Counter]]] = []

    def add(
        self, caller: str, minute: datetime, counters: Sequence[Counter]
    ) -> Mapping[str, int] | None:
        self.asked.append((caller, minute, counters))
        counts = {counter.name: self.found.get(counter.name, 0) for counter in counters}
        if any(counts[counter.name] + counter.added > counter.most for counter in counters):
            return counts
        self.found |= {counter.name: counts[counter.name] + counter.added for counter in counters}
        return None


def rates(counts: Counts | None = None, *, allow: bool = False, **stack: int) -> Rates:
    """Make rates with the stack's limits for each caller, as in ``rates(urls=10)``."""
    return Rates(RateLimit(**stack), (counts or Counts()).add, vends_uncounted=allow)


def knowing(
    *grants: Grant,
    buckets: Sequence[str] = ("bkt",),
    registered: bool = True,
    denials: Denials = NOTHING_DENIED,
) -> LoadGrants:
    """Make a ``load_grants`` that returns these grants to every caller."""

    def load(grantee_keys: Sequence[str], requested: Sequence[str]) -> Known:
        known = tuple(location(one) for one in requested if registered and one in buckets)
        found = tuple(grant for grant in grants if grant.scope.bucket in requested)
        return Known(found, known, denials)

    return load
