"""``closest_grant``: which grant answers a request, case by case."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.effects import closest_grant
from tests.support.make import ACCOUNT, NOW, USER_ARN, caller, grant, wanted
from tests.support.tokens import ISSUER
from vending.callers.caller import Caller
from vending.callers.identity import IamIdentity, WebIdentity
from vending.callers.principal import Principal
from vending.decision.closest import closest_grants, matches
from vending.decision.wanted import WantedKeys, Wants
from vending.errors import AccessDenied, Fault, SeveralGrants, VendingError
from vending.grants.grant import Grant, Permission
from vending.grants.grantee import IamGrantee, WebGrantee
from vending.grants.keys import Keys

ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/AssumeS3User"
OTHER_ACCOUNT = "999999999999"


def to(iam: str, unique_id: str | None = None) -> IamGrantee:
    return IamGrantee(iam if iam.isdigit() else Principal.parse(iam), unique_id)


@pytest.mark.parametrize(
    ("sentence", "granted", "asked", "refused"),
    [
        ("a key below the prefix", "s3://bkt/data/* READ", "s3://bkt/data/x READ", None),
        ("the prefix itself", "s3://bkt/data/* READ", "s3://bkt/data/* READ", None),
        ("read is in read and write", "s3://bkt/* READWRITE", "s3://bkt/x READ", None),
        ("write is in read and write", "s3://bkt/* READWRITE", "s3://bkt/x WRITE", None),
        ("the caller's own name", "s3://bkt/${caller.name}/* READ", "s3://bkt/AssumeS3User/x READ", None),
        ("a sibling prefix", "s3://bkt/data/* READ", "s3://bkt/data-private/x READ", AccessDenied),
        ("a parent", "s3://bkt/data/* READ", "s3://bkt/* READ", AccessDenied),
        ("another bucket", "s3://bkt/data/* READ", "s3://other/data/x READ", AccessDenied),
        ("read does not imply write", "s3://bkt/data/* READ", "s3://bkt/data/x WRITE", AccessDenied),
        ("write does not imply read", "s3://bkt/data/* WRITE", "s3://bkt/data/x READ", AccessDenied),
        ("read is not both", "s3://bkt/data/* READ", "s3://bkt/data/x READWRITE", AccessDenied),
        ("another's name", "s3://bkt/${caller.name}/* READ", "s3://bkt/Bob/x READ", AccessDenied),
        ("a name that begins alike", "s3://bkt/${caller.name}/* READ", "s3://bkt/AssumeS3User2/x READ", AccessDenied),
    ],
)  # fmt: skip
def test_a_request_is_decided(
    sentence: str, granted: str, asked: str, refused: type[VendingError] | None
) -> None:
    grants, needs = [grant(granted)], wanted(asked)
    if refused:
        with pytest.raises(refused):
            closest_grant(grants, caller(), needs, NOW)
    else:
        assert closest_grant(grants, caller(), needs, NOW).grant is grants[0]


@pytest.mark.parametrize(
    ("sentence", "grantee", "covered"),
    [
        ("the user itself", to(USER_ARN), True),
        ("this very user", to(USER_ARN, "AIDA2EXAMPLEEXAMPLE1"), True),
        ("its account", to(ACCOUNT), True),
        ("a user of that name made again", to(USER_ARN, "AIDA2EXAMPLEEXAMPLE2"), False),
        ("a role of the same name", to(ROLE_ARN), False),
        ("a user of the same name elsewhere", to(USER_ARN.replace(ACCOUNT, OTHER_ACCOUNT)), False),
        ("a user of the same name in another partition", to(USER_ARN.replace("aws", "aws-cn")), False),
        ("another account", to(OTHER_ACCOUNT), False),
    ],
)  # fmt: skip
def test_the_whole_grantee_is_compared(sentence: str, grantee: IamGrantee, covered: bool) -> None:
    grants = [grant("s3://bkt/* READ", grantee=grantee)]
    if covered:
        assert closest_grant(grants, caller(), wanted("s3://bkt/x READ"), NOW)
    else:
        with pytest.raises(AccessDenied):
            closest_grant(grants, caller(), wanted("s3://bkt/x READ"), NOW)


@pytest.mark.invariant(8)
def test_a_role_is_matched_by_its_name_and_never_by_its_session_name() -> None:
    role = caller(f"arn:aws:iam::{ACCOUNT}:role/a-session", unique_id="AROA2EXAMPLEEXAMPLE1")
    named = [grant("s3://bkt/* READ", grantee=to(f"arn:aws:iam::{ACCOUNT}:role/a-session"))]
    assert closest_grant(named, role, wanted("s3://bkt/x READ"), NOW)
    other = caller(f"arn:aws:iam::{ACCOUNT}:role/Other", unique_id="AROA2EXAMPLEEXAMPLE1")
    assert isinstance(other.identity, IamIdentity)
    assert other.identity.session_name == "a-session"
    with pytest.raises(AccessDenied):
        closest_grant(named, other, wanted("s3://bkt/x READ"), NOW)


@pytest.mark.parametrize(("seconds", "covered"), [(1, True), (0, False), (-1, False)])
def test_a_grant_ends_at_its_expiry(seconds: int, covered: bool) -> None:
    ending = grant("s3://bkt/* READ", expires=NOW + timedelta(seconds=seconds))
    if covered:
        assert closest_grant([ending], caller(), wanted("s3://bkt/x READ"), NOW)
    else:
        with pytest.raises(AccessDenied):
            closest_grant([ending], caller(), wanted("s3://bkt/x READ"), NOW)


@pytest.mark.parametrize(
    ("sentence", "closest", "other"),
    [
        ("the longer prefix", grant("s3://bkt/a/b/* READ", id="z"), grant("s3://bkt/a/* READ", id="a")),
        ("the key before the prefix", grant("s3://bkt/a/b/c READ", id="z"), grant("s3://bkt/a/* READ", id="a")),
        ("the one that has the permission", grant("s3://bkt/* READ", id="z"), grant("s3://bkt/a/* WRITE", id="a")),
        ("the user before its account", grant("s3://bkt/* READ", id="z"), grant("s3://bkt/* READ", id="a", grantee=to(ACCOUNT))),
        ("else the first id", grant("s3://bkt/* READ", id="a"), grant("s3://bkt/* READ", id="b")),
    ],
)  # fmt: skip
def test_the_closest_of_two_answers(sentence: str, closest: Grant, other: Grant) -> None:
    for order in ([closest, other], [other, closest]):
        match = closest_grant(order, caller(), wanted("s3://bkt/a/b/c READ"), NOW)
        assert match.grant is closest


def test_targets_under_one_grant_are_answered_by_it() -> None:
    wide, narrow = grant("s3://bkt/* READ", id="wide"), grant("s3://bkt/a/* READ", id="narrow")
    needs = wanted("s3://bkt/a/x READ", "s3://bkt/b/y READ")
    assert closest_grant([narrow, wide], caller(), needs, NOW).grant is wide


def test_targets_under_several_grants_are_refused_with_their_names() -> None:
    grants = [grant("s3://bkt/a/* READ", id="first"), grant("s3://bkt/b/* READ", id="second")]
    needs = wanted("s3://bkt/b/y READ", "s3://bkt/a/x READ", "s3://bkt/b/z READ")
    with pytest.raises(SeveralGrants) as refused:
        closest_grant(grants, caller(), needs, NOW)
    assert refused.value.detail == (
        "These targets need more grants than one session can serve. Send several requests, for "
        "example one for each of these grants: first, second"
    )
    assert refused.value.faults == (
        Fault("/targets/0", "is covered by the grant 'second'"),
        Fault("/targets/1", "is covered by the grant 'first'"),
    )


def answered(grants: Sequence[Grant], needs: Wants) -> dict[str, Wants]:
    """The targets that each grant answers, by its id and in order."""
    covered = closest_grants(matches(grants, caller(), NOW), needs, 3)
    return {one.match.grant.id: one.wanted for one in covered}


def test_several_grants_answer_in_the_order_of_the_targets_and_each_its_own() -> None:
    grants = [grant(f"s3://bkt/{name}/* READ", id=name) for name in "abc"]
    needs = wanted(*(f"s3://bkt/{name}/x READ" for name in "bcab"))
    found = answered(grants, needs)
    assert [*found] == ["b", "c", "a"]
    assert found == {"b": (needs[0], needs[3]), "c": (needs[1],), "a": (needs[2],)}


def test_a_readwrite_target_is_answered_apart_where_no_grant_allows_both() -> None:
    reads, writes = grant("s3://bkt/* READ", id="reads"), grant("s3://bkt/a/* WRITE", id="writes")
    needs = wanted("s3://bkt/a/x READWRITE", "s3://bkt/b READ")
    first, second = needs
    assert answered([reads, writes], needs) == {
        "reads": (replace(first, permission=Permission.READ), second),
        "writes": (replace(first, permission=Permission.WRITE),),
    }
    both = grant("s3://bkt/a/* READWRITE", id="both")
    assert answered([reads, writes, both], needs) == {"both": (first,), "reads": (second,)}
    with pytest.raises(AccessDenied):
        answered([writes, grant("s3://bkt/b/* READ", id="elsewhere")], needs)


def test_what_one_grant_covers_stays_as_it_was_asked() -> None:
    many = [WantedKeys(Keys("bkt", "a/", is_prefix=True), ("x", "y"), Permission.READ, "/keys")]
    assert answered([grant("s3://bkt/* READ", id="wide")], many)["wide"] is many


def test_one_target_without_a_grant_refuses_them_all_and_is_named() -> None:
    needs = wanted("s3://bkt/a/x READ", "s3://bkt/b/y READ", "s3://bkt/c/z READ")
    with pytest.raises(AccessDenied) as refused:
        closest_grant([grant("s3://bkt/a/* READ")], caller(), needs, NOW)
    assert refused.value.detail == "None of your grants allows READ on s3://bkt/b/y."
    assert refused.value.faults == (Fault("/targets/1", "is not covered by any of your grants"),)


@pytest.mark.invariant(10)
def test_a_refusal_is_the_same_whether_others_have_a_grant_or_not() -> None:
    others = [grant("s3://bkt/* READ", grantee=to(ROLE_ARN), id="others-secret-grant")]
    details = []
    for grants in ([], others):
        with pytest.raises(AccessDenied) as refused:
            closest_grant(grants, caller(), wanted("s3://bkt/x READ"), NOW)
        details.append(refused.value.detail)
    assert details[0] == details[1]


def test_read_and_write_together_include_each_and_no_other_does() -> None:
    includes = {(one, other) for one in Permission for other in Permission if one.includes(other)}
    assert includes == {(one, one) for one in Permission} | {
        (Permission.READWRITE, Permission.READ),
        (Permission.READWRITE, Permission.WRITE),
    }


TENANTS = WebGrantee(ISSUER, claims=(("groups", '"tenants"'),))
ALICE = WebGrantee(ISSUER, "alice")


def web(subject: str = "alice", *, issuer: str = ISSUER, **claims: object) -> Caller:
    identity = WebIdentity(issuer, subject, {"groups": ["tenants"]} | claims, "a-hash")  # type: ignore[arg-type]
    return Caller("web-identity", identity, "192.0.2.7")


OWN = grant("s3://bkt/t/${claim.tenant}/* READWRITE", grantee=TENANTS)
OWN_PATH = grant("s3://bkt/t/${claim.tenant:path}/* READWRITE", grantee=TENANTS)


@pytest.mark.parametrize(
    ("sentence", "granted", "who", "asked", "covered"),
    [
        ("its own keys", OWN, web(tenant="acme"), "s3://bkt/t/acme/x READ", True),
        ("its own prefix", OWN, web(tenant="acme"), "s3://bkt/t/acme/* READWRITE", True),
        ("a neighbour's keys", OWN, web(tenant="acme"), "s3://bkt/t/acme2/x READ", False),
        ("a neighbour whose name is shorter", OWN, web(tenant="acme2"), "s3://bkt/t/acme/x READ", False),
        ("all tenants", OWN, web(tenant="acme"), "s3://bkt/t/* READ", False),
        ("all tenants by a star", OWN, web(tenant="*"), "s3://bkt/t/* READ", False),
        ("another's keys by a star", OWN, web(tenant="*"), "s3://bkt/t/acme/x READ", False),
        ("the key of a tenant called star", OWN, web(tenant="*"), "s3://bkt/t/*/x READ", True),
        ("no tenant", OWN, web(), "s3://bkt/t/acme/x READ", False),
        ("an empty tenant", OWN, web(tenant=""), "s3://bkt/t/x READ", False),
        ("a tenant of two segments", OWN, web(tenant="acme/in"), "s3://bkt/t/acme/in/x READ", False),
        ("a tenant of two segments where there may be", OWN_PATH, web(tenant="acme/in"), "s3://bkt/t/acme/in/x READ", True),
        ("above it where there may be", OWN_PATH, web(tenant="acme/in"), "s3://bkt/t/acme/x READ", False),
        ("a list of tenants", OWN, web(tenant=["acme"]), "s3://bkt/t/acme/x READ", False),
        ("a tenant that is a number", OWN, web(tenant=7), "s3://bkt/t/7/x READ", False),
        ("not of the group", OWN, web(tenant="acme", groups=["others"]), "s3://bkt/t/acme/x READ", False),
        ("of another issuer", OWN, web(tenant="acme", issuer="https://other.example.com"), "s3://bkt/t/acme/x READ", False),
        ("from inside AWS", OWN, caller(), "s3://bkt/t/AssumeS3User/x READ", False),
        ("a subject", grant("s3://bkt/* READ", grantee=ALICE), web(), "s3://bkt/x READ", True),
        ("another subject", grant("s3://bkt/* READ", grantee=ALICE), web("bob"), "s3://bkt/x READ", False),
        ("a subject whose grant has ended", grant("s3://bkt/* READ", grantee=ALICE, expires=NOW), web(), "s3://bkt/x READ", False),
        ("a grant of an account", grant("s3://bkt/* READ", grantee=to(ACCOUNT)), web(ACCOUNT), "s3://bkt/x READ", False),
        ("a grant of nobody", grant("s3://bkt/* READ", grantee=WebGrantee(ISSUER)), web(), "s3://bkt/x READ", False),
        ("the name of a caller inside AWS", grant("s3://bkt/${caller.name}/* READ", grantee=ALICE), web(), "s3://bkt/alice/x READ", False),
    ],
)  # fmt: skip
def test_a_request_from_outside_aws_is_decided(
    sentence: str, granted: Grant, who: Caller, asked: str, covered: bool
) -> None:
    if covered:
        assert closest_grant([granted], who, wanted(asked), NOW).grant is granted
    else:
        with pytest.raises(AccessDenied):
            closest_grant([granted], who, wanted(asked), NOW)


def test_a_subjects_own_grant_is_closer_than_one_for_a_claim() -> None:
    own = grant("s3://bkt/* READ", id="z", grantee=ALICE)
    shared = grant("s3://bkt/* READ", id="a", grantee=TENANTS)
    for order in ([own, shared], [shared, own]):
        assert closest_grant(order, web(), wanted("s3://bkt/x READ"), NOW).grant is own


def test_a_scope_is_seen_as_it_is_filled_and_its_grantee_is_not() -> None:
    scope = OWN.scope_for(web(tenant="acme"), NOW)
    assert scope
    assert OWN.as_seen(scope) == {
        "id": "a-grant",
        "scope": "s3://bkt/t/acme/*",
        "permission": "READWRITE",
    }
    assert OWN.scope_for(web(), NOW) is None
