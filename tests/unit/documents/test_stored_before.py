"""What the version before has written is read, and is what is written today: both ways are open.

``tests/upgrade/items.json`` is what its code makes of ``tests/upgrade/document.json``; ``make
test-upgrade`` compares it with that code itself.
"""

import json
from typing import Any

from tests.support.stack.policies import ROOT
from tests.upgrade import lay_out
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody
from vending.uploads.upload import Upload

HERE = ROOT / "tests" / "upgrade"
DOCUMENT: dict[str, Any] = json.loads((HERE / "document.json").read_text(encoding="utf-8"))
ITEMS: dict[str, str] = json.loads((HERE / "items.json").read_text(encoding="utf-8"))


def under(pk: str) -> dict[str, str]:
    """Documents by ``sk``."""
    return {key.split(" ", 1)[1]: text for key, text in ITEMS.items() if key.split(" ")[0] == pk}


def test_a_document_without_new_members_becomes_the_items_of_before() -> None:
    # Otherwise the version before would meet what it does not know, once it is back.
    assert lay_out.items(DOCUMENT) == ITEMS


def test_grants_issuers_and_locations_of_before_are_read_and_say_the_same() -> None:
    for pk, read in (
        ("grants", GrantBody.stored_grant),
        ("issuers", IssuerBody.stored_issuer),
        ("locations", LocationBody.stored_location),
    ):
        for text in under(pk).values():
            assert json.dumps(read(text).as_json(), separators=(",", ":")) == text
    assert under("grants").keys() == {one["id"] for one in DOCUMENT["grants"]}


def test_a_decision_of_today_reads_the_grants_of_before() -> None:
    read = [
        grant.id
        for key, text in ITEMS.items()
        if key.startswith(("iam#", "oidc#"))
        for grant in GrantBody.stored_grants(text)
    ]
    assert sorted(read) == sorted(one["id"] for one in DOCUMENT["grants"])


def test_an_upload_that_runs_is_signed_for_by_its_plan_of_before() -> None:
    assert Upload.read("plan", under("upload#plan")["upload"]) == lay_out.upload()
