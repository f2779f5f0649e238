"""Drawn documents of several grants, and what one session of them may do: written independently.

The grants of a session are judged one target at a time: the closest grant of the session that
covers the target decides, with its own conditions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from hypothesis import strategies as some

from tests.support.make import ACCOUNT, NOW, grant
from vending.grants.grant import Grant
from vending.times import iso

BUCKETS = ("bkt", "two")
PATHS = ("", "a/", "a/b/", "b/")
KEYS = ("a/x", "a/b/x", "b/x", "x", "a/b", "ab/x")
READS, WRITES = {"s3:GetObject"}, {"s3:PutObject", "s3:DeleteObject"}
HERE, ELSEWHERE = "192.0.2.7", "203.0.113.9"
ENDS = NOW + timedelta(minutes=20)
CONTEXTS: Sequence[Mapping[str, str]] = [
    {"aws:ResourceAccount": ACCOUNT, "aws:SourceIp": address, "aws:CurrentTime": iso(time)}
    for address in (HERE, ELSEWHERE)
    for time in (NOW, ENDS + timedelta(seconds=1))
]


@dataclass(frozen=True)
class Target:
    """A key or prefix, and the wanted permission."""

    bucket: str
    key: str
    permission: str

    @property
    def text(self) -> str:
        return f"s3://{self.bucket}/{self.key}{'*' if self.is_prefix else ''}"

    @property
    def is_prefix(self) -> bool:
        return self.key in PATHS

    def has(self, bucket: str, key: str) -> bool:
        same = key.startswith(self.key) if self.is_prefix else key == self.key
        return bucket == self.bucket and same


targets = some.builds(
    Target,
    some.sampled_from(BUCKETS),
    some.sampled_from((*PATHS, *KEYS)),
    some.sampled_from(["READ", "WRITE", "READWRITE"]),
)
requests = some.lists(targets, min_size=1, max_size=4, unique=True)


@some.composite
def documents(draw: some.DrawFn) -> list[Grant]:
    """Up to five grants, some of them with conditions."""
    number = draw(some.integers(1, 5))
    return [
        grant(
            f"s3://{draw(some.sampled_from(BUCKETS))}/{draw(some.sampled_from(PATHS))}* "
            + draw(some.sampled_from(["READ", "WRITE", "READWRITE"])),
            id=f"g{position}",
            source_ip=draw(some.sampled_from([None, None, (f"{HERE}/32",)])),
            expires=draw(some.sampled_from([None, None, ENDS])),
        )
        for position in range(number)
    ]


def fewest(grants: Sequence[Grant], wanted: Sequence[Target]) -> int | None:
    """How many of these grants are needed; None: they do not suffice."""
    for count in range(1, len(grants) + 1):
        for chosen in combinations(grants, count):
            if all(_covered(chosen, target) for target in wanted):
                return count
    return None


def may(
    chosen: Sequence[Grant],
    wanted: Sequence[Target],
    action: str,
    bucket: str,
    key: str,
    context: Mapping[str, str],
) -> bool:
    """Whether a session of these grants, which was asked for these targets, allows this."""
    permission = "READ" if action in READS else "WRITE"
    return any(
        target.has(bucket, key)
        and permission in target.permission
        and _holds(_deciding(chosen, target, permission), context)
        for target in wanted
    )


def _deciding(chosen: Sequence[Grant], target: Target, permission: str) -> Grant:
    for wanted in (target.permission, permission):
        covering = [one for one in chosen if _covers(one, target, wanted)]
        if covering:
            return min(covering, key=lambda one: (-len(str(one.scope)), one.id))
    raise AssertionError("the session's grants do not cover what was asked for")


def _covered(chosen: Sequence[Grant], target: Target) -> bool:
    return all(
        any(_covers(one, target, permission) for one in chosen)
        for permission in ("READ", "WRITE")
        if permission in target.permission
    )


def _covers(one: Grant, target: Target, permission: str) -> bool:
    below = target.text.startswith(str(one.scope).removesuffix("*"))
    return below and permission in one.permission.value


def _holds(one: Grant, context: Mapping[str, str]) -> bool:
    before = datetime.fromisoformat(context["aws:CurrentTime"]) < ENDS
    return (one.source_ip is None or context["aws:SourceIp"] == HERE) and (
        one.expires is None or before
    )
