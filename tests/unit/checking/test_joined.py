"""Several files as one document: pointers lead back to the file and the place in it."""

import pytest

from tests.support.documents import HERE, document, line
from vending.checking.joined import Joined

TWO = Joined.of(
    ("a.yaml", "b.yaml"),
    (
        document(grants=[line("a")], locations=[HERE]),
        document(grants=[line("b"), line("c")], owner="team"),
    ),
)


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("/grants/0/scope", (0, "/grants/0/scope")),
        ("/grants/1", (1, "/grants/0")),
        ("/grants/2/grantee/iam", (1, "/grants/1/grantee/iam")),
        ("/locations/0", (0, "/locations/0")),
        ("/grants", (0, "/grants")),
        ("/issuers", (0, "/issuers")),
        ("/owner", (0, "/owner")),
        ("", (0, "")),
    ],
)
def test_a_pointer_leads_to_its_file(pointer: str, place: tuple[int, str]) -> None:
    assert TWO.place(pointer) == place


def test_lists_follow_each_other_and_one_that_no_file_has_is_absent() -> None:
    assert [one.id for one in TWO.request.grants or ()] == ["a", "b", "c"]
    assert TWO.request.issuers is None


def test_a_detail_names_the_file_of_another_entry() -> None:
    assert TWO.text("'b' is already used at /grants/1") == (
        "'b' is already used at /grants/0 of b.yaml"
    )
    alone = Joined.of(("a.yaml",), (document(grants=[line("a")]),))
    assert alone.text("used at /grants/0") == "used at /grants/0"


def test_a_document_has_an_owner_if_all_files_have_it() -> None:
    assert TWO.request.owner is None
    same = [document(grants=[], owner="team"), document(grants=[], owner="team")]
    assert Joined.of(("a", "b"), same).request.owner == "team"
