"""Wires the effects of revoking and of the reconciler."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from secrets import token_bytes
from time import sleep
from typing import Any

from vending.aws.environment.runtime import Settings, new_id, now
from vending.aws.services import iam, logs
from vending.aws.services.client import client
from vending.aws.table import lease, revocations
from vending.aws.table.locations import locations
from vending.denials.revoked import KEPT_SECONDS
from vending.errors import TooLarge
from vending.revocations.enforce import RevokeEffects
from vending.revocations.holders import Granted
from vending.revocations.ledger import Ledger
from vending.revocations.revocation import SLACK, revocation_id
from vending.sessions.durations import LONGEST
from vending.table import HOLDERS
from vending.trail.vends import LONGEST_VEND, Vend, vends_with

SEARCH_SECONDS = 8.0  # of the 29 seconds that API Gateway waits


def ledger_for(settings: Settings, dynamodb: Any, policy_name: str) -> Ledger:
    """The reconciler's effects; ``policy_name`` is that of the role's inline policy."""
    iam_client = client("iam", settings.region)
    return Ledger(
        revocations=partial(revocations.readable, dynamodb, settings.table),
        denials=partial(revocations.denials_texts, dynamodb, settings.table),
        save_denials=partial(revocations.save_denials, dynamodb, settings.table),
        save_holders=partial(revocations.save_denials, dynamodb, settings.table, key=HOLDERS),
        has_policy=partial(iam.has_policy, iam_client, settings.role_arn, policy_name),
        put_policy=partial(iam.put_policy, iam_client, settings.role_arn, policy_name),
        take=partial(lease.take, dynamodb, settings.table),
        covered=partial(lease.covered, dynamodb, settings.table),
        release=partial(lease.release, dynamodb, settings.table),
        now=now,
        pause=sleep,
        new_id=new_id,
    )


def revoke_effects_for(
    settings: Settings,
    dynamodb: Any,
    ledger: Ledger,
    find_vends: Callable[[str], Sequence[Vend]],
    vends_of: Callable[[str], Iterable[Vend]],
) -> RevokeEffects:
    """The effects of revoking and lifting; the finders as ``vend_finder`` and ``issuer_finder``."""

    def granted(url: str) -> Granted:
        from vending.aws.table.granted import granted  # noqa: PLC0415 - models that load slowly

        return granted(dynamodb, settings.table, url)

    return RevokeEffects(
        read=partial(revocations.read, dynamodb, settings.table),
        add=partial(revocations.add, dynamodb, settings.table),
        lift=partial(revocations.lift, dynamodb, settings.table),
        vends=find_vends,
        granted=granted,
        vends_of=vends_of,
        locations=partial(locations, dynamodb, settings.table),
        ledger=ledger,
        role_arn=settings.role_arn,
        cache_seconds=KEPT_SECONDS,
        new_id=lambda: revocation_id(now(), token_bytes(5)),
    )


def vend_finder(cloudwatch: Any, log_groups: Sequence[str]) -> Callable[[str], Sequence[Vend]]:
    """A function from a vend's id to it and all others of its sessions; empty without a record.

    The function raises ``TooLarge`` if the logs are too long to find it in time.
    """

    def find(vend_id: str) -> Sequence[Vend]:
        budget, until = logs.Budget.of(seconds=SEARCH_SECONDS), now()
        reads = logs.readers(cloudwatch, log_groups, budget)
        try:
            return vends_with(reads, vend_id, since=until - LONGEST_VEND, until=until)
        except TooLarge:
            raise TooLarge(
                "The logs are too long to find this vend in time. Revoke the vend's caller "
                "instead, which needs no search."
            ) from None

    return find


def issuer_finder(cloudwatch: Any, log_groups: Sequence[str]) -> Callable[[str], Iterable[Vend]]:
    """A function from an issuer to the vends of its callers whose sessions may be alive.

    What it returns raises ``TooLarge`` if the logs are too long to read in time. One log is read
    after the other: anybody can flood that of an open route, which comes last.
    """

    def find(issuer: str) -> Iterator[Vend]:
        budget, until = logs.Budget.of(seconds=SEARCH_SECONDS), now()
        since = until - timedelta(seconds=LONGEST + SLACK)  # what was vended earlier has ended
        for read in logs.readers(cloudwatch, log_groups, budget):
            for line in read({"issuer": issuer, "outcome": "granted"}, since, until):
                yield from Vend.all_of(line)

    return find
