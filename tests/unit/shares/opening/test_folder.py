"""A folder, page by page, with names that are hardly names."""

from typing import Any

import pytest

from tests.support.sharing import FOLDER, World, refusal, world_of
from vending.shares.opening.folder import PAGE

NASTY = [
    *("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>.csv', "a&b=c?d#e.txt"),
    *("名前.csv", "a b+c.txt", "%2e%2e%2f", "'; DROP TABLE--", "x" * 900, "\u202efdp.exe"),
    *("back\\slash", "percent%41", "emoji 👨‍👩‍👧.png", " leading", "trailing "),
]
NOT_GIVEN = ["new\nline", "tab\tbed", "../up", "a/./b", "a/../b", "\x7f", "."]


@pytest.fixture
def world(dynamodb: Any) -> World:
    return world_of(dynamodb)


def names(world: World, token: str) -> tuple[list[str], int, int]:
    """All names, the number of pages, and how many were left out."""
    found: list[str] = []
    after, pages, left_out = None, 0, 0
    while True:
        page = world.post(token, "list", **({"after": after} if after else {}))
        assert page.earlier is (after is not None)
        found += [one.name for one in page.files]
        pages, left_out = pages + 1, left_out + page.left_out
        if (after := page.after) is None:
            return found, pages, left_out


def test_a_folder_of_five_thousand_files_is_listed_whole(world: World) -> None:
    world.keys = [f"a/{number:04}-{NASTY[number % len(NASTY)]}" for number in range(5000)]
    found, pages, left_out = names(world, world.make(FOLDER))
    assert sorted(found) == sorted(one.removeprefix("a/") for one in world.keys)
    assert (pages, left_out) == (5000 // PAGE, 0)


def test_what_no_url_of_ours_can_carry_is_left_out_and_said(world: World) -> None:
    world.keys = [f"a/{one}" for one in NOT_GIVEN] + ["a/", "a/folder/", "a/folder/b.csv"]
    found, _, left_out = names(world, world.make(FOLDER))
    assert found == ["folder/b.csv"]
    assert left_out == len(NOT_GIVEN)


def test_a_page_of_nothing_but_such_names_leads_to_the_next(world: World) -> None:
    world.keys = [f"a/1\n{number:03}" for number in range(PAGE)] + ["a/2.csv"]
    found, pages, left_out = names(world, world.make(FOLDER))
    assert (found, pages, left_out) == (["2.csv"], 2, PAGE)


@pytest.mark.parametrize("name", NASTY)
def test_each_file_is_one_use(world: World, name: str) -> None:
    token = world.make(FOLDER, maxUses=1)
    assert world.post(token, file=name).startswith("https://bkt.s3.")
    assert refusal(world.post, token, file=name) == ("ShareOver", "UsedUp")


@pytest.mark.parametrize(
    "name", [*NOT_GIVEN, "folder/", "x" * 1100, "../b.csv", "a/../../b.csv", "\ud800"]
)
def test_no_name_leads_out_of_the_folder(world: World, name: str) -> None:
    code, _ = refusal(world.post, world.make(FOLDER), file=name)
    assert code == "InvalidRequest"
    assert not world.sts.asked


def test_a_list_is_no_use_and_has_a_session_without_an_address(world: World) -> None:
    token = world.make(FOLDER, maxUses=1)
    world.post(token, "list")
    assert world.state()["uses"] == 0
    ((session, _),) = world.sts.asked
    assert "SourceIp" not in session.policy
    assert '"s3:prefix":"a/*"' in session.policy
    assert "prefix=a%2F&" in world.listed[0]


@pytest.mark.parametrize("after", ["!", "é", "A", "_w", "x" * 2000, "eHh4" * 341])
def test_a_page_starts_only_where_a_page_ended(world: World, after: str) -> None:
    assert refusal(world.post, world.make(FOLDER), "list", after=after)[0] == "InvalidRequest"


def test_one_file_has_no_list_and_a_folder_no_single_file(world: World) -> None:
    assert refusal(world.post, world.make(), "list")[0] == "InvalidRequest"
    assert refusal(world.post, world.make(), file="x")[0] == "InvalidRequest"
    assert refusal(world.post, world.make(FOLDER))[0] == "InvalidRequest"
