"""A document against what is stored: its faults, or what has to change."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.documents import (
    HERE,
    NOTHING,
    SETTING,
    document,
    entry,
    faults,
    line,
    planned,
    stored,
)
from tests.support.make import ROLE_ARN, USER_ARN
from tests.support.tokens import AUDIENCE, ISSUER, ec_key, jwk, rsa_key
from vending.documents.document import ISSUERS
from vending.errors import FAULTS, InvalidRequest
from vending.partitions import PARTITIONS

LOCAL = "http://127.0.0.1:8080"
ALICES = line("alices", grantee={"issuer": ISSUER, "subject": "alice"})


def test_an_empty_table_gets_what_the_document_says() -> None:
    changes = planned(document(grants=[line()], locations=[HERE]), NOTHING)
    assert [(one.action, one.kind, one.id, one.pointer) for one in changes] == [
        ("add", "location", "bkt", "/locations/0"),
        ("add", "grant", "a", "/grants/0"),
    ]


def test_what_is_there_already_is_no_change() -> None:
    assert planned(document(grants=[line()], locations=[HERE]), stored(line())) == []


def test_a_spelling_of_the_same_thing_is_no_change() -> None:
    same = line(grantee={"iam": USER_ARN.replace("user/", "user/team/")}, maxDuration="15m")
    assert planned(document(grants=[same]), stored(line(maxDuration=900))) == []


PARTNER = "arn:aws:iam::999999999999:role/Partner"


@pytest.mark.invariant(14)
def test_a_location_names_only_a_role_that_the_stack_lists() -> None:
    there = HERE | {"role": PARTNER, "externalId": "s3vend-1"}
    assert faults(locations=[HERE, there | {"scope": "s3://b2b/*"}]).keys() == {"/locations/1/role"}
    listing = replace(SETTING, assumable_roles=lambda: [PARTNER])
    assert faults(setting=listing, locations=[there]) == {}
    other = there | {"role": f"{PARTNER}2"}
    assert faults(setting=listing, locations=[other]).keys() == {"/locations/0/role"}
    assert faults(locations=[HERE | {"role": ROLE_ARN}]) == {}


@pytest.mark.parametrize(
    ("region", "reason"),
    [
        ("ap-northeast-9", "is not a region of AWS that this release knows"),
        ("xx-north-1", "is not a region of AWS that this release knows"),
        ("us-iso-east-1", "is in the partition 'aws-iso'; the stack is in 'aws'"),
        ("eusc-de-east-1", "is in the partition 'aws-eusc'; the stack is in 'aws'"),
        ("cn-north-1", "is in the partition 'aws-cn'; the stack is in 'aws'"),
    ],
)
def test_a_location_is_in_a_region_of_the_stacks_partition(region: str, reason: str) -> None:
    found = faults(locations=[HERE | {"region": region}])
    assert found.keys() == {"/locations/0/region"}
    assert reason in found["/locations/0/region"]


@pytest.mark.parametrize("partition", sorted(set(PARTITIONS.values())))
def test_every_region_of_a_partition_is_taken_by_a_stack_there(partition: str) -> None:
    regions = [region for region, its in PARTITIONS.items() if its == partition]
    setting = replace(SETTING, role_arn=ROLE_ARN.replace("arn:aws:", f"arn:{partition}:"))
    here = [
        {
            "scope": f"s3://bucket-{number}/*",
            "region": region,
            "kmsKey": f"arn:{partition}:kms:{region}:123456789012:key/0a1b2c3d",
        }
        for number, region in enumerate(regions)
    ]
    assert faults(setting=setting, locations=here) == {}


def test_a_key_is_in_the_stacks_partition() -> None:
    key = "arn:aws-cn:kms:ap-northeast-1:123456789012:key/0a1b2c3d"
    assert faults(locations=[HERE | {"kmsKey": key}]).keys() == {"/locations/0/kmsKey"}


def test_nobody_asks_for_the_roles_where_no_location_names_one() -> None:
    def fails() -> list[str]:
        raise AssertionError

    assert faults(setting=replace(SETTING, assumable_roles=fails), locations=[HERE]) == {}


def test_a_grant_and_its_location_are_reached_through_one_vpc_endpoint() -> None:
    there = HERE | {"vpcEndpoint": "vpce-0a1b2c3d"}
    for endpoint, wrong in (("vpce-0a1b2c3d", set()), ("vpce-0a1b2c3e", {"/grants/0/vpcEndpoint"})):
        granted = [line(vpcEndpoint=endpoint)]
        assert faults(grants=granted, locations=[there]).keys() == wrong


def test_an_address_is_not_asked_for_behind_a_vpc_endpoint() -> None:
    there = HERE | {"vpcEndpoint": "vpce-0a1b2c3d"}
    granted = [line(sourceIp="caller")]
    assert faults(grants=granted, locations=[there]).keys() == {"/grants/0/sourceIp"}


def test_a_list_that_is_absent_is_left_alone_even_with_prune() -> None:
    assert planned(document(prune=True), stored(line())) == []
    changes = planned(document(locations=[HERE], prune=True), stored(line()))
    assert changes == []


def test_what_a_list_does_not_name_goes_with_prune_alone() -> None:
    assert planned(document(grants=[]), stored(line())) == []
    (change,) = planned(document(grants=[], prune=True), stored(line()))
    assert (change.action, change.id, change.pointer, change.after) == (
        "remove",
        "a",
        "/grants",
        None,
    )


def test_a_grant_needs_a_location_in_the_document_or_in_the_table() -> None:
    assert planned(document(grants=[line()]), stored())
    for request, have in (
        (document(grants=[line()]), NOTHING),
        (document(grants=[line()], locations=[], prune=True), stored()),
    ):
        with pytest.raises(InvalidRequest) as refused:
            planned(request, have)
        assert [fault.pointer for fault in refused.value.faults] == ["/grants/0/scope"]


def test_a_location_does_not_go_before_the_grants_that_need_it() -> None:
    with pytest.raises(InvalidRequest) as refused:
        planned(document(locations=[], prune=True), stored(line()))
    assert [fault.pointer for fault in refused.value.faults] == ["/locations"]
    changes = planned(document(locations=[], grants=[], prune=True), stored(line()))
    assert {(one.action, one.kind) for one in changes} == {
        ("remove", "grant"),
        ("remove", "location"),
    }


def test_of_very_many_faults_the_first_are_listed() -> None:
    grants = [line(f"g{n}", scope="s3://elsewhere/*") for n in range(5000)]
    with pytest.raises(InvalidRequest) as refused:
        planned(document(grants=grants), NOTHING)
    assert len(refused.value.faults) == FAULTS


def test_every_entry_that_is_there_twice_is_named() -> None:
    with pytest.raises(InvalidRequest) as refused:
        planned(document(grants=[line(), line("b"), line()], locations=[HERE, HERE]), NOTHING)
    assert [fault.pointer for fault in refused.value.faults] == [
        "/grants/2/id",
        "/locations/1/scope",
    ]
    assert "/grants/0" in refused.value.faults[0].detail


def test_an_issuer_and_a_grant_to_its_subject_come_together() -> None:
    request = document(grants=[ALICES], issuers=[entry()], locations=[HERE])
    changes = planned(request, NOTHING)
    assert [(one.action, one.kind, one.id, one.pointer) for one in changes] == [
        ("add", "location", "bkt", "/locations/0"),
        ("add", "issuer", "login.example.com", "/issuers/0"),
        ("add", "grant", "alices", "/grants/0"),
    ]


@pytest.mark.parametrize(
    "same",
    [
        entry(),
        entry(audience=["https://vend.example.com"]),
        entry(subjectClaim="sub", claims=[], algorithms=["RS256"], maxTokenLifetime="1h"),
        entry(algorithms=["RS256", "RS256"]),
    ],
)
def test_a_spelling_of_the_same_issuer_is_no_change(same: dict[str, object]) -> None:
    assert planned(document(issuers=[same]), stored(issuers=[entry()])) == []


def test_pinned_keys_in_another_order_of_members_are_no_change() -> None:
    key = jwk(rsa_key())
    turned = dict(reversed(key.items()))
    have = stored(issuers=[entry(jwks={"keys": [key]})])
    assert planned(document(issuers=[entry(jwks={"keys": [turned]})]), have) == []


def test_issuers_are_left_alone_where_their_list_is_absent() -> None:
    have = stored(issuers=[entry()])
    assert planned(document(prune=True, locations=[HERE]), have) == []
    assert planned(document(issuers=[]), have) == []
    (change,) = planned(document(issuers=[], prune=True), have)
    assert (change.action, change.id, change.pointer) == ("remove", "login.example.com", "/issuers")


@pytest.mark.parametrize(
    ("sentence", "members"),
    [
        ("in the document", {"issuers": [entry()]}),
        ("in the table", {}),
        ("in the table, others in the document", {"issuers": [entry("https://b.example.com")]}),
        ("in both, with prune", {"issuers": [entry()], "prune": True}),
    ],
)
def test_a_grant_needs_its_issuer(sentence: str, members: dict[str, Any]) -> None:
    have = stored(issuers=[] if sentence == "in the document" else [entry()])
    assert faults(have, grants=[ALICES], **members) == {}


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"issuers": []},
        {"issuers": [entry(f"{ISSUER}/")]},
        {"issuers": [entry(f"{ISSUER}:443")]},
        {"issuers": [entry(f"{ISSUER}/x")]},
    ],
)
def test_an_issuer_that_is_not_trusted_is_named_at_the_grant(members: dict[str, Any]) -> None:
    found = faults(grants=[line(), ALICES], **members)
    assert found.keys() == {"/grants/1/grantee"}
    assert "no such issuer" in found["/grants/1/grantee"]


def test_an_issuer_does_not_go_before_the_grants_that_need_it() -> None:
    have = stored(ALICES, issuers=[entry()])
    found = faults(have, issuers=[], prune=True)
    assert found.keys() == {"/issuers"}
    assert ISSUER in found["/issuers"]
    assert faults(have, issuers=[], grants=[ALICES], prune=True).keys() == {"/grants/0/grantee"}
    changes = planned(document(issuers=[], grants=[], prune=True), have)
    assert {(one.action, one.kind) for one in changes} == {
        ("remove", "grant"),
        ("remove", "issuer"),
    }
    assert planned(document(issuers=[entry()], prune=True), have) == []
    assert faults(stored(line(), issuers=[entry()]), issuers=[], prune=True) == {}


GITHUB = "https://token.actions.githubusercontent.com"
BY_ID = {"subjectClaim": "repository_id", "claims": ["ref", "actor"]}
REPOSITORYS = line("repositorys", grantee={"issuer": GITHUB, "subject": "123"})
REFS = line("refs", grantee={"issuer": GITHUB, "subject": "123", "claims": {"ref": "main"}})


@pytest.mark.parametrize(
    ("sentence", "stays", "changed", "words"),
    [
        ("the same", REPOSITORYS, BY_ID, None),
        ("another audience", REPOSITORYS, BY_ID | {"audience": "x"}, None),
        ("a claim more", REFS, BY_ID | {"claims": ["more", "actor", "ref"]}, None),
        ("a claim less that no grant uses", REFS, BY_ID | {"claims": ["ref"]}, None),
        ("a subject that pins no tenant", REPOSITORYS, BY_ID | {"subjectClaim": "actor"}, "may sign tokens for many tenants"),
        ("a claim less that a grant uses", REFS, BY_ID | {"claims": []}, "claim ref;"),
    ],
)  # fmt: skip
def test_an_entry_does_not_change_what_a_grant_that_stays_is_about(
    sentence: str, stays: dict[str, Any], changed: dict[str, Any], words: str | None
) -> None:
    """It was checked against the entry as it was, and the document may not name it at all."""
    have = stored(stays, issuers=[entry(), entry(GITHUB, **BY_ID)])
    others: list[dict[str, Any]] = [{}, {"grants": [line()]}, {"prune": True}]
    for members in others:
        found = faults(have, issuers=[entry(), entry(GITHUB, **changed)], **members)
        assert found.keys() == ({"/issuers/1"} if words else set()), members
        assert not words or (words in found["/issuers/1"] and stays["id"] in found["/issuers/1"])
    assert faults(have, issuers=[entry(GITHUB, **changed)], grants=[], prune=True) == {}


def test_a_claim_that_is_read_elsewhere_is_another_claim() -> None:
    pinned = line("pinned", grantee={"issuer": GITHUB, "claims": {"repository_id": "123"}})
    have = stored(pinned, issuers=[entry(GITHUB, claims=["repository_id"])])
    moved = entry(GITHUB, claims=[{"name": "repository_id", "path": ["actor"]}])
    assert faults(have, issuers=[moved]).keys() == {"/issuers/0"}


def test_an_issuer_that_is_there_twice_is_named() -> None:
    found = faults(issuers=[entry(), entry("https://b.example.com"), entry(audience="x")])
    assert found.keys() == {"/issuers/2/issuer"}
    assert "/issuers/0" in found["/issuers/2/issuer"]


def numbered(count: int) -> list[dict[str, object]]:
    return [entry(f"https://i{n}.example.com") for n in range(count)]


def test_there_are_a_hundred_issuers_at_most() -> None:
    assert ISSUERS == 100
    assert faults(issuers=numbered(100)) == {}
    assert "not 101" in faults(issuers=numbered(101))["/issuers"]
    have = stored(issuers=[entry()])
    assert "101 issuers" in faults(have, issuers=numbered(100))["/issuers"]
    assert faults(have, issuers=numbered(100), prune=True) == {}
    assert faults(stored(issuers=numbered(100)), issuers=numbered(100)) == {}


FOREIGN = [
    "sts.amazonaws.com",
    "https://sts.cn-north-1.amazonaws.com.cn/",
    "https://kubernetes.default.svc",
    "k3s",
    "api://AzureADTokenExchange",
    ISSUER,
]


@pytest.mark.invariant(15)
@pytest.mark.parametrize("audience", FOREIGN)
def test_an_issuer_s_audience_is_nobody_else_s(audience: str) -> None:
    for given in (audience, [AUDIENCE, audience]):
        found = faults(issuers=[entry(audience=given)])
        assert found.keys() == {"/issuers/0/audience"}
        assert "use a URL of your own" in str(found)


@pytest.mark.parametrize("audience", FOREIGN)
def test_an_entry_that_was_stored_with_such_an_audience_stays_valid_until_it_is_changed(
    audience: str,
) -> None:
    have = stored(issuers=[entry(audience=audience)])
    assert planned(document(issuers=[entry(audience=audience)]), have) == []
    changed = entry(audience=audience, maxTokenLifetime=60)
    assert faults(have, issuers=[changed]).keys() == {"/issuers/0/audience"}
    assert planned(document(grants=[ALICES], locations=[HERE]), have)


def test_an_issuer_on_this_machine_is_trusted_only_where_the_operator_says_so() -> None:
    found = faults(issuers=[entry(), entry(LOCAL)])
    assert found.keys() == {"/issuers/1/issuer"}
    assert "AllowLocalIssuers" in found["/issuers/1/issuer"]
    assert faults(None, replace(SETTING, allow_local_issuers=True), issuers=[entry(LOCAL)]) == {}


def without(name: str) -> dict[str, object]:
    return {member: value for member, value in jwk(rsa_key()).items() if member != name}


GOOD = jwk(ec_key())


@pytest.mark.parametrize(
    ("sentence", "keys", "usable"),
    [
        ("one public key", [jwk(rsa_key())], True),
        ("several of which one can be used", [{}, GOOD, without("kid")], True),
        ("no key", [], False),
        ("something else", [{}], False),
        ("no object", ["x", 7, ["x"]], False),
        ("a private key", [jwk(rsa_key(), d="AQAB")], False),
        ("a private key on a curve", [jwk(ec_key(), d="AQAB")], False),
        ("a secret", [{"kty": "oct", "kid": "a", "k": "c2VjcmV0", "alg": "HS256"}], False),
        ("a key without an id", [without("kid")], True),
        ("two keys without an id", [without("kid"), without("kid")], False),
        ("a key that is too small", [jwk(rsa_key("small", 1024))], False),
        ("a key to encrypt", [jwk(rsa_key(), use="enc")], False),
        ("a key with an algorithm of secrets", [jwk(rsa_key(), alg="HS256")], False),
        ("two of one id", [jwk(rsa_key()), jwk(rsa_key("other"))], False),
    ],
)
def test_pinned_keys_are_refused_unless_one_can_be_used(
    sentence: str, keys: list[object], usable: bool
) -> None:
    found = faults(issuers=[entry(), entry("https://b.example.com", jwks={"keys": keys})])
    assert found.keys() == (set() if usable else {"/issuers/1/jwks"})


@pytest.mark.parametrize("private", [jwk(rsa_key(), d="AQAB"), {"kty": "oct", "k": "c2VjcmV0"}])
def test_a_secret_key_is_refused_even_beside_one_that_can_be_used(
    private: dict[str, object],
) -> None:
    """It would be stored, and shown by ``GET /admin/issuers``."""
    assert faults(issuers=[entry(jwks={"keys": [GOOD, private]})]).keys() == {"/issuers/0/jwks"}


def test_all_faults_of_issuers_and_grants_are_told_at_once() -> None:
    found = faults(
        issuers=[entry(LOCAL), entry(jwks={"keys": []}), entry(LOCAL)],
        grants=[line(grantee={"issuer": "https://b.example.com", "subject": "x"}), line()],
    )
    assert found.keys() == {
        "/issuers/0/issuer",
        "/issuers/1/jwks",
        "/issuers/2/issuer",
        "/grants/0/grantee",
        "/grants/1/id",
    }


ELSEWHERE = HERE | {"scope": "s3://other/*"}
LENT = HERE | {"scope": "s3://lent/*", "role": PARTNER}
WITHOUT_A_KEY = entry("https://b.example.com", jwks={"keys": []})


@pytest.mark.parametrize(
    ("stays", "members", "pointers"),
    [
        (
            [REPOSITORYS],
            {
                "grants": [line(scope="s3://nowhere/*"), line(), ALICES, line("alices")],
                "issuers": [
                    entry(LOCAL, jwks={"keys": []}),
                    entry(GITHUB, **BY_ID | {"subjectClaim": "actor"}),
                    *(entry(f"https://i{n}.example.com") for n in range(97)),
                    WITHOUT_A_KEY,
                ],
                "locations": [LENT, HERE, ELSEWHERE, HERE],
            },
            [
                *("/grants/1/id", "/grants/3/id", "/locations/3/scope"),
                *("/issuers", "/issuers/0/issuer", "/issuers/0/jwks", "/issuers/99/jwks"),
                *("/locations/0/role", "/grants/0/scope", "/issuers/1"),
            ],
        ),
        (
            [REFS, line("bobs", grantee=ALICES["grantee"])],
            {
                "issuers": [
                    WITHOUT_A_KEY,
                    entry(GITHUB, **BY_ID | {"claims": []}),
                    entry("https://b.example.com"),
                ],
                "locations": [LENT],
                "prune": True,
            },
            [
                *("/issuers/2/issuer", "/issuers/0/jwks", "/locations/0/role"),
                *("/locations", "/issuers", "/issuers/1"),
            ],
        ),
    ],
    ids=["without prune", "with prune"],
)
def test_faults_are_listed_in_one_order(
    stays: list[dict[str, Any]], members: dict[str, Any], pointers: list[str]
) -> None:
    have = stored(*stays, issuers=[entry(), entry(GITHUB, **BY_ID)])
    with pytest.raises(InvalidRequest) as refused:
        planned(document(**members), have)
    assert [fault.pointer for fault in refused.value.faults] == pointers


TWO_PATHS = line(
    grantee={"issuer": ISSUER, "subject": "s"}, scope="s3://bkt/${claim.a:path}/${claim.b:path}/*"
)
READ_BOTH = entry(claims=["a", "b"])


def test_a_new_scope_has_one_variable_for_several_segments_and_a_stored_one_may_have_two() -> None:
    found = faults(grants=[TWO_PATHS], issuers=[READ_BOTH])
    assert found.keys() == {"/grants/0/scope"}
    assert "use one" in found["/grants/0/scope"]
    once = TWO_PATHS | {"scope": "s3://bkt/${claim.a:path}/${claim.b}/*"}
    assert faults(grants=[once], issuers=[READ_BOTH]) == {}
    assert faults(stored(TWO_PATHS, issuers=[READ_BOTH]), grants=[TWO_PATHS]) == {}
