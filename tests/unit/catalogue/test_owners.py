"""A request that is limited to an owner leaves the entries of others as they are."""

from typing import Any

import pytest

from tests.support.documents import HERE, document, entry, faults, line, planned, stored
from tests.support.tokens import ISSUER
from vending.catalogue.proposal import Stored
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody

MINE, THEIRS = {"owner": "team-data"}, {"owner": "team-web"}
FILED = "the request is limited to entries with the owner 'team-data'"


def wrong(have: Stored, **members: Any) -> dict[str, str]:
    """What is wrong with a document that is limited to our owner."""
    return faults(have, owner="team-data", **members)


def table(*grants: dict[str, object]) -> Stored:
    """A table with these grants, and with two issuers and two locations, one of each owner."""
    issuers = [entry(**MINE), entry("https://web.example.com", **THEIRS)]
    places = [HERE | MINE, HERE | THEIRS | {"scope": "s3://web/*"}]
    located = [LocationBody.model_validate(one).location() for one in places]
    trusted = [IssuerBody.model_validate(one).trusted_issuer() for one in issuers]
    return Stored(
        stored(*grants).grants, {one.id: one for one in trusted}, {one.id: one for one in located}
    )


def test_entries_of_the_owner_are_added_changed_and_left() -> None:
    have = table(line("kept", **MINE), line("wider", **MINE))
    request = document(
        owner="team-data",
        grants=[line("kept", **MINE), line("wider", **MINE, versions=True), line("new", **MINE)],
    )
    assert [(one.action, one.id) for one in planned(request, have)] == [
        ("change", "wider"),
        ("add", "new"),
    ]


@pytest.mark.parametrize(
    ("owner", "reason"),
    [({}, f"is missing; {FILED}"), (THEIRS, f"is 'team-web'; {FILED}")],
)
@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("grants", line("new")),
        ("issuers", entry("https://new.example.com")),
        ("locations", HERE | {"scope": "s3://new/*"}),
    ],
)
def test_an_entry_of_the_document_names_the_owner(
    kind: str, members: dict[str, Any], owner: dict[str, Any], reason: str
) -> None:
    found = wrong(table(), **{kind: [members | owner]})
    assert found == {f"/{kind}/0/owner": reason}


@pytest.mark.parametrize(
    ("kind", "members", "pointer", "name"),
    [
        ("grants", line("theirs"), "/grants/0/id", "theirs"),
        ("issuers", entry("https://web.example.com"), "/issuers/0/issuer", "web.example.com"),
        ("locations", HERE | {"scope": "s3://web/*"}, "/locations/0/scope", "web"),
    ],
)
def test_an_entry_that_belongs_to_another_is_not_taken_over(
    kind: str, members: dict[str, Any], pointer: str, name: str
) -> None:
    have = table(line("theirs", **THEIRS))
    found = wrong(have, **{kind: [members | MINE]})
    assert found.keys() == {pointer}
    assert found[pointer].startswith(
        f"{name!r} belongs to 'team-web' on the service, and the request is limited to entries of "
        "'team-data'"
    )
    assert planned(document(**{kind: [members | MINE]}), have)  # without the limit: handed over


def test_an_entry_without_an_owner_is_not_taken_over_either() -> None:
    found = wrong(table(line("a")), grants=[line("a", **MINE)])
    assert found.keys() == {"/grants/0/id"}
    assert "'a' has no owner on the service" in found["/grants/0/id"]


def test_an_entry_of_another_is_refused_even_as_it_is() -> None:
    have = table(line("theirs", **THEIRS))
    found = wrong(have, grants=[line("theirs", **THEIRS)])
    assert found.keys() == {"/grants/0/owner", "/grants/0/id"}


def test_prune_removes_the_owners_entries_alone() -> None:
    have = table(line("mine", **MINE), line("theirs", **THEIRS), line("nobodys"))
    request = document(owner="team-data", prune=True, grants=[], issuers=[])
    assert [(one.action, one.id) for one in planned(request, have)] == [
        ("remove", IssuerBody.model_validate(entry()).trusted_issuer().id),
        ("remove", "mine"),
    ]
    everything = document(prune=True, grants=[])
    assert {one.id for one in planned(everything, have)} == {"mine", "theirs", "nobodys"}


def test_nothing_is_pruned_that_anothers_grant_needs() -> None:
    by_subject = {"issuer": ISSUER, "subject": "alice"}
    have = table(line("theirs", grantee=by_subject, **THEIRS))
    found = wrong(have, prune=True, issuers=[], locations=[])
    assert found.keys() == {"/issuers", "/locations"}


def test_a_grant_of_the_owner_may_use_an_issuer_and_a_bucket_of_another() -> None:
    grantee = {"issuer": "https://web.example.com", "subject": "alice"}
    new = line("new", grantee=grantee, scope="s3://web/a/*", **MINE)
    (change,) = planned(document(owner="team-data", grants=[new]), table())
    assert (change.action, change.id) == ("add", "new")


def test_without_the_limit_a_document_may_hand_entries_over() -> None:
    (change,) = planned(document(grants=[line(**THEIRS)]), table(line(**MINE)))
    assert change.before is not None
    assert change.after is not None
    assert (change.before.owner, change.after.owner) == ("team-data", "team-web")


def test_prune_keeps_an_unlimited_documents_meaning_of_absent_lists() -> None:
    have = table(line("mine", **MINE))
    assert planned(document(owner="team-data", prune=True), have) == []
