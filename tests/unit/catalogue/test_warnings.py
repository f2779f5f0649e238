"""What a document has that is hardly meant: a warning with its place, unless it is acknowledged."""

from typing import Any

import pytest

from tests.support.documents import HERE, NOTHING, SETTING, document, entry, line, stored
from tests.support.make import ACCOUNT, NOW
from tests.support.tokens import AUDIENCE
from vending.catalogue.plan import plan
from vending.documents.acknowledgement import CODES, OF_REACH
from vending.errors import InvalidRequest
from vending.times import iso

GITHUB = "https://token.actions.githubusercontent.com"
OTHERS = {"grantee": {"iam": "210987654321"}}
CI = "https://gitlab.example.com"
BY_NUMBER = {"grantee": {"issuer": CI, "claims": {"project_id": 7}}}
CI_ENTRY = entry(CI, claims=["project_id"], tenancy="own")


def warned(*grants: Any, issuers: Any = (), **members: Any) -> list[tuple[str, str]]:
    request = document(grants=list(grants), issuers=list(issuers), locations=[HERE])
    found = plan(request, members.get("have") or stored(), SETTING).warnings
    return [(one.code, one.pointer) for one in found]


@pytest.mark.parametrize(
    ("members", "pointers"),
    [
        ({"as": {"iam": ACCOUNT}, "refused": {"READ": "s3://bktt/*"}}, ["refused"]),
        ({"as": {"iam": ACCOUNT}, "refused": {"READ": ["s3://bktt/*", "s3://bktt/x"]}}, ["refused"]),
        ({"as": {"iam": ACCOUNT}, "refused": {"READ": "s3://bkt/*"}}, []),
        ({"disjoint": "caller.name", "within": "s3://bktt/*"}, ["within"]),
        ({"disjoint": "caller.name", "within": "s3://bkt/*"}, []),
        ({"scope": "s3://bktt/*", "onlyReachedBy": []}, ["scope"]),
        ({"scope": "s3://bkt/*", "onlyReachedBy": []}, []),
    ],
)  # fmt: skip
def test_a_test_about_a_bucket_without_a_location_is_a_warning_until_it_is_acknowledged(
    members: dict[str, Any], pointers: list[str]
) -> None:
    said = "no location has the bucket 'bktt', so nobody reaches it; did you mean 'bkt'?"
    expected = [("UnknownBucket", f"/tests/0/{one}", said) for one in pointers]
    test = {"id": "t", **members}
    assert of_test(test) == expected
    known = test | {"acknowledge": {"UnknownBucket": "it is never to be lent"}}
    unused = [("NothingAcknowledged", "/tests/0/acknowledge/UnknownBucket")]
    assert [one[:2] for one in of_test(known)] == ([] if pointers else unused)


def test_where_no_location_is_known_no_bucket_is_unknown() -> None:
    test = {"id": "t", "scope": "s3://bktt/*", "onlyReachedBy": []}
    assert plan(document(tests=[test]), NOTHING, SETTING).warnings == []


