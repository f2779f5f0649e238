"""What revocations of holders read and write in DynamoDB, against moto."""

from typing import Any

from tests.support.make import NOW, grant
from tests.support.stack.tables import TABLE
from tests.support.tokens import ISSUER, issuer
from vending.aws.table import catalogue, granted, grants, revocations
from vending.callers.issuer import Claim
from vending.catalogue.batches import batches
from vending.catalogue.changes import Change
from vending.denials.denials import NOTHING_DENIED, Denials, Place
from vending.denials.holders import Holders, encode
from vending.grants.grantee import WebGrantee
from vending.table import HOLDERS

ENTRY = issuer(claims=(Claim("id", ("id",)),), caller_claims=("id",))
OTHER = issuer("https://other.example.com/a")
APPS = grant("s3://bkt/a/* READ", id="apps", grantee=WebGrantee(ISSUER, None, (("id", '"1"'),)))
ALICES = grant("s3://bkt/b/* READ", id="alices", grantee=WebGrantee(OTHER.url, "alice"))
IAMS = grant("s3://bkt/c/* READ", id="iams")


def test_an_issuer_is_read_with_its_grants_and_no_others(dynamodb: Any) -> None:
    changes = [
        *(Change("grant", one.id, "", None, one) for one in (APPS, ALICES, IAMS)),
        *(Change("issuer", one.id, "", None, one) for one in (ENTRY, OTHER)),
    ]
    for revision, batch in enumerate(batches(changes, {})):
        catalogue.commit(dynamodb, TABLE, batch, revision)
    for entry, listed in ((ENTRY, [APPS]), (OTHER, [ALICES])):
        found = granted.granted(dynamodb, TABLE, entry.url)
        assert (found.issuer, found.grants) == (entry, listed)
    unknown = granted.granted(dynamodb, TABLE, "https://unknown.example.com")
    assert (unknown.issuer, unknown.grants) == (None, [])


def test_a_decision_reads_both_items_of_denials_in_the_call_that_reads_its_grants(
    dynamodb: Any,
) -> None:
    assert grants.load_denials(dynamodb, TABLE) == NOTHING_DENIED
    places = Denials.of([(Place("grant", "abcdefgh"), None)])
    holders = {Holders(ISSUER, (("id", "1"),)): None}
    revocations.save_denials(dynamodb, TABLE, places.encode(), None)
    revocations.save_denials(dynamodb, TABLE, encode(holders), None, key=HOLDERS)
    denied = Denials(places.before, holders)
    assert grants.load_denials(dynamodb, TABLE) == denied
    assert grants.load(dynamodb, TABLE, ["iam#1"], "bkt").denials == denied
    assert revocations.denials_texts(dynamodb, TABLE) == (places.encode(), encode(holders))


def test_the_catalogue_reads_who_is_blocked_and_not_whose_sessions_ended(dynamodb: Any) -> None:
    assert catalogue.blocked(dynamodb, TABLE) == []
    one, other = Holders(ISSUER, (("id", "1"),)), Holders(ISSUER)
    text = encode({one: None, other: NOW})
    revocations.save_denials(dynamodb, TABLE, text, None, key=HOLDERS)
    assert catalogue.blocked(dynamodb, TABLE) == [one]
