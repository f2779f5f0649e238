"""Overlaps of grants and callers, and what a change to a document opens and closes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.proof.reaching import ISSUER, URL, Drawn, document, lends, opens, web
from tests.support.make import ACCOUNT, NOW, USER_ARN, grant, location
from vending.callers.identity import IamIdentity, WebIdentity
from vending.callers.issuer import Claim, Issuer
from vending.callers.principal import Principal
from vending.grants.grant import Grant
from vending.grants.grantee import IamGrantee
from vending.grants.keys import Keys
from vending.reach.compare import apart, differences, overlap
from vending.reach.document import Document

EVERYTHING = Keys("bkt", "", is_prefix=True)
USER = IamGrantee(Principal.parse(USER_ARN))
OWN = grant("s3://bkt/tenants/${claim.t}/* READ", id="own", grantee=web(g="users"))
HR = grant("s3://bkt/hr/* READ", id="hr")


def named_pairs(found: object) -> set[tuple[str, ...]]:
    return {tuple(each.id for each in one.grants) for one in found}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("sentence", "others", "within", "expected"),
    [
        ("each tenant has its own prefix", [], "*", set()),
        ("two tenants are given one prefix", [grant("s3://bkt/tenants/acme/* READ", id="b", grantee=web(g="b"))], "*", {("b", "b"), ("b", "own")}),
        ("the tenant itself may be named", [grant("s3://bkt/tenants/acme/* READ", id="b", grantee=web(t="acme"))], "*", set()),
        ("whichever grant is first", [grant("s3://bkt/tenants/acme/* READ", id="z", grantee=web(t="acme"))], "*", set()),
        ("but not by the name of another", [grant("s3://bkt/tenants/acme/* READ", id="b", grantee=web(t="other"))], "*", {("b", "own")}),
        ("a prefix of prefixes", [grant("s3://bkt/${claim.t:path}/* READ", id="b", grantee=web("u"))], "*", {("b", "b"), ("b", "own")}),
        ("a shared prefix elsewhere", [grant("s3://bkt/shared/* READ", id="b", grantee=web(g="b"))], "tenants/*", set()),
        ("a shared prefix", [grant("s3://bkt/shared/* READ", id="b", grantee=web(g="b"))], "*", {("b", "b")}),
        ("callers of IAM have no such claim", [grant("s3://bkt/tenants/* READ", id="b")], "*", set()),
    ],
)  # fmt: skip
def test_callers_with_different_claims_are_kept_apart_or_share_a_key(
    sentence: str, others: Sequence[Grant], within: str, expected: set[tuple[str, str]]
) -> None:
    found = list(apart(document([OWN, *others]), "claim.t", Keys.parse(f"s3://bkt/{within}")))
    assert named_pairs(found) == expected
    for one in found:
        for by, caller in zip(one.grants, one.callers, strict=True):
            assert opens(by, caller, one.key)


@pytest.mark.parametrize("ids", ["ab", "ba"])
def test_whoever_may_be_of_any_tenant_is_of_another_than_the_named_pairs(ids: str) -> None:
    named, anybody = (
        grant("s3://bkt/a/* READ", id=id_, grantee=one)
        for id_, one in zip(ids, (web(t="x"), web(g="b")), strict=True)
    )
    found = list(apart(document([named, anybody]), "claim.t", EVERYTHING))
    assert named_pairs(found) == {("a", "b"), (anybody.id, anybody.id)}


def test_callers_of_two_issuers_are_compared_too() -> None:
    other = replace(ISSUER, url="https://other.example.com")
    theirs = replace(OWN, id="theirs", grantee=replace(web(g="users"), issuer=other.url))
    found = list(apart(document([OWN, theirs], ISSUER, other), "claim.t", EVERYTHING))
    assert found == []
    shared = [grant("s3://bkt/a/* READ", id=one.id, grantee=one.grantee) for one in (OWN, theirs)]
    crossed = list(apart(document(shared, ISSUER, other), "claim.t", EVERYTHING))
    assert named_pairs(crossed) == {("own", "own"), ("own", "theirs"), ("theirs", "theirs")}


def test_the_claim_may_lie_elsewhere_in_the_tokens_of_the_other_issuer() -> None:
    names = (Claim("t", ("org",)), Claim("g", ("g",)))
    other = replace(ISSUER, url="https://other.example.com", claims=names)
    ours = grant("s3://bkt/a/* READ", id="ours", grantee=web(t="x"))
    for tenant, pairs in (("x", set[tuple[str, ...]]()), ("y", {("ours", "theirs")})):
        grantee = replace(web(t=tenant), issuer=other.url)
        theirs = grant("s3://bkt/a/* READ", id="theirs", grantee=grantee)
        found = apart(document([ours, theirs], ISSUER, other), "claim.t", EVERYTHING)
        assert named_pairs(found) == pairs


@pytest.mark.parametrize("place", ["t", "org"])
def test_of_two_texts_that_fill_variables_one_is_replaced(place: str) -> None:
    names = (Claim("t", (place,)), Claim("g", ("g",)))
    other = replace(ISSUER, url="https://other.example.com", claims=names)
    ours = grant("s3://bkt/${claim.t}/* READ", id="ours", grantee=web("u"))
    user = replace(web("u"), issuer=other.url)
    theirs = grant("s3://bkt/x/${claim.t}/* READ", id="theirs", grantee=user)
    (found,) = apart(document([ours, theirs], ISSUER, other), "claim.t", EVERYTHING)
    assert named_pairs([found]) == {("ours", "theirs")}
    assert found.key == Keys.parse("s3://bkt/x/y/x")
    assert found.is_exact


def test_names_of_callers_are_compared() -> None:
    home = grant("s3://bkt/${caller.kind}/${caller.name}/* READ", grantee=IamGrantee(ACCOUNT))
    by_name = grant("s3://bkt/${caller.name}/* READ", grantee=IamGrantee(ACCOUNT))
    assert not list(apart(document([home]), "caller.name", EVERYTHING))
    assert not list(apart(document([home]), "caller.kind", EVERYTHING))
    assert list(apart(document([home]), "caller.account", EVERYTHING)) == []
    (found,) = apart(document([by_name]), "caller.kind", EVERYTHING)
    assert {one.name for one in found.callers} == {"x"}


def test_two_grants_overlap_in_the_shortest_key_of_both() -> None:
    all_of_it = grant("s3://bkt/* READ", id="all")
    found = overlap(document([OWN, all_of_it]), OWN, all_of_it)
    assert found
    assert found.key == Keys.parse("s3://bkt/tenants/x/x")
    elsewhere = document([OWN, HR])
    assert overlap(elsewhere, OWN, HR) is None
    assert overlap(elsewhere, OWN, grant("s3://other/* READ")) is None


@pytest.mark.parametrize("bucket", ["another", "other"])
def test_grants_of_two_buckets_do_not_overlap(bucket: str) -> None:
    one, other = grant("s3://bkt/* READ", id="one"), grant(f"s3://{bucket}/* READ", id="other")
    both = Document((one, other), (ISSUER,), (location(), location(bucket)), NOW)
    assert overlap(both, one, other) is None
    assert overlap(both, other, one) is None


def test_an_overlap_of_several_variables_for_paths_is_not_exact() -> None:
    two = grant("s3://bkt/${claim.t:path}/${claim.g:path} READ", id="two", grantee=web("u"))
    found = overlap(document([two, HR]), HR, two)
    assert found
    assert not found.is_exact


def kinds(before: Document, after: Document) -> list[tuple[str, str, str]]:
    return [(one.kind, one.permission.value, one.keys) for one in differences(before, after)]


HERE = "s3://bkt/hr/*"


@pytest.mark.parametrize(
    ("sentence", "before", "after", "expected"),
    [
        ("nothing", [HR], [HR], []),
        ("another id", [HR], [replace(HR, id="other")], []),
        ("another owner", [HR], [replace(HR, owner="team", description="words")], []),
        ("a new grant", [], [HR], [("gained", "READ", HERE)]),
        ("a grant that is gone", [HR], [], [("lost", "READ", HERE)]),
        ("another permission", [HR], [grant(f"{HERE} READWRITE", id="hr")], [("gained", "WRITE", HERE)]),
        ("less of the keys", [HR], [grant("s3://bkt/hr/a/* READ", id="hr")], [("lost", "READ", HERE)]),
        ("a grant within another", [HR], [HR, grant("s3://bkt/hr/a/* READ", id="b")], []),
        ("more of the keys", [HR], [grant("s3://bkt/* READ", id="hr")], [("gained", "READ", "s3://bkt/*")]),
        ("one grant as two that make it up", [grant(f"{HERE} READWRITE")], [HR, grant(f"{HERE} WRITE", id="w")], []),
        ("a role, and then its account", [HR], [replace(HR, grantee=IamGrantee(ACCOUNT))], [("gained", "READ", HERE)]),
        ("an account, and then a role", [replace(HR, grantee=IamGrantee(ACCOUNT))], [HR], [("lost", "READ", HERE)]),
        ("only one that has this id", [HR], [replace(HR, grantee=replace(USER, unique_id="AIDA2EXAMPLEEXAMPLE1"))], [("lost", "READ", HERE)]),
        ("an address less", [HR], [replace(HR, source_ip=("192.0.2.0/24",))], [("narrowed", "READ", HERE)]),
        ("from anywhere", [replace(HR, source_ip=("192.0.2.0/24",))], [HR], [("widened", "READ", HERE)]),
        ("longer", [replace(HR, max_duration=900)], [HR], [("widened", "READ", HERE)]),
        ("an end", [HR], [replace(HR, expires=NOW + timedelta(days=1))], [("narrowed", "READ", HERE)]),
        ("an end that has passed", [HR], [replace(HR, expires=NOW)], [("lost", "READ", HERE)]),
        ("other versions too", [HR], [replace(HR, versions=True)], [("widened", "READ", HERE)]),
        ("stricter, beside what stands", [HR], [HR, replace(HR, id="b", source_ip="caller")], []),
    ],
)  # fmt: skip
def test_what_a_change_opens_and_closes(
    sentence: str, before: Sequence[Grant], after: Sequence[Grant], expected: Sequence[object]
) -> None:
    assert kinds(document(before), document(after)) == expected


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        (["a/b/x"], "a/b/*", "a/b/y"),
        (["a/b/x", "a/b/y", "a/b/z/*"], "a/b/*", "a/b/z"),
        (["a/b/c/x"], "a/b/c/*", "a/b/c/y"),
        (["a/b/x/*"], "a/b/x/*", None),
        (["x"], "*", "y"),
    ],
)
def test_the_shortest_key_is_found_beside_those_that_were_open(
    before: Sequence[str], after: str, key: str | None
) -> None:
    old = [grant(f"s3://bkt/{one} READ", id=f"{at}") for at, one in enumerate(before)]
    found = list(differences(document(old), document([*old, grant(f"s3://bkt/{after} READ")])))
    assert [one.key.key for one in found] == ([key] if key else [])


def test_what_is_widened_names_the_grants_with_the_stricter_terms() -> None:
    strict = replace(HR, id="strict", source_ip=("192.0.2.0/24",))
    (found,) = differences(document([strict]), document([HR]))
    assert found.others == (strict,)
    assert found.key == Keys.parse("s3://bkt/hr/x")


@pytest.mark.parametrize(
    ("sentence", "before", "after", "expected"),
    [
        ("an endpoint that its location demands", {"vpc_endpoint": "vpce-0a1b2c3d"}, {}, ["widened"]),
        ("and no more", {}, {"vpc_endpoint": "vpce-0a1b2c3d"}, ["narrowed"]),
        ("a key that encrypts it", {}, {"kms_key": "arn:aws:kms:ap-northeast-1:123456789012:key/a"}, []),
    ],
)  # fmt: skip
def test_a_location_changes_the_terms(
    sentence: str, before: Mapping[str, str], after: Mapping[str, str], expected: Sequence[str]
) -> None:
    old, new = (replace(document([HR]), locations=(location(**one),)) for one in (before, after))
    assert [one.kind for one in differences(old, new)] == expected


def test_a_grant_that_names_the_endpoint_of_its_location_is_as_wide_without_the_location_s() -> (
    None
):
    bound = replace(HR, vpc_endpoint="vpce-0a1b2c3d")
    old = replace(document([bound]), locations=(location(vpc_endpoint="vpce-0a1b2c3d"),))
    assert not list(differences(old, document([bound])))


GIVEN = {"url": URL, "audience": ("s3vend",), "claims": (Claim("t", ("t",)), Claim("g", ("g",)))}

AND_TIME = (*ISSUER.claims, Claim("n", ("nbf",)))


@pytest.mark.parametrize(
    ("sentence", "before", "after", "expected"),
    [
        ("an audience more", {}, {"audience": ("s3vend", "more")}, [("gained", True)]),
        ("an audience less", {"audience": ("s3vend", "more")}, {}, [("lost", True)]),
        ("another audience", {}, {"audience": ("more",)}, [("gained", True), ("lost", True)]),
        ("a claim more that nobody uses", {}, {"claims": (*ISSUER.claims, Claim("n", ("n",)))}, []),
        ("a claim that lies elsewhere", {}, {"claims": (Claim("t", ("u",)), Claim("g", ("g",)))}, [("gained", True), ("lost", True)]),
        ("other keys", {}, {"jwks": '{"keys": []}'}, []),
        ("a caller claim is no longer needed", {"caller_claims": ("t",)}, {}, [("gained", False)]),
        ("a time is no longer needed", {"claims": AND_TIME, "caller_claims": ("n",)}, {"claims": AND_TIME}, [("gained", False)]),
        ("a caller claim is needed", {}, {"caller_claims": ("t",)}, [("lost", False)]),
        ("another subject", {}, {"subject_claim": "oid"}, [("gained", False), ("lost", False)]),
    ],
)  # fmt: skip
def test_an_issuer_that_reads_tokens_otherwise_changes_who_reaches(
    sentence: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    expected: Sequence[tuple[str, bool]],
) -> None:
    old, new = (document([OWN], Issuer(**{**GIVEN, **one})) for one in (before, after))  # type: ignore[arg-type]
    found = list(differences(old, new))
    assert [(one.kind, one.is_exact) for one in found] == expected
    assert all(isinstance(one.caller, WebIdentity) for one in found)


def test_of_stored_scopes_with_several_variables_for_paths_a_difference_is_no_less() -> None:
    two = grant("s3://bkt/${claim.t:path}/${claim.g:path} READ", id="two", grantee=web("u"))
    one = grant("s3://bkt/a/b READ", id="one", grantee=web("u"))
    (gained, lost) = differences(document([two]), document([one]))
    assert (gained.kind, gained.is_exact) == ("gained", False)
    assert (lost.kind, lost.is_exact) == ("lost", False)


def test_a_difference_is_no_less_if_one_of_the_grants_beside_it_is_not_known_exactly() -> None:
    two = grant("s3://bkt/${claim.t:path}/${claim.g:path} READ", id="two", grantee=web("u"))
    known = grant("s3://bkt/a/b READ", id="known", grantee=web("u"))
    added = grant("s3://bkt/a/* READ", id="added", grantee=web("u"))
    (found,) = differences(document([two, known]), document([two, known, added]))
    assert (found.grant.id, found.is_exact) == ("added", False)


def test_issuers_of_two_documents_are_one_if_their_urls_are_equal() -> None:
    wide, within = (
        grant(f"s3://bkt/{one} READ", id=one, grantee=web("u")) for one in ("a/*", "a/b/*")
    )
    again = replace(ISSUER, url=URL.encode().decode())
    assert again.url is not URL
    assert not list(differences(document([wide]), document([wide, within], again)))


def test_whoever_fills_an_open_scope_with_something_else_gains_by_another() -> None:
    entry = replace(ISSUER, caller_claims=("g", "t"))
    own = grant("s3://bkt/${claim.g}/* READ", id="own", grantee=web("u"))
    added = grant("s3://bkt/${claim.t}/* READ", id="added", grantee=web("u"))
    (found,) = differences(document([own], entry), document([own, added], entry))
    assert (found.kind, found.grant.id) == ("gained", "added")
    assert isinstance(found.caller, WebIdentity)
    assert found.caller.claims["g"] != found.caller.claims["t"]


def test_whoever_has_another_subject_gains() -> None:
    entry = replace(ISSUER, claims=(*ISSUER.claims, Claim("s", ("sub",))))
    own, added = (
        grant(f"s3://bkt/${{claim.{one}}}/* READ", id=one, grantee=web(g="a")) for one in "st"
    )
    (found,) = differences(document([own], entry), document([own, added], entry))
    assert isinstance(found.caller, WebIdentity)
    assert found.caller.subject != found.caller.claims["t"]


def test_whoever_gains_in_iam_has_another_name_of_text() -> None:
    own, added = (
        grant(f"s3://bkt/{one}/* READ", id=one, grantee=IamGrantee(ACCOUNT))
        for one in ("${caller.name}", "x")
    )
    (found,) = differences(document([own]), document([own, added]))
    assert isinstance(found.caller, IamIdentity)
    assert found.caller.principal.name == "y"


def test_a_key_differs_behind_all_segments_that_a_variable_for_a_path_fills() -> None:
    exact, below = (
        grant(f"s3://bkt/${{claim.t:path}}/{one} READ", id=one, grantee=web(t="b/c"))
        for one in ("x", "*")
    )
    (found,) = differences(document([exact]), document([exact, below]))
    assert found.key == Keys.parse("s3://bkt/b/c/y")
    assert found.is_exact


def test_whoever_has_a_list_gains_what_an_open_scope_opens_to_a_text_alone() -> None:
    own = grant("s3://bkt/${claim.g}/* READ", id="own", grantee=web("u"))
    added = grant("s3://bkt/b/* READ", id="added", grantee=web("u", g="b"))
    (found,) = differences(document([own]), document([own, added]))
    assert isinstance(found.caller, WebIdentity)
    assert found.caller.claims == {"g": ["b"]}


@pytest.mark.parametrize("block", range(3))
def test_differences_of_drawn_documents_are_those_of_drawn_decisions(block: int) -> None:
    drawn, gained = Drawn(f"differences {block}"), 0
    for _ in range(40):
        grants = [drawn.grant(number) for number in range(5)]
        before, after = (drawn.chance.sample(grants, drawn.chance.randrange(1, 5)) for _ in "ab")
        found = list(differences(document(before), document(after)))
        for one in found:
            less, more = (before, after) if one.kind == "gained" else (after, before)
            assert one.kind in ("gained", "lost")
            assert lends(more, one.caller, one.key, one.permission)
            assert not lends(less, one.caller, one.key, one.permission)
        for _ in range(40):
            caller = drawn.caller()
            key = replace(drawn.target(grants, caller), is_prefix=False)
            for part in drawn.permission().parts:
                if lends(after, caller, key, part) and not lends(before, caller, key, part):
                    gained += 1
                    named = [
                        one.grant for one in found if (one.kind, one.permission) == ("gained", part)
                    ]
                    assert any(opens(one, caller, key) for one in named), (
                        before,
                        after,
                        caller,
                        key,
                    )
    assert gained > 5
