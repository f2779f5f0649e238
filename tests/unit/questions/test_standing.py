"""The catalogue as texts: brought up to date, and searched without parsing all of it."""

import random
from dataclasses import replace
from itertools import product

import pytest

from tests.support.make import NOW, grant, location
from vending.catalogue.batches import encode
from vending.catalogue.changes import Change
from vending.catalogue.history import Event, events
from vending.grants.grant import Grant, Permission
from vending.grants.keys import Keys
from vending.grants.scope import Scope
from vending.questions.standing import Standing
from vending.reach.document import Document
from vending.reach.who import who

KEYS = (
    "",
    "a/",
    "a/b/",
    "ab/",
    "a",
    "a/b",
    "é/",
    'q"/',
    "q\\/",
    "q*/",
    "$/",
    "a b/",
    "x" * 40 + "/",
)
SCOPES = (*KEYS, "${caller.name}/", "a/${caller.name}/", "a/${caller.name}/b/")


def standing(grants: list[Grant], revision: int = 1) -> Standing:
    return Standing(
        revision,
        {
            "grant": {one.id: encode(one.as_json()) for one in grants},
            "issuer": {},
            "location": {
                "bkt": encode(location().as_json()),
                "other": encode(location("other").as_json()),
            },
        },
    )


def scoped(bucket: str, key: str, number: int) -> Grant:
    """A grant of these keys; some have a description that looks like a scope."""
    description = f'"scope":"s3://bkt/{key}' if number % 2 else None
    scope = Scope(Keys(bucket, key, is_prefix=not key or key.endswith("/")))
    made = grant("s3://bkt/x READ", id=f"g{number}", description=description)
    return replace(made, scope=scope)


@pytest.mark.parametrize("key", KEYS)
def test_no_grant_that_reaches_a_target_is_passed_over(key: str) -> None:
    names = product(("bkt", "other"), SCOPES)
    every = [scoped(bucket, one, number) for number, (bucket, one) in enumerate(names)]
    whole = standing(every)
    target = Keys("bkt", key, is_prefix=not key or key.endswith("/"))
    chosen = list(whole.grants([], target))

    def reached(grants: list[Grant]) -> list[str]:
        document = Document(tuple(grants), (), tuple(whole.locations()), NOW)
        return [one.grants[0].id for one in who(document, target, Permission.READ)]

    assert reached(chosen) == reached(every)
    assert {one.scope.bucket for one in chosen} <= {"bkt"}
    assert len(chosen) <= len(every) / 2


def test_a_location_is_found_by_its_bucket() -> None:
    whole = standing([])
    assert [one.id for one in whole.locations()] == ["bkt", "other"]
    assert [one.id for one in whole.locations("other")] == ["other"]
    assert list(whole.locations("nobodys")) == []


def drawn(chance: random.Random, there: dict[str, Grant], revision: int) -> list[Event]:
    """The events of one transaction, which changes what is there."""
    changes = []
    for id_ in chance.sample([f"g{n}" for n in range(8)], chance.randrange(1, 4)):
        before = there.pop(id_, None)
        after = (
            grant(f"s3://bkt/{chance.randrange(99)}/* READ", id=id_)
            if chance.random() < 0.6
            else None
        )
        if before or after:
            changes.append(Change("grant", id_, "", before, after))
        if after:
            there[id_] = after
    return list(events(changes, revision, NOW, NOW - NOW))


def test_the_history_brings_any_earlier_catalogue_up_to_date() -> None:
    chance = random.Random(19)
    for _ in range(300):
        there: dict[str, Grant] = {}
        states, history = [standing([], 0)], list[list[Event]]()
        for revision in range(1, chance.randrange(2, 9)):
            made: list[Event] = []
            while not made:
                made = drawn(chance, there, revision)
            history.append(made)
            states.append(standing(list(there.values()), revision))
        start, end = sorted(chance.sample(range(len(states)), 2))
        # Part of what follows may be there already, as in a catalogue that is read while it changes.
        mixed = states[start]
        if chance.random() < 0.5:
            later = states[chance.randrange(start, end + 1)].texts["grant"]
            texts = dict(mixed.texts["grant"])
            for id_ in {*texts, *later}:
                if chance.random() < 0.5:
                    texts.pop(id_, None)
                    texts |= {id_: later[id_]} if id_ in later else {}
            mixed = Standing(start, {**mixed.texts, "grant": texts})
        since = [event for one in history[start:] for event in one]
        brought = mixed.brought_to(end, since)
        assert brought
        assert dict(brought.texts["grant"]) == dict(states[end].texts["grant"])
        if len(since) > 1:
            lost = since[:]
            lost.pop(chance.randrange(len(since)))
            other = mixed.brought_to(len(states) - 1, lost)
            assert other is None
