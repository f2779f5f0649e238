"""A change says what it does, and whether anybody gets more by it."""

from typing import Any

import pytest

from tests.support.documents import HERE, document, entry, line, planned, stored
from tests.support.make import ACCOUNT, grant, location
from tests.support.tokens import ISSUER, jwk, rsa_key
from vending.catalogue.changes import Change, Entry

OTHER = "https://other.example.com"
PINNED = {"keys": [jwk(rsa_key())]}


def changed(before: dict[str, object], after: dict[str, object]) -> Change:
    """The one change between two entries of an issuer."""
    (change,) = planned(document(issuers=[after]), stored(issuers=[before]))
    assert (change.kind, change.action) == ("issuer", "change")
    return change


def writes(**members: Any) -> dict[str, object]:
    """A grant to write."""
    return line(permission="WRITE", **members)


@pytest.mark.parametrize(
    ("before", "after", "narrows"),
    [
        (line(), line(scope="s3://bkt/a/b/*"), True),
        (line(), line(scope="s3://bkt/a/x"), True),
        (line(permission="READWRITE"), line(), True),
        (line(), line(maxDuration=900), True),
        (line(maxDuration=900), line(maxDuration=800), True),
        (line(), line(expires="2027-01-01T00:00:00Z"), True),
        (line(), line(sourceIp="caller"), True),
        (line(), line(vpcEndpoint="vpce-0a1b2c3d"), True),
        (writes(), writes(maxObjectSize=9), True),
        (writes(maxObjectSize=9), writes(maxObjectSize=8), True),
        (writes(), writes(contentTypes=["image/*"]), True),
        (writes(contentTypes=["image/*", "text/csv"]), writes(contentTypes=["text/csv"]), True),
        (line(versions=True), line(), True),
        (writes(tagging=True), writes(), True),
        (writes(), writes(tagging=True), False),
        (writes(), writes(objectHeaders=[]), True),
        (writes(), writes(objectHeaders=["contentEncoding"]), True),
        (writes(objectHeaders=["metadata"]), writes(objectHeaders=[]), True),
        (writes(), writes(objectHeaders=["metadata"]), False),
        (writes(objectHeaders=[]), writes(), False),
        (writes(storageClasses=["GLACIER", "STANDARD"]), writes(storageClasses=["GLACIER"]), True),
        (writes(storageClasses=["GLACIER"]), writes(), True),
        (writes(), writes(storageClasses=["GLACIER"]), False),
        (writes(storageClasses=["GLACIER"]), writes(storageClasses=["STANDARD"]), False),
        (writes(redirects=["https://a.example.com"]), writes(), True),
        (writes(), writes(redirects=["https://a.example.com"]), False),
        (line(sharing=True), line(), True),
        (line(), line(sharing=True), False),
        (line(sharing=True), line(sharing=True, maxShare="6d"), True),
        (line(sharing=True), line(sharing=True, maxShare="8d"), False),
        (line(sharing=True, ownerSeen="2d"), line(sharing=True, ownerSeen="1d"), True),
        (line(sharing=True, ownerSeen="2d"), line(sharing=True), False),
        (line(activeContent=True), line(), True),
        (line(), line(rateLimit={"urls": 9}), True),
        (line(rateLimit={"urls": 9}), line(rateLimit={"urls": 8}), True),
        (line(rateLimit={"urls": 9}), line(rateLimit={"urls": 9, "requests": 1}), True),
        (line(rateLimit={"urls": 9}), line(rateLimit={"urls": 10}), False),
        (line(rateLimit={"urls": 9}), line(rateLimit={"requests": 9}), False),
        (line(rateLimit={"urls": 9, "requests": 1}), line(rateLimit={"urls": 9}), False),
        (line(rateLimit={"urls": 9}), line(), False),
        (writes(maxObjectSize=9), writes(), False),
        (writes(maxObjectSize=9), writes(maxObjectSize=10), False),
        (writes(contentTypes=["image/*"]), writes(), False),
        (writes(contentTypes=["image/*"]), writes(contentTypes=["image/png"]), True),
        (line(), line(versions=True), False),
        (line(), line(activeContent=True), False),
        (line(), line(scope="s3://bkt/*"), False),
        (line(), line(scope="s3://bkt/b/*"), False),
        (line(), line(permission="READWRITE"), False),
        (line(), line(permission="WRITE"), False),
        (line(maxDuration=900), line(), False),
        (line(expires="2027-01-01T00:00:00Z"), line(), False),
        (line(expires="2027-01-01T00:00:00Z"), line(expires="2027-01-02T00:00:00Z"), False),
        (line(sourceIp="caller"), line(), False),
        (line(sourceIp="caller"), line(sourceIp=["0.0.0.0/0"]), False),
        (line(), line(grantee={"iam": ACCOUNT}), False),
    ],
)
def test_a_change_narrows_only_if_nobody_gets_more(
    before: dict[str, object], after: dict[str, object], narrows: bool
) -> None:
    (change,) = planned(document(grants=[after]), stored(before))
    assert change.action == "change"
    assert change.narrows is narrows


