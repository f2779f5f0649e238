"""The decision and IAM deny the same sessions; merged denials deny more, never less."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.support.make import NOW
from vending.denials.denial_policy import POLICY_ROOM, denial_policy, fitted
from vending.denials.denials import EVERYBODY, NOTHING_DENIED, WIDTHS, Denials, Part, Place
from vending.denials.names import grant_part
from vending.errors import InternalError

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
PARTS: tuple[Part, ...] = ("caller", "grant", "session")


def part(name: Part) -> some.SearchStrategy[str]:
    width = WIDTHS[name]
    return some.text(ALPHABET, min_size=width, max_size=width)


type Name = dict[Part, str]  # its grants are joined by a dot, as in the role session name


def name_of(caller: str, grants: list[str], session: str) -> Name:
    return {"caller": caller, "grant": ".".join(grants), "session": session}


names = some.builds(
    name_of, part("caller"), some.lists(part("grant"), min_size=1, max_size=3), part("session")
)
places = some.one_of(
    some.just(EVERYBODY),
    *(some.builds(Place, some.just(name), part(name)) for name in PARTS),
)
times = some.one_of(
    some.none(), some.integers(0, 4000).map(lambda s: NOW.replace(microsecond=0) - timedelta(0, s))
)


def matches(pattern: str, text: str) -> bool:
    """Whether IAM's StringLike matches."""
    return bool(re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text))


def by_iam(document: str, user_id: str, issued: datetime) -> bool:
    """Whether IAM denies this session, by the policy."""
    for statement in json.loads(document)["Statement"]:
        condition = statement["Condition"]
        before = condition.get("DateLessThan", {}).get("aws:TokenIssueTime")
        if any(matches(one, user_id) for one in condition["StringLike"]["aws:userid"]) and (
            before is None or issued < datetime.fromisoformat(before)
        ):
            return True
    return False


def by_decision(denials: Denials, name: Name, issued: datetime) -> bool:
    found = [
        time
        for one in PARTS
        for value in name[one].split(".")
        for time in denials.of_part(one, value)
    ]
    return any(time is None or issued < time for time in found)


def user_id(name: Name, readable: str = "Alice") -> str:
    return f"AROAEXAMPLE:{readable}-{name['caller']}-{name['grant']}-{name['session']}"


@given(some.lists(some.tuples(places, times), max_size=8), names, some.integers(0, 5000))
def test_iam_and_the_decision_deny_the_same_sessions(
    denied: list[tuple[Place, datetime | None]], name: Name, age: int
) -> None:
    denials, issued = Denials.of(denied), NOW - timedelta(seconds=age)
    assert by_iam(denial_policy(denials), user_id(name), issued) == by_decision(
        denials, name, issued
    )


cut = some.builds(Place.shorter, places, some.integers(1, 7))


@given(some.lists(some.tuples(cut, times), max_size=8), names, some.data())
def test_iam_and_the_decision_read_the_start_of_a_part_alike(
    denied: list[tuple[Place, datetime | None]], name: Name, data: some.DataObject
) -> None:
    one = data.draw(some.sampled_from(PARTS))
    value = data.draw(some.sampled_from(name[one].split(".")))
    begins = Place(one, value[: data.draw(some.integers(1, 7))])
    denials = Denials.of([*denied, (begins, data.draw(times))])
    assert by_iam(denial_policy(denials), user_id(name), NOW) == by_decision(denials, name, NOW)


NAME = name_of("a" * 13, ["b" * 8, "c" * 8, "d" * 8], "e" * 16)
MIXED = name_of("a" * 13, ["bcdxyxyx", "xyxyxyxy"], "e" * 16)


@pytest.mark.parametrize(
    ("place", "denied"),
    [
        *((Place("grant", letter * length), True) for letter in "bcd" for length in (1, 7, 8)),
        *((Place("grant", letter * length), False) for letter in "aez" for length in (1, 7, 8)),
        (Place("grant", "bc"), False),
        (Place("caller", "b" * 13), False),
        (Place("session", "d" * 16), False),
        (Place("session", "d"), False),
    ],
)
def test_a_session_of_three_grants_is_denied_by_a_denial_of_any_of_them(
    place: Place, denied: bool
) -> None:
    denials = Denials.of([(place, None)])
    assert by_iam(denial_policy(denials), user_id(NAME, readable="a.b.cd"), NOW) is denied
    assert by_decision(denials, NAME, NOW) is denied


@pytest.mark.parametrize(
    ("piece", "denied"),
    [("bcd", True), ("xy", True), ("dx", True), ("cb", False), ("xb", False), ("a", False)],
)
def test_a_grant_that_is_cut_is_denied_wherever_its_characters_are_in_a_grant(
    piece: str, denied: bool
) -> None:
    denials = Denials.of([(Place("grant", piece), None)])
    assert by_iam(denial_policy(denials), user_id(MIXED), NOW) is denied
    assert by_decision(denials, MIXED, NOW) is denied


