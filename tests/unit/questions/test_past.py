"""A past catalogue is what stands now, with all changes since then undone."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from tests.support.make import NOW, grant
from vending.catalogue.batches import encode
from vending.catalogue.changes import Change
from vending.catalogue.history import Event, events
from vending.errors import InternalError, InvalidRequest
from vending.grants.grant import Grant
from vending.questions.past import past
from vending.questions.standing import Standing

KEPT = timedelta(days=400)
HOUR = timedelta(hours=1)

type Grants = dict[str, str]  # permission by id


def standing(revision: int, grants: Grants) -> Standing:
    texts = {id_: encode(entry(id_, kind).as_json()) for id_, kind in grants.items()}
    return Standing(revision, {"grant": texts, "issuer": {}, "location": {}})


def entry(id_: str, permission: str) -> Grant:
    return grant(f"s3://bkt/{id_}/* {permission}", id=id_)


def change(id_: str, before: Grants, after: Grants) -> Change:
    old, new = (entry(id_, one[id_]) if id_ in one else None for one in (before, after))
    return Change("grant", id_, "", old, new)


def told(states: Sequence[Grants], began: datetime) -> list[Event]:
    """The history of these states, one an hour, from the newest change on."""
    found: list[Event] = []
    for revision, (before, after) in enumerate(pairwise(states), start=1):
        ids = sorted(before.keys() | after.keys())
        changes = [change(id_, before, after) for id_ in ids if before.get(id_) != after.get(id_)]
        found += events(changes, revision, began + revision * HOUR, KEPT)
    return found[::-1]


STATES: list[Grants] = [
    {},
    {"a": "READ"},
    {"a": "WRITE", "b": "READ"},
    {"b": "READ"},
    {"a": "READ", "b": "READ", "c": "READ"},
]
BEGAN = NOW - timedelta(days=1)


@pytest.mark.parametrize("revision", range(len(STATES)))
def test_each_state_is_found_from_its_change_to_the_next(revision: int) -> None:
    now = standing(4, STATES[-1])
    for later in (timedelta(0), HOUR - timedelta(seconds=1)):
        at = BEGAN + revision * HOUR + later
        found = past(now, told(STATES, BEGAN), at, NOW)
        assert found == standing(revision, STATES[revision])


def test_states_by_chance_are_found() -> None:
    chance = Random(19)
    for _ in range(50):
        states: list[Grants] = [{}]
        while len(states) < 8:
            state = {
                id_: chance.choice(("READ", "WRITE")) for id_ in "abc" if chance.random() < 0.6
            }
            if state != states[-1]:
                states.append(state)
        history = told(states, BEGAN)
        for revision, state in enumerate(states):
            found = past(standing(7, states[-1]), history, BEGAN + revision * HOUR, NOW)
            assert found == standing(revision, state)


def test_before_the_first_change_of_all_nothing_was_granted() -> None:
    assert past(standing(4, STATES[-1]), told(STATES, BEGAN), BEGAN, NOW) == standing(0, {})


def test_a_history_that_begins_later_says_when_it_begins() -> None:
    """A stack that was updated has changes from before it kept a history."""
    history = [one for one in told(STATES, BEGAN) if one.revision > 2]
    now = standing(4, STATES[-1])
    assert past(now, history, BEGAN + 3 * HOUR, NOW) == standing(3, STATES[3])
    with pytest.raises(InvalidRequest, match="The history begins at 2026-11-22T15:00:00Z"):
        past(now, history, BEGAN + 2 * HOUR, NOW)


def test_without_any_history_nothing_is_known_of_the_past() -> None:
    with pytest.raises(InvalidRequest, match=r"begins at 2026-11-23T12:00:00Z"):
        past(standing(4, STATES[-1]), [], BEGAN, NOW)


def test_a_missing_change_ends_the_history_and_is_never_left_out() -> None:
    for missing in told(STATES, BEGAN):
        history = [one for one in told(STATES, BEGAN) if one != missing]
        for revision in range(missing.revision):
            with pytest.raises(InvalidRequest):
                past(standing(4, STATES[-1]), history, BEGAN + revision * HOUR, NOW)


def test_what_has_expired_is_forgotten_though_it_is_still_there() -> None:
    late = BEGAN + 2 * HOUR + KEPT
    now = standing(4, STATES[-1])
    with pytest.raises(InvalidRequest):
        past(now, told(STATES, BEGAN), BEGAN + 2 * HOUR, late)
    assert past(now, told(STATES, BEGAN), BEGAN + 3 * HOUR, late) == standing(3, STATES[3])


def test_changes_after_the_catalogue_was_read_are_left_aside() -> None:
    found = past(standing(3, STATES[3]), told(STATES, BEGAN), BEGAN + 2 * HOUR, NOW)
    assert found == standing(2, STATES[2])


def test_a_history_that_contradicts_the_catalogue_is_an_error() -> None:
    with pytest.raises(InternalError):
        past(standing(4, {"a": "WRITE"}), told(STATES, BEGAN), BEGAN, NOW)


def test_an_entry_that_another_release_wrote_otherwise_is_the_same_entry() -> None:
    now = standing(4, STATES[-1])
    grants = {
        id_: encode(json.loads(text) | {"versions": False})
        for id_, text in now.texts["grant"].items()
    }
    spelt = Standing(4, {**now.texts, "grant": grants})
    assert past(spelt, told(STATES, BEGAN), BEGAN, NOW) == standing(0, {})


def test_changes_of_what_no_question_is_about_are_left_aside() -> None:
    other = [replace(one, kind="test") for one in told(STATES[:2], BEGAN)]
    assert past(standing(1, {}), other, BEGAN, NOW) == standing(0, {})
