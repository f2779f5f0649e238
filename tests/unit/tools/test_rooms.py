"""The rooms of the layer: their order, their size, and which of them imports which."""

from collections import Counter
from graphlib import TopologicalSorter

import pytest

from tests.support.pages import ROOT
from tools import architecture
from tools.architecture import EDGE, FUNCTIONS, GROUND, ROOMS, may_import

MODULES = architecture.modules()
IMPORTS = architecture.rooms(MODULES)
MOST = 10


def reached(imports: dict[str, set[str]], room: str) -> set[str]:
    found: set[str] = set()
    waiting = {room}
    while waiting:
        waiting = {far for one in waiting for far in imports[one]} - found
        found |= waiting
    return found


def test_every_room_has_an_entry_and_every_entry_is_a_room() -> None:
    assert IMPORTS.keys() == ROOMS.keys()
    folders = {
        path.parent.relative_to(ROOT / "layers/vending").as_posix()
        for path in (ROOT / "layers/vending").rglob("*.py")
        if path.name != "__init__.py"
    }
    assert (folders - {"."}) | {GROUND, FUNCTIONS} == ROOMS.keys()


def test_a_room_imports_only_rooms_above_it() -> None:
    room = {one.name: one.room for one in MODULES}
    against_the_order = {
        f"{one.name} imports {other}"
        for one in MODULES
        for other in one.imports
        if room[other] != one.room and not may_import(one.room, room[other])
    }
    assert against_the_order == set()


def test_there_is_no_cycle_between_rooms() -> None:
    """By itself, without the order of the table; a CycleError names the rooms."""
    order = list(TopologicalSorter(IMPORTS).static_order())
    assert set(order) == ROOMS.keys()


def test_there_is_no_cycle_between_modules() -> None:
    assert list(TopologicalSorter({one.name: one.imports for one in MODULES}).static_order())


def test_the_table_is_an_order_of_the_rooms() -> None:
    order = TopologicalSorter(IMPORTS)
    order.prepare()
    ready: set[str] = set()
    for room in ROOMS:
        ready |= {*order.get_ready()}
        assert room in ready, f"{room} stands above a room that it imports"
        order.done(room)


def test_the_rooms_at_the_edge_come_last_and_their_table_names_no_room_of_the_core() -> None:
    assert list(ROOMS)[-len(EDGE) :] == list(EDGE)
    assert {room for room in ROOMS if room.startswith("aws/")} | {FUNCTIONS} == EDGE.keys()
    for room, others in EDGE.items():
        assert others <= EDGE.keys() - {room, FUNCTIONS}
        assert others <= set(list(ROOMS)[: list(ROOMS).index(room)])


def test_no_room_has_more_than_ten_modules() -> None:
    sizes = Counter(one.room for one in MODULES)
    assert {room: size for room, size in sizes.items() if size > MOST} == {}


def test_every_arrow_of_the_picture_is_an_import_and_together_they_are_all() -> None:
    arrows = architecture.arrows(IMPORTS)
    drawn: dict[str, set[str]] = {room: set() for room in ROOMS}
    for room, other in arrows:
        assert other in IMPORTS[room], f"{room} --> {other}"
        drawn[room].add(other)
    for room in ROOMS:
        assert reached(drawn, room) == reached(IMPORTS, room)
    for room, other in arrows:
        less = drawn | {room: drawn[room] - {other}}
        assert other not in reached(less, room), f"{room} --> {other} follows from others"


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_its_folder_of_tests(room: str) -> None:
    folder = ROOT / "tests/unit" / ("" if room == GROUND else room)
    names = {f"test_{one.name.rpartition('/')[2]}" for one in MODULES if one.room == room}
    files = {path.name for path in folder.glob("test_*.py")}
    assert files & names if room == GROUND else files