@given(some.lists(some.tuples(places, times), min_size=1, max_size=8), some.data())
def test_merging_denies_more_and_never_less(
    denied: list[tuple[Place, datetime | None]], data: some.DataObject
) -> None:
    exact = Denials.of(denied)
    coarser = exact.coarser(
        data.draw(some.sampled_from([0, 60, 86400])), data.draw(some.integers(1, 16))
    )
    place, time = data.draw(some.sampled_from(denied))
    name = data.draw(names) | ({place.part: place.begins} if place.begins else {})
    issued = (time or NOW) - timedelta(seconds=data.draw(some.integers(0, 5000)))
    assert by_decision(coarser, name, issued) >= by_decision(exact, name, issued)
    assert by_iam(denial_policy(coarser), user_id(name), issued) >= by_iam(
        denial_policy(exact), user_id(name), issued
    )


@pytest.mark.parametrize("count", [1, 100, 500, 5000, 50_000])
@pytest.mark.parametrize("spread", [0, 1, 3600])
def test_the_policy_always_fits_and_covers_every_denial(count: int, spread: int) -> None:
    denied = [
        (
            Place(one, f"{number:016x}"[-WIDTHS[one] :].translate(str.maketrans("0189", "ghij"))),
            None if number % 7 == 0 else NOW - timedelta(seconds=number % (spread + 1)),
        )
        for number in range(count)
        for one in (PARTS[number % 3],)
    ]
    whole = fitted(Denials.of(denied))
    assert len(whole.document) <= POLICY_ROOM
    assert whole.merged == (whole.denials != Denials.of(denied))
    assert whole.merged or count < 500
    for place, time in denied[:: max(1, count // 300)]:
        name: Name = {
            "caller": "zzzzzzzzzzzzz",
            "grant": "zzzzzzzz",
            "session": "z" * 16,
        }
        name[place.part] = place.begins
        issued = (time or NOW) - timedelta(seconds=1)
        assert by_iam(whole.document, user_id(name), issued)
        assert by_decision(whole.denials, name, issued)


def test_five_hundred_blocked_callers_hit_no_other_caller() -> None:
    many = Denials.of(
        (Place("caller", f"{number:013d}".translate(str.maketrans("0189", "abcd"))), None)
        for number in range(500)
    )
    whole = fitted(many)
    assert whole.merged
    other: Name = {"caller": "qwertyuiopasd", "grant": "zzzzzzzz", "session": "z" * 16}
    assert not by_iam(whole.document, user_id(other), NOW)


def test_five_hundred_blocked_grants_hit_no_other_grant() -> None:
    blocked = [grant_part(f"blocked-{number}") for number in range(500)]
    whole = fitted(Denials.of((Place("grant", one), None) for one in blocked))
    assert whole.merged
    mine = [grant_part(f"mine-{number}") for number in range(3)]
    for count in (1, 2, 3):
        other = name_of("a" * 13, mine[:count], "z" * 16)
        assert not by_iam(whole.document, user_id(other), NOW)
        hit = name_of("a" * 13, [*mine[1:count], blocked[-1]], "z" * 16)
        assert by_iam(whole.document, user_id(hit), NOW)


def test_a_denial_of_nobody_denies_nobody() -> None:
    document = denial_policy(NOTHING_DENIED)
    assert json.loads(document)["Statement"]
    assert not by_iam(
        document, user_id({"caller": "a" * 13, "grant": "a" * 8, "session": "a" * 16}), NOW
    )


def test_everybody_means_also_sessions_whose_names_are_not_ours() -> None:
    document = denial_policy(Denials.of([(EVERYBODY, NOW)]))
    assert by_iam(document, "AROAEXAMPLE:mine", NOW - timedelta(seconds=1))
    assert not by_iam(document, "AROAEXAMPLE:mine", NOW)


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [(None, NOW, None), (NOW, NOW - timedelta(1), NOW), (NOW - timedelta(1), None, None)],
)
def test_of_two_denials_of_one_place_the_stronger_holds(
    one: datetime | None, other: datetime | None, kept: datetime | None
) -> None:
    assert Denials.of([(EVERYBODY, one), (EVERYBODY, other)]).before == {EVERYBODY: kept}


@given(some.lists(some.tuples(places, times)))
def test_the_table_keeps_denials_as_they_are(denied: list[tuple[Place, datetime | None]]) -> None:
    denials = Denials.of(denied)
    assert Denials.decode(denials.encode()) == denials


@pytest.mark.parametrize(
    "document", ["", "{}", "[1]", '[["role","a",null]]', '[["caller","a"]]', '[["caller","a",1]]']
)
def test_a_damaged_item_is_not_read_as_no_denials(document: str) -> None:
    with pytest.raises(InternalError) as damaged:
        Denials.decode(document)
    assert damaged.value.reason == "DamagedItem"
    assert isinstance(damaged.value.__cause__, (ValueError, TypeError))


def test_nothing_is_denied_where_there_is_no_item() -> None:
    assert Denials.decode(None) == NOTHING_DENIED


def test_times_are_in_utc() -> None:
    (time,) = Denials.decode('[["caller","","2026-11-23T12:00:00Z"]]').before.values()
    assert time == datetime(2026, 11, 23, 12, tzinfo=UTC)