@pytest.mark.parametrize(
    ("before", "after", "narrows"),
    [
        (entry(audience=["a", "b"]), entry(audience="a"), True),
        (entry(audience=["a", "b"]), entry(audience=["b", "a"]), True),
        (entry(claims=["x", "y"]), entry(claims=["x"]), True),
        (entry(claims=["x"]), entry(), True),
        (entry(algorithms=["RS256", "ES256"]), entry(algorithms=["ES256"]), True),
        (entry(), entry(maxTokenLifetime=60), True),
        (entry(maxTokenLifetime="2h"), entry(), True),
        (entry(jwks=PINNED, claims=["x"]), entry(jwks=PINNED), True),
        (entry(audience="a"), entry(audience=["a", "b"]), False),
        (entry(audience="a"), entry(audience="b"), False),
        (entry(claims=["x"]), entry(claims=["x", "y"]), False),
        (entry(claims=["x"]), entry(claims=[{"name": "x", "path": ["y"]}]), False),
        (entry(), entry(algorithms=["RS256", "ES256"]), False),
        (entry(), entry(algorithms=["ES256"]), False),
        (entry(maxTokenLifetime=60), entry(maxTokenLifetime=61), False),
        (entry(), entry(subjectClaim="email"), False),
        (entry(subjectClaim="email"), entry(), False),
        (entry(), entry(jwks=PINNED), False),
        (entry(jwks=PINNED), entry(), False),
        (entry(jwks=PINNED), entry(jwks={"keys": [jwk(rsa_key(), "other")]}), False),
        (entry(claims=["x"], audience="a"), entry(audience=["a", "b"]), False),
    ],
)
def test_a_change_of_an_issuer_narrows_only_if_no_more_is_accepted(
    before: dict[str, object], after: dict[str, object], narrows: bool
) -> None:
    assert changed(before, after).narrows is narrows


def test_an_issuer_that_comes_widens_and_one_that_goes_narrows() -> None:
    (comes,) = planned(document(issuers=[entry()]), stored())
    assert (comes.action, comes.narrows) == ("add", False)
    (goes,) = planned(document(issuers=[], prune=True), stored(issuers=[entry()]))
    assert (goes.action, goes.narrows, goes.id) == ("remove", True, "login.example.com")


def test_a_grant_that_is_moved_to_another_subject_widens() -> None:
    subjects = [line(grantee={"issuer": ISSUER, "subject": one}) for one in ("alice", "bob")]
    have = stored(subjects[0], issuers=[entry()])
    (change,) = planned(document(grants=[subjects[1]]), have)
    assert (change.action, change.narrows) == ("change", False)


def test_a_location_that_changes_widens() -> None:
    (change,) = planned(document(locations=[HERE | {"region": "eu-west-1"}]), stored())
    assert (change.kind, change.action, change.narrows) == ("location", "change", False)


def test_a_change_is_answered_with_what_was_and_what_will_be() -> None:
    change = changed(entry(f"{OTHER}/a"), entry(f"{OTHER}/a", subjectClaim="oid"))
    written = {
        "issuer": f"{OTHER}/a",
        "audience": "https://vend.example.com",
        "subjectClaim": "sub",
        "claims": [],
        "algorithms": ["RS256"],
        "maxTokenLifetime": 3600,
    }
    assert change.as_json() == {
        "action": "change",
        "kind": "issuer",
        "id": "other.example.com~a",
        "pointer": "/issuers/0",
        "before": written,
        "after": written | {"subjectClaim": "oid"},
    }


@pytest.mark.parametrize(
    ("before", "after", "offered"),
    [
        (grant("s3://bkt/a/* READ"), None, "the grant was removed"),
        (grant("s3://bkt/a/* READ"), grant("s3://bkt/a/b/* READ"), "the grant was changed"),
        (grant("s3://bkt/a/* READWRITE"), grant("s3://bkt/a/* READ"), "the grant was changed"),
        (grant("s3://bkt/a/* READ"), grant("s3://bkt/* READ"), None),
        (grant("s3://bkt/a/* READ"), grant("s3://bkt/a/* READ", max_duration=900), "the grant was changed"),
        (None, grant("s3://bkt/a/* READ"), None),
        (location(), None, None),
    ],
)  # fmt: skip
def test_a_change_that_closes_something_offers_to_end_what_is_out(
    before: Entry | None, after: Entry | None, offered: str | None
) -> None:
    change = Change("grant", "a-grant", "", before, after)
    expected = {"grantId": "a-grant", "kind": "sessions", "reason": offered}
    assert change.revocation == (expected if offered else None)
    assert change.as_answered() == change.as_json() | ({"revocation": expected} if offered else {})
