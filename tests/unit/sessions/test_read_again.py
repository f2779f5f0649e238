"""Session policies, read again by another parser: their keys are those of the grants, all of them.

The languages of keys are compared by the means of reach, so nothing is sampled: of each policy,
all keys are compared. What is drawn are documents, callers and requests.
"""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.proof.reaching import just
from tests.proof.vended import Allowed, allowed_by, spelled
from tests.proof.vending import ADDRESS, Asked, drawn
from tests.support.make import ACCOUNT, NOW, grant, location
from vending.credentials.vend import VendedCredentials
from vending.grants.grant import Grant, Permission
from vending.grants.keys import Keys
from vending.grants.scope import Scope
from vending.reach.compare import differences
from vending.reach.document import Document
from vending.reach.who import what

BLOCKS = range(int(os.environ.get("S3VEND_PROOF_BLOCKS", "1")))
every_block = pytest.mark.parametrize("block", BLOCKS, ids="block-{}".format)
ME = grant("s3://bkt/* READ").grantee
START = timedelta(seconds=60)  # that may pass before STS starts a session


def document(grants: Iterable[Grant]) -> Document:
    return Document(tuple(grants), (), (location(), location("two")), NOW)


def kinds(before: Sequence[Grant], after: Sequence[Grant], *wanted: str) -> list[str]:
    """The differences of these kinds, for one caller."""
    found = differences(document(before), document(after))
    return [f"{one.kind}: {one.permission} {one.key}" for one in found if one.kind in wanted]


def granted(asked: Asked) -> list[Grant]:
    """What reach says that the caller reaches, grant by grant, as grants of literal keys."""
    endpoints = {one.id: one.vpc_endpoint for one in asked.document.locations}
    found = []
    for reached in what(asked.document, just(asked.caller)):
        (one,), keys = reached.grants, Keys.parse(reached.keys)
        found.append(
            replace(
                one,
                grantee=ME,
                scope=Scope(spelled(keys)),
                source_ip=(f"{ADDRESS}/32",) if one.source_ip == "caller" else one.source_ip,
                vpc_endpoint=one.vpc_endpoint or endpoints[keys.bucket],
            )
        )
    return found


def answered(answer: VendedCredentials) -> list[Grant]:
    """What the answer says is lent, as grants without conditions."""
    return [
        replace(grant(f"s3://bkt/* {permission}", id=f"{number}"), scope=Scope(spelled(keys)))
        for number, (keys, permission) in enumerate(answer.narrowed.answered)
    ]


def lent(answer: VendedCredentials, allowed: Iterable[Allowed], *does: str) -> list[Grant]:
    """What the policy allows, until the session ends, as grants."""
    duration = answer.narrowed.session.duration
    end = NOW + timedelta(seconds=duration) + START
    grants = [one.as_grant(number) for number, one in enumerate(allowed) if one.does in does]
    return [
        replace(one, max_duration=duration, expires=min(one.expires or end, end)) for one in grants
    ]


def below_prefixes(grants: Iterable[Grant]) -> list[Grant]:
    """What may be listed: READ of prefixes."""
    return [
        replace(one, permission=Permission.READ, versions=False, tagging=False)
        for one in grants
        if one.scope.unfilled.is_prefix and one.permission.includes(Permission.READ)
    ]


def check(asked: Asked, answer: VendedCredentials) -> list[Allowed]:
    """Compare the keys of one policy with those that were granted and asked for."""
    policy, session = answer.narrowed.session.policy, answer.narrowed.session
    allowed, reached, said = list(allowed_by(policy)), granted(asked), answered(answer)
    objects = lent(answer, allowed, "READ", "WRITE", "READWRITE")
    lists = lent(answer, allowed, "LIST")
    assert kinds(reached, [*reached, *objects], "gained", "widened") == [], policy
    assert kinds(said, objects, "gained", "lost") == [], policy
    terms = {(one.source_ip, one.vpc_endpoint) for one in reached if one.id in session.grants}
    assert {(one.source_ip, one.vpc_endpoint) for one in [*objects, *lists]} <= terms, policy
    may_list = below_prefixes(reached)
    assert kinds(may_list, [*may_list, *lists], "gained", "widened") == [], policy
    assert kinds(below_prefixes(said), lists, "gained", "lost") == [], policy
    if asked.request.privilege == "Minimal":
        assert sorted(asked.request.targets, key=str) == sorted(answer.narrowed.answered, key=str)
    else:
        scopes = {one.scope.unfilled for one in reached if one.id in session.grants}
        assert {one.scope.unfilled for one in said} <= scopes
    owners = {one.id: one.account or ACCOUNT for one in asked.document.locations}
    assert all(one.account == owners[one.bucket] for one in allowed), policy
    told = {one.bucket for one in allowed if one.does == "TELL"}
    assert told == (set() if session.left_out else {one.bucket for one in allowed})
    return allowed


@every_block
def test_all_keys_of_drawn_policies_are_those_that_were_granted(block: int) -> None:
    seen: Counter[str] = Counter()
    for asked in drawn(block, documents=75, each=6):
        if asked.answer is None:
            seen["refused"] += 1
            continue
        allowed = check(asked, asked.answer)
        terms = {name for one in allowed for name, value in one.terms.items() if value}
        seen.update(["vended", *{one.does for one in allowed}, *terms])
        seen.update({sign for one in allowed for sign in "*?$" if sign in one.key})
        seen["several"] += len(asked.answer.narrowed.grants) > 1
    print(f"block {block}: {dict(seen)}")  # noqa: T201 - the figures of the proof
    few = {name: count for name, count in seen.items() if count < 5}
    assert not few, "each kind is drawn often"
    assert len(seen) == 16, seen
