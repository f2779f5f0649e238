"""How entries lie in the table: their places, and which writes are made together."""

import json
from dataclasses import replace
from datetime import timedelta

from tests.support.documents import document, entry, line, planned, stored
from tests.support.make import ACCOUNT, NOW, grant, location
from tests.support.tokens import ISSUER, issuer
from vending.callers.issuer import Claim
from vending.catalogue.batches import (
    BATCH_BYTES,
    BATCH_WRITES,
    batches,
    decision_key,
    encode,
    write_order,
)
from vending.catalogue.changes import Change
from vending.catalogue.history import events
from vending.documents.issuer import IssuerBody
from vending.grants.expectation import Expectation, Reserved
from vending.grants.grantee import WebGrantee
from vending.grants.keys import Keys
from vending.table import Key, catalogue_key, location_key


def test_narrowing_changes_come_before_widening_ones() -> None:
    request = document(grants=[line("new"), line("b", permission="READ")], prune=True)
    changes = planned(request, stored(line("old"), line("b", permission="READWRITE")))
    assert [one.action for one in changes] == ["add", "change", "remove"]
    (batch,) = batches(changes, {})
    assert [(one.action, one.narrows) for one in batch.changes] == [
        ("change", True),
        ("remove", True),
        ("add", False),
    ]


def test_what_shares_an_item_is_written_together() -> None:
    changes = [
        Change(
            "grant", f"g{n:03}", "", None, grant(f"s3://bucket{n % 2}/{n}/* READ", id=f"g{n:03}")
        )
        for n in range(300)
    ]
    written = [
        {key.sk for key in batch.writes if key.pk != "grants"} for batch in batches(changes, {})
    ]
    assert written == [
        *([{"bucket0"}] * 3),
        {"bucket0", "bucket1"},
        *([{"bucket1"}] * 3),
    ]


def test_a_transaction_stays_below_what_dynamodb_takes() -> None:
    big = "s3://bkt/" + "x" * 900
    changes = [
        Change("grant", f"g{n}", "", None, grant(f"{big}{n:04} READ", id=f"g{n}"))
        for n in range(250)
    ]
    for batch in batches(changes, {}):
        history = [encode(one.as_json()) for one in events(batch.changes, 1, NOW, timedelta(1))]
        assert len(batch.writes) + len(history) <= BATCH_WRITES
        texts = [*filter(None, batch.writes.values()), *history]
        assert sum(map(len, texts)) <= BATCH_BYTES


def test_the_history_counts_among_the_bytes_of_a_transaction() -> None:
    """It has an entry twice, before and after."""
    jwks = json.dumps({"keys": [{"n": "x" * 60_000}]})
    trusted = [issuer(f"{ISSUER}/{n}", jwks=jwks) for n in range(95)]
    changes = [
        Change("issuer", one.id, "", one, replace(one, audience=("other",))) for one in trusted
    ]
    for batch in batches(changes, {}):
        history = [encode(one.as_json()) for one in events(batch.changes, 1, NOW, timedelta(1))]
        texts = [*filter(None, batch.writes.values()), *history]
        assert sum(map(len, texts)) <= BATCH_BYTES


def test_entries_have_their_places_in_the_table() -> None:
    assert catalogue_key("grant", "a") == ("grants", "a")
    assert location_key("bkt") == ("location#bkt", "location")
    assert decision_key(grant("s3://bkt/* READ")) == (f"iam#{ACCOUNT}#user#AssumeS3User", "bkt")
    assert decision_key(location()) == location_key("bkt")


def test_grants_outside_aws_and_issuers_have_their_places_too() -> None:
    alices = grant("s3://bkt/* READ", grantee=WebGrantee(ISSUER, "alice"))
    assert decision_key(alices) == (f"oidc#{ISSUER}#sub#alice", "bkt")
    assert decision_key(issuer()) == ("issuers", "login.example.com")
    assert decision_key(issuer(f"{ISSUER}/a/b")) == ("issuers", "login.example.com~a~b")


def test_a_test_is_one_item_which_no_decision_reads() -> None:
    one = Expectation("payroll", Reserved(Keys("bkt", "payroll/", is_prefix=True), ()))
    (batch,) = batches([Change("test", one.id, "/tests/0", None, one)], {})
    assert batch.writes == {Key("tests", "payroll"): encode(one.as_json())}
    (batch,) = batches([Change("test", one.id, "/tests", one, None)], {})
    assert batch.writes == {Key("tests", "payroll"): None}


def test_an_issuer_is_one_item_which_the_authorizer_reads() -> None:
    one = issuer(claims=(Claim("a", ("b", "c")),), jwks='{"keys":[]}', audience=("x", "y"))
    added = Change("issuer", one.id, "/issuers/0", None, one)
    (batch,) = batches([added], {})
    assert batch.writes == {Key("issuers", one.id): encode(one.as_json())}
    assert IssuerBody.stored_issuer(batch.writes[Key("issuers", one.id)] or "") == one
    (batch,) = batches([Change("issuer", one.id, "/issuers", one, None)], {})
    assert batch.writes == {Key("issuers", one.id): None}


def test_grants_under_a_subject_and_under_a_claim_are_different_items() -> None:
    grantees = [
        WebGrantee(ISSUER, "alice"),
        WebGrantee(ISSUER, "alice", (("a", '"x"'),)),
        WebGrantee(ISSUER, None, (("a", '"x"'),)),
        WebGrantee(ISSUER, None, (("a", '"x"'), ("b", "1"))),
    ]
    changes = [
        Change("grant", f"g{n}", "", None, grant("s3://bkt/* READ", id=f"g{n}", grantee=one))
        for n, one in enumerate(grantees)
    ]
    (batch,) = batches(changes, {})
    items = {
        key: [one["id"] for one in json.loads(text or "")]
        for key, text in batch.writes.items()
        if key.pk.startswith("oidc#")
    }
    assert items == {
        (f"oidc#{ISSUER}#sub#alice", "bkt"): ["g0", "g1"],
        (f"oidc#{ISSUER}#claim#a#x", "bkt"): ["g2", "g3"],
    }


def test_issuers_and_locations_are_written_before_the_grants_that_need_them() -> None:
    request = document(
        grants=[line("a", grantee={"issuer": ISSUER, "subject": "x"})], issuers=[entry()]
    )
    changes = planned(request, stored(line("old"), issuers=[entry("https://old.example.com")]))
    assert [one.kind for one in sorted(changes, key=write_order)] == ["issuer", "grant"]
    narrowed = document(
        grants=[line("new")], issuers=[entry(audience="other")], locations=[], prune=False
    )
    have = stored(issuers=[entry(audience=["other", "x"])])
    assert [
        (one.kind, one.narrows) for one in sorted(planned(narrowed, have), key=write_order)
    ] == [("issuer", True), ("grant", False)]


def test_less_for_a_grant_comes_before_more_trust_in_an_issuer() -> None:
    """Else the new tokens would have the old grant for a while."""
    granted = line("old", grantee={"issuer": ISSUER, "subject": "x"})
    request = document(grants=[], issuers=[entry(audience=["a", "b"])], prune=True)
    changes = planned(request, stored(granted, issuers=[entry(audience="a")]))
    ordered = sorted(changes, key=write_order)
    assert [(one.kind, one.narrows) for one in ordered] == [("grant", True), ("issuer", False)]