def of_test(test: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = plan(document(tests=[test], locations=[HERE]), stored(), SETTING).warnings
    return [(one.code, one.pointer, one.detail) for one in found]


@pytest.mark.parametrize(
    ("members", "code", "member"),
    [
        ({"scope": "s3://bkt/*/a/*"}, "WildcardInScope", "scope"),
        ({"scope": "s3://bkt/a/**/*"}, "WildcardInScope", "scope"),
        ({"scope": "s3://bkt/data*/x.csv"}, "WildcardInScope", "scope"),
        ({"scope": "s3://bkt/a/202?.csv"}, "WildcardInScope", "scope"),
        ({"scope": "s3://bkt/a//b/*"}, "EmptySegment", "scope"),
        ({"scope": "s3://bkt//a/*"}, "EmptySegment", "scope"),
        ({"scope": "s3://bkt/a//*"}, "EmptySegment", "scope"),
        ({"scope": "s3://bkt//*"}, "EmptySegment", "scope"),
        ({"scope": "s3://bkt/a%20b/*"}, "EncodedScope", "scope"),
        ({"scope": "s3://bkt/a%2fb/*"}, "EncodedScope", "scope"),
        ({"scope": "s3://bkt/a /*"}, "SpaceInScope", "scope"),
        ({"scope": "s3://bkt/ a/*"}, "SpaceInScope", "scope"),
        ({"expires": "2001-01-01T00:00:00Z"}, "Expired", "expires"),
        ({"expires": iso(NOW)}, "Expired", "expires"),
        ({"sourceIp": ["0.0.0.0/0"]}, "AnyAddress", "sourceIp"),
        ({"sourceIp": ["192.0.2.0/24", "::/0"]}, "AnyAddress", "sourceIp"),
        (OTHERS | {"scope": "s3://bkt/*"}, "WholeBucketToAccount", "grantee"),
        (OTHERS | {"scope": "s3://bkt/*", "permission": "WRITE"}, "WholeBucketToAccount", "grantee"),
        (BY_NUMBER, "TypeMayNeverMatch", "grantee"),
        ({"scope": "s3://bkt/*", "sharing": True}, "SharesWholeBucket", "sharing"),
    ],
)  # fmt: skip
def test_what_is_hardly_meant_is_a_warning_until_it_is_acknowledged(
    members: dict[str, Any], code: str, member: str
) -> None:
    grant = line(**members)
    assert warned(grant, issuers=[CI_ENTRY]) == [(code, f"/grants/0/{member}")]
    known = grant | {"acknowledge": {code: "as it is meant"}}
    assert warned(known, issuers=[CI_ENTRY]) == []


@pytest.mark.parametrize(
    "members",
    [
        {"scope": "s3://bkt/*"},
        {"scope": "s3://bkt/a b/100%/*"},
        {"scope": "s3://bkt/a/"[:-1]},
        {"expires": "9000-01-01T00:00:00Z"},
        {"sourceIp": ["0.0.0.0/1"]},
        {"sourceIp": "caller"},
        OTHERS | {"scope": "s3://bkt/a/*"},
        OTHERS | {"scope": "s3://bkt/${caller.kind}/${caller.name}/*"},
        {"grantee": {"iam": ACCOUNT}, "scope": "s3://bkt/*"},
        {"grantee": {"iam": "arn:aws:iam::210987654321:role/Partner"}, "scope": "s3://bkt/*"},
    ],
)
def test_what_may_be_meant_is_no_warning(members: dict[str, Any]) -> None:
    assert warned(line(**members)) == []


def test_grants_that_differ_by_their_ids_alone_are_a_warning() -> None:
    same = [("IdenticalGrant", "/grants/1/id")]
    assert warned(line("a"), line("b")) == same
    assert warned(line("a"), line("b", maxDuration=900)) == []
    assert warned(line("a"), line("b", acknowledge={"IdenticalGrant": "until Friday"})) == []
    assert warned(line("a"), line("b"), have=stored(line("a"), line("b"))) == same
    assert warned(line("b"), have=stored(line("a"))) == [("IdenticalGrant", "/grants/0/id")]
    assert warned(line("a"), have=stored(line("a"))) == []


def test_an_acknowledgement_of_nothing_is_a_warning() -> None:
    known = {"Expired": "kept as an example", "WildcardInScope": "a key with a star"}
    assert warned(line(scope="s3://bkt/*/x", acknowledge=known)) == [
        ("NothingAcknowledged", "/grants/0/acknowledge/Expired")
    ]
    star = line("b", scope="s3://bkt/*/x")
    assert warned(line("a", acknowledge={"WildcardInScope": "the other's"}), star) == [
        ("WildcardInScope", "/grants/1/scope"),
        ("NothingAcknowledged", "/grants/0/acknowledge/WildcardInScope"),
    ]


def test_a_warning_about_an_issuer_is_acknowledged_in_its_entry() -> None:
    trusted = entry(GITHUB)
    assert warned(issuers=[trusted]) == [("CallerClaimsMissing", "/issuers/0")]
    assert warned(issuers=[trusted | {"acknowledge": {"CallerClaimsMissing": "no limits"}}]) == []


@pytest.mark.parametrize("code", OF_REACH)
def test_a_warning_that_only_a_check_finds_can_be_acknowledged(code: str) -> None:
    """The service does not look for it, so it cannot say that there is none."""
    assert warned(line(acknowledge={code: "as it is meant"})) == []


def test_an_acknowledgement_is_of_the_file_and_changes_no_grant() -> None:
    have = stored(line(scope="s3://bkt/*/x"))
    known = line(scope="s3://bkt/*/x", acknowledge={"WildcardInScope": "a key with a star"})
    assert plan(document(grants=[known]), have, SETTING)[:2] == ([], [])


@pytest.mark.parametrize(
    "acknowledge",
    [
        {},
        [],
        ["Expired"],
        "Expired",
        {"Expired": ""},
        {"Expired": True},
        {"Expired": "a\n"},
        {"expired": "x"},
        {"*": "x"},
        {"NothingAcknowledged": "x"},
        {"NeverLent": "x"},
    ],
)
def test_an_acknowledgement_names_codes_each_with_a_reason(acknowledge: object) -> None:
    for members in (
        {"grants": [line(acknowledge=acknowledge)]},
        {"issuers": [{"issuer": CI, "audience": AUDIENCE, "acknowledge": acknowledge}]},
    ):
        with pytest.raises(InvalidRequest) as error:
            document(**members)
        (fault,) = error.value.faults
        assert fault.pointer.endswith("/0/acknowledge")


def test_the_codes_are_in_alphabetical_order() -> None:
    assert list(CODES) == sorted(CODES)
