"""A session that signs is made once for what decides about it, and anew for everything else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.effects import decided, effects
from tests.support.make import ACCOUNT, NOW, ROLE_ARN, USER_ARN, caller, grant, knowing, location
from vending.callers.caller import Caller
from vending.decision.effects import Effects
from vending.grants.grant import Grant, Permission
from vending.grants.location import Location
from vending.grants.scope import Scope
from vending.sessions.session import Session, signing_session

GRANT, LOCATION = grant("s3://bkt/a/* READ", source_ip="caller", expires=NOW), location()
LATER = NOW + timedelta(minutes=30)


def made(
    who: Caller | None = None,
    granted: Grant = GRANT,
    registered: Location = LOCATION,
    world: Effects | None = None,
) -> Session:
    return signing_session(who or caller(), decided(granted, registered), world or asking())


def asking(role: str = ROLE_ARN, **time: int) -> Effects:
    return replace(effects(knowing(), now=NOW - timedelta(**time)), role_arn=role)


OTHERS: dict[str, Callable[[], Session]] = {
    "caller": lambda: made(caller(USER_ARN + "2")),
    "a later caller of that name": lambda: made(caller(unique_id="AIDA2EXAMPLEEXAMPLE2")),
    "address": lambda: made(caller(source_ip="192.0.2.8")),
    "grant": lambda: made(granted=replace(GRANT, id="another")),
    "scope": lambda: made(granted=replace(GRANT, scope=Scope.parse("s3://bkt/a/b/*"))),
    "one key": lambda: made(granted=replace(GRANT, scope=Scope.parse("s3://bkt/a/b"))),
    "permission": lambda: made(granted=replace(GRANT, permission=Permission.WRITE)),
    "condition": lambda: made(granted=replace(GRANT, source_ip=None)),
    "end": lambda: made(granted=replace(GRANT, expires=LATER)),
    "an end beyond the session": lambda: made(world=asking(hours=9)),
    "endpoint": lambda: made(granted=replace(GRANT, vpc_endpoint="vpce-0a1b2c3d")),
    "versions": lambda: made(granted=replace(GRANT, versions=True)),
    "tagging": lambda: made(
        granted=replace(GRANT, tagging=True, permission=Permission.WRITE, id="another")
    ),
    "role": lambda: made(world=asking(f"arn:aws:iam::{ACCOUNT}:role/Another")),
    "the location's role": lambda: made(registered=location(role=f"{ROLE_ARN}2")),
    "external id": lambda: made(registered=location(external_id="s3vend-1")),
    "account": lambda: made(registered=location(account="999999999999")),
    "KMS key": lambda: made(
        registered=location(kms_key=f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:key/1")
    ),
    "the bucket's endpoint": lambda: made(registered=location(vpc_endpoint="vpce-0a1b2c3e")),
}


@pytest.mark.invariant(9)
def test_no_two_sessions_that_differ_in_anything_are_the_same() -> None:
    sessions = {"usual": made(), **{name: make() for name, make in OTHERS.items()}}
    assert len(set(sessions.values())) == len(sessions)
    assert sessions == {"usual": made(), **{name: make() for name, make in OTHERS.items()}}


def test_the_same_session_is_not_made_twice() -> None:
    assert made(world=asking(minutes=1)) is made(world=asking(minutes=2))
