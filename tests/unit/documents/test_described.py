"""Owner and description: what they may be, who sees them, and that they change nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.documents import HERE, SETTING, document, entry, faults, line, planned, stored
from tests.support.make import NOW, caller
from tests.unit.documents.test_document import refused
from vending.catalogue.plan import plan
from vending.described import DESCRIPTION, Described
from vending.documents.closing import ends_nothing
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody

BOTH = {"owner": "team-data", "description": "日本 — reports: what #finance reads"}
READ: list[tuple[str, dict[str, Any], Callable[[Any], Described]]] = [
    ("grants", line(), lambda one: GrantBody.model_validate(one).grant()),
    ("issuers", entry(), lambda one: IssuerBody.model_validate(one).trusted_issuer()),
    ("locations", HERE, lambda one: LocationBody.model_validate(one).location()),
]
each_kind = pytest.mark.parametrize(("kind", "members", "read"), READ, ids=lambda one: str(one)[:9])


@each_kind
def test_every_entry_has_an_owner_and_a_description_that_are_stored(
    kind: str, members: dict[str, Any], read: Callable[[Any], Any]
) -> None:
    one = read(members | BOTH)
    assert (one.owner, one.description) == tuple(BOTH.values())
    assert BOTH.items() <= one.as_json().items()
    assert read(one.as_json()) == one
    assert read(members).as_json().keys().isdisjoint(BOTH)
    assert [*one.as_json()][1:3] == ["owner", "description"]  # right after its name


OWNERS = ["team-data", "a", "0", "data.eu_1", "a" * 64]


@pytest.mark.parametrize("owner", OWNERS)
def test_an_owner_is_a_short_name(owner: str) -> None:
    assert GrantBody.model_validate(line(owner=owner)).owner == owner


@pytest.mark.parametrize(
    "owner",
    [
        "",
        "a" * 65,
        "Data",
        "team data",
        "-a",
        "a/b",
        "a@b",
        "日本",
        "a\n",
        "a\u202e",
        7,
        True,
        ["a"],
    ],
)
@each_kind
def test_any_other_owner_is_refused(
    owner: object, kind: str, members: dict[str, Any], read: object
) -> None:
    found = refused({"version": 1, kind: [members | {"owner": owner}]})
    assert found.keys() == {f"/{kind}/0/owner"}


DESCRIPTIONS = [
    *(
        "x",
        "x" * DESCRIPTION,
        "日本の 報告書",
        "\U0001f600" * DESCRIPTION,
        "👩‍💻 and ❤️",
        "a\u3000b",
    ),
    *("- a: [b] # c", "--- !!str &a *b", "{{ x }} ${claim.x} %s", '"quoted" \\n', "می‌خواهم"),
]


@pytest.mark.parametrize("description", DESCRIPTIONS)
def test_a_description_is_a_line_of_printable_text(description: str) -> None:
    assert GrantBody.model_validate(line(description=description)).description == description


@pytest.mark.parametrize(
    "description",
    [
        *("", "x" * (DESCRIPTION + 1), " x", "x ", "x\u3000", "a\nb", "a\n", "a\rb", "a\tb"),
        *(
            "a\x00b",
            "a\x1b[31mb",
            "a\x7fb",
            "a\x85b",
            "a\u2028b",
            "a\u202eb",
            "a\u2066b",
            "a\u200bb",
        ),
        *("a\ufeffb", "a\u00adb", "a\ue000b", "a\uffffb", 7, True, ["a"], {"en": "a"}),
    ],
)
@each_kind
def test_any_other_description_is_refused(
    description: object, kind: str, members: dict[str, Any], read: object
) -> None:
    found = refused({"version": 1, kind: [members | {"description": description}]})
    assert found.keys() == {f"/{kind}/0/description"}


@pytest.mark.parametrize("description", ["a\U000e0041b", "a\U000f0000b", "a\ud800b"])
def test_characters_that_nobody_sees_are_refused_beyond_the_first_plane_too(
    description: str,
) -> None:
    found = refused({"version": 1, "grants": [line(description=description)]})
    assert found.keys() == {"/grants/0/description"}


@each_kind
def test_a_change_of_them_is_a_change_and_takes_nothing_away(
    kind: str, members: dict[str, Any], read: Callable[[Any], Any]
) -> None:
    before, after = read(members), read(members | BOTH)
    assert before != after
    assert before.allows_as(after)
    assert ends_nothing(before, after)
    assert ends_nothing(after, before)
    assert after.undescribed() == before
    assert not before.allows_as(None)


def test_they_are_compared_replaced_and_removed_like_all_members() -> None:
    have = stored(line(**BOTH))
    for members, after in (
        (line(**BOTH), None),
        (line(owner="team-data"), {"owner": "team-data"}),
        (line(owner="team-web", description="x"), {"owner": "team-web", "description": "x"}),
        (line(), {}),
    ):
        changes = planned(document(grants=[members]), have)
        assert len(changes) == (after is not None)
        for change in changes:
            shown = change.as_json()["after"]
            assert isinstance(shown, dict)
            assert {name: shown[name] for name in BOTH if name in shown} == after
            assert not change.revocation
            assert change.narrows


def test_a_stored_entry_that_would_be_refused_if_it_were_new_can_be_described() -> None:
    # A grant to every tenant of a shared issuer, from before that was refused.
    shared = "https://token.actions.githubusercontent.com"
    trusted = entry(shared, claims=["repository"])
    open_to_all = line("old", grantee={"issuer": shared, "claims": {"repository": "a/b"}})
    have = stored(open_to_all, issuers=[trusted])
    assert faults(have, grants=[open_to_all | {"maxDuration": 900}], issuers=[trusted])
    changed = document(grants=[open_to_all | BOTH], issuers=[trusted | BOTH])
    assert len(planned(changed, have)) == 2
    codes = [one.code for one in plan(changed, have, SETTING).warnings]
    assert codes.count("RefusedIfNew") >= 1


def test_grants_that_differ_in_them_alone_are_identical() -> None:
    twice = document(grants=[line("a", owner="team-a"), line("b", owner="team-b")])
    assert [one.code for one in plan(twice, stored(), SETTING).warnings] == ["IdenticalGrant"]


def test_a_caller_sees_them_with_its_grant_and_no_other_member_more() -> None:
    given = GrantBody.model_validate(line(**BOTH)).grant()
    asking = caller()
    scope = given.scope_for(asking, NOW)
    assert scope is not None
    seen = given.as_seen(scope)
    assert BOTH.items() <= seen.items()
    assert seen.keys() == {"id", *BOTH, "scope", "permission"}


def test_a_stored_issuer_that_would_be_refused_if_it_were_new_can_be_described() -> None:
    foreign = entry(audience="sts.amazonaws.com")
    have = stored(issuers=[foreign])
    assert faults(have, issuers=[foreign | {"maxTokenLifetime": 60}]).keys() == {
        "/issuers/0/audience"
    }
    assert len(planned(document(issuers=[foreign | BOTH]), have)) == 1
    warned = plan(document(issuers=[foreign | BOTH]), have, SETTING).warnings
    assert [one.code for one in warned] == ["RefusedIfNew"]
