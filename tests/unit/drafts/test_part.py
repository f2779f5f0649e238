"""A part as it is kept: canonical texts that read as the body did."""

import json

import pytest

from tests.support.documents import HERE, entry, line
from vending.bodies.parse import parse
from vending.documents.grant import GrantBody
from vending.drafts.part import GrantsPart, read_part, text_of
from vending.drafts.request import PartRequest
from vending.errors import InternalError


def kept(**members: object) -> str:
    body = json.dumps(members)
    return text_of(parse(PartRequest, body), json.loads(body))


def test_grants_are_kept_as_the_catalogue_has_them() -> None:
    grants = [line("a", maxDuration="15m"), line("é", id="b", description="zwei\u00a0Wörter")]
    part = read_part(kept(grants=grants))
    assert isinstance(part, GrantsPart)
    stored = [GrantBody.stored_grant(text) for text in part.texts]
    assert [one.id for one in stored] == ["a", "b"]
    assert stored[0].max_duration == 900
    assert all("\n" not in text and text.isascii() for text in part.texts)


def test_acknowledgements_are_kept_beside_them() -> None:
    part = read_part(kept(grants=[line("a"), line("b", acknowledge={"Expired": "so"})]))
    assert isinstance(part, GrantsPart)
    assert part.acknowledged == {1: (("Expired", "so"),)}


def test_the_other_lists_are_kept_as_they_came() -> None:
    part = read_part(
        kept(locations=[HERE], issuers=[entry(acknowledge={"CallerClaimsMissing": "so"})])
    )
    assert isinstance(part, PartRequest)
    assert part.locations
    assert part.issuers
    assert part.issuers[0].acknowledge == (("CallerClaimsMissing", "so"),)
    assert part.by_list() == {"locations": 1, "issuers": 1}


@pytest.mark.parametrize(
    "text", ["", "{}", '{"kind":"nothing"}\n', '{"kind":"others"}\n[', "[]\nx"]
)
def test_another_text_is_damaged(text: str) -> None:
    with pytest.raises(InternalError):
        read_part(text)
