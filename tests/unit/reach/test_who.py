"""Who reaches some keys, and what some callers reach: the questions of an auditor."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.proof.reaching import ISSUER, READ, URL, document, opens, web
from tests.support.make import ACCOUNT, NOW, USER_ARN, grant
from vending.callers.identity import IamIdentity, WebIdentity
from vending.callers.principal import Principal
from vending.grants.grant import Permission
from vending.grants.grantee import IamGrantee, WebGrantee
from vending.grants.keys import Keys
from vending.reach.population import Value
from vending.reach.who import IamCallers, WebCallers, what, who

ANALYST = Principal.parse(f"arn:aws:iam::{ACCOUNT}:role/Analyst")
WRITE, BOTH = Permission.WRITE, Permission.READWRITE
HR = grant("s3://bkt/hr/* READ", id="hr", grantee=IamGrantee(ANALYST))
OWN = grant("s3://bkt/tenants/${claim.t}/* READ", id="own", grantee=web(g="users"))
ACME = grant("s3://bkt/tenants/acme/* WRITE", id="acme", grantee=web(t="acme"))
HOME = grant(
    "s3://bkt/${caller.kind}/${caller.name}/* READWRITE", id="home", grantee=IamGrantee(ACCOUNT)
)
EVERY = document([HR, OWN, ACME, HOME])


@pytest.mark.parametrize(
    ("sentence", "keys", "permission", "expected"),
    [
        ("a role reaches its grant's keys", "hr/x", READ, {"hr": "hr/x"}),
        ("not with another permission", "hr/x", WRITE, {}),
        ("nor other keys", "hr", READ, {}),
        ("keys of a tenant, by whoever is of it", "tenants/acme/x", READ, {"own": "tenants/acme/x"}),
        ("all that lie below", "*", READ, {"hr": "hr/*", "own": "tenants/${claim.t}/*", "home": "${caller.kind}/${caller.name}/*"}),
        ("a part of what is asked", "tenants/*", WRITE, {"acme": "tenants/acme/*"}),
        ("a kind is a role's or a user's", "group/*", READ, {}),
        ("one grant for both permissions", "role/Analyst/*", BOTH, {"home": "role/Analyst/*"}),
        ("two grants of one caller for both", "tenants/acme/x", BOTH, {"own acme": "tenants/acme/x"}),
    ],
)  # fmt: skip
def test_who_reaches_keys(
    sentence: str, keys: str, permission: Permission, expected: Mapping[str, str]
) -> None:
    found = list(who(EVERY, Keys.parse(f"s3://bkt/{keys}"), permission))
    reached = {" ".join(each.id for each in one.grants): one.keys for one in found}
    assert reached == {ids: f"s3://bkt/{text}" for ids, text in expected.items()}
    for one in found:
        assert all(opens(each, one.caller, one.key) for each in one.grants)
        assert one.is_exact


def test_the_witness_of_two_grants_has_both() -> None:
    (found,) = who(EVERY, Keys.parse("s3://bkt/tenants/acme/x"), BOTH)
    assert found.caller == WebIdentity(URL, "x", {"t": "acme", "g": "users"}, "")
    assert found.filled == (("claim.t", "acme"),)


def test_callers_of_two_groups_have_both_in_a_list() -> None:
    both = [grant(f"s3://bkt/a/* {one}", id=one, grantee=web(g=one)) for one in ("READ", "WRITE")]
    (found,) = who(document(both), Keys.parse("s3://bkt/a/*"), BOTH)
    assert isinstance(found.caller, WebIdentity)
    assert found.caller.claims == {"g": ["READ", "WRITE"]}
    assert found.is_whole


@pytest.mark.parametrize(
    ("keys", "is_whole"),
    [("tenants/acme/*", True), ("tenants/acme/a/b/*", True), ("tenants/acme/x", True), ("tenants/*", False), ("*", False)],
)  # fmt: skip
def test_it_tells_whether_one_caller_reaches_all_that_is_asked_for(
    keys: str, is_whole: bool
) -> None:
    own = document([OWN])
    (found,) = who(own, Keys.parse(f"s3://bkt/{keys}"), READ)
    assert found.is_whole is is_whole


@pytest.mark.parametrize(
    ("sentence", "entries", "expected"),
    [
        ("as it stands", {}, True),
        ("without the location", {"locations": ()}, False),
        ("without the issuer", {"issuers": ()}, False),
        ("in a bucket that is never lent", {"never_lent": ("bk*",)}, False),
        ("a second before it ends", {"at": NOW + timedelta(seconds=59)}, True),
        ("when it ends", {"at": NOW + timedelta(seconds=60)}, False),
        ("a second later", {"at": NOW + timedelta(seconds=61)}, False),
    ],
)  # fmt: skip
def test_a_grant_opens_nothing_without_its_location_and_issuer_nor_after_its_end(
    sentence: str, entries: Mapping[str, object], expected: bool
) -> None:
    ending = replace(OWN, expires=NOW + timedelta(seconds=60))
    whole = replace(document([ending]), **entries)  # type: ignore[arg-type]
    assert bool(list(who(whole, Keys.parse("s3://bkt/*"), READ))) is expected
    assert bool(list(what(whole, WebCallers(URL)))) is expected


def test_of_a_scope_that_nobody_can_fill_nothing_is_reached() -> None:
    odd = replace(OWN, scope=type(OWN.scope)(Keys("bkt", "a${claim.t}/", is_prefix=True)))
    assert not list(who(document([odd]), Keys.parse("s3://bkt/*"), READ))


def test_nobody_else_reaches_what_only_the_named_reach() -> None:
    asked = Keys.parse("s3://bkt/hr/*")
    assert not list(who(EVERY, asked, READ, besides=[IamGrantee(ANALYST)]))
    assert list(who(EVERY, asked, READ, besides=[IamGrantee(ANALYST, "AROAEXAMPLEEXAMPLE1")]))
    account = document([replace(HR, grantee=IamGrantee(ACCOUNT))])
    (other,) = who(account, asked, READ, besides=[IamGrantee(ANALYST)])
    assert isinstance(other.caller, IamIdentity)
    assert other.caller.principal != ANALYST
    (tenant,) = who(document([OWN]), Keys.parse("s3://bkt/tenants/a/x"), READ, besides=[web(t="b")])
    assert isinstance(tenant.caller, WebIdentity)
    assert not list(
        who(document([OWN]), Keys.parse("s3://bkt/tenants/a/x"), READ, besides=[web(t="a")])
    )


def test_a_caller_outside_aws_and_one_in_it_do_not_make_a_pair() -> None:
    reads = grant("s3://bkt/a/* READ", id="reads", grantee=web("u"))
    writes = grant("s3://bkt/a/* WRITE", id="writes")
    assert not list(who(document([reads, writes]), Keys.parse("s3://bkt/a/*"), BOTH))


def test_a_pair_reaches_all_where_both_do() -> None:
    reads = grant("s3://bkt/a/* READ", id="reads")
    writes = grant("s3://bkt/a/b/* WRITE", id="writes")
    whole = document([reads, writes])
    for keys, is_whole in (("a/*", False), ("a/b/*", True)):
        (found,) = who(whole, Keys.parse(f"s3://bkt/{keys}"), BOTH)
        assert found.is_whole is is_whole


def test_a_pair_may_have_one_variable_in_both_scopes() -> None:
    both = [
        grant(f"s3://bkt/${{claim.t}}/* {one}", id=one, grantee=web("u"))
        for one in ("READ", "WRITE")
    ]
    (found,) = who(document(both), Keys.parse("s3://bkt/*"), BOTH)
    assert found.key == Keys.parse("s3://bkt/x/x")


def test_another_caller_than_the_named_fills_the_variable_with_something_else() -> None:
    named = [web(t="x"), web(t="y"), web(t=1)]
    scope = grant("s3://bkt/${claim.t}/* READ", grantee=web("u"))
    (found,) = who(document([scope]), Keys.parse("s3://bkt/*"), READ, besides=named)
    assert found.key == Keys.parse("s3://bkt/z/x")
    assert opens(scope, found.caller, found.key)
    assert not any(one.is_caller(found.caller) for one in named)


@pytest.mark.parametrize(
    ("sentence", "callers", "expected"),
    [
        ("a tenant", WebCallers(URL, claims={"t": "acme"}), {"own": "tenants/acme/*", "acme": "tenants/acme/*"}),
        ("a tenant that is in no group", WebCallers(URL, claims={"t": "acme"}, others=False), {"acme": "tenants/acme/*"}),
        ("one that is a number", WebCallers(URL, claims={"t": 1}), {}),
        ("one that is a list fills nothing", WebCallers(URL, claims={"t": ["acme", "b"]}), {"acme": "tenants/acme/*"}),
        ("all of an issuer", WebCallers(URL), {"own": "tenants/${claim.t}/*", "acme": "tenants/acme/*"}),
        ("another issuer's", WebCallers("https://other.example.com"), {}),
        ("a role", IamCallers(ANALYST), {"hr": "hr/*", "home": "role/Analyst/*"}),
        ("a role of that name in another partition", IamCallers(replace(ANALYST, partition="aws-cn")), {"home": "role/Analyst/*"}),
        ("a user of that name", IamCallers(replace(ANALYST, kind="user")), {"home": "user/Analyst/*"}),
        ("a role of that name in another account", IamCallers(replace(ANALYST, account="999999999999")), {}),
        ("a user", IamCallers(Principal.parse(USER_ARN)), {"home": "user/AssumeS3User/*"}),
        ("an account", IamCallers(ACCOUNT), {"hr": "hr/*", "home": "${caller.kind}/${caller.name}/*"}),
        ("another account", IamCallers("999999999999"), {}),
        ("all of IAM", IamCallers(), {"hr": "hr/*", "home": "${caller.kind}/${caller.name}/*"}),
        ("a role whose name is no segment", IamCallers(replace(ANALYST, name="..")), {}),
    ],
)  # fmt: skip
def test_what_callers_reach(
    sentence: str, callers: IamCallers | WebCallers, expected: Mapping[str, str]
) -> None:
    found = list(what(EVERY, callers))
    assert {one.grants[0].id: one.keys for one in found} == {
        id_: f"s3://bkt/{text}" for id_, text in expected.items()
    }
    assert all(opens(one.grants[0], one.caller, one.key) for one in found)


@pytest.mark.parametrize(("tenant", "found"), [("acme", ["own", "acme"]), (["acme"], []), ("", [])])
def test_callers_whom_no_accepted_token_makes_reach_nothing(
    tenant: Value, found: list[str]
) -> None:
    by_tenant = document([OWN, ACME], replace(ISSUER, caller_claims=("t",)))
    reached = what(by_tenant, WebCallers(URL, claims={"t": tenant}))
    assert [one.grants[0].id for one in reached] == found


def test_a_path_may_have_hundreds_of_segments() -> None:
    path = grant("s3://bkt/${claim.t:path}/* READ", grantee=web("u"))
    (one,) = what(document([path]), WebCallers(URL, claims={"t": "a/" * 299 + "a"}))
    assert one.keys == f"s3://bkt/{'a/' * 300}*"
    assert opens(path, one.caller, one.key)


def test_what_callers_reach_with_one_permission() -> None:
    found = what(EVERY, WebCallers(URL, claims={"t": "acme"}), WRITE)
    assert [one.grants[0].id for one in found] == ["acme"]


def test_only_these_callers_are_looked_at() -> None:
    asked = Keys.parse("s3://bkt/*")
    found = who(EVERY, asked, READ, callers=IamCallers(ANALYST))
    assert [one.grants[0].id for one in found] == ["home", "hr"]
    assert not list(who(EVERY, asked, READ, callers=WebCallers(URL, claims={"g": "others"})))


def test_a_later_role_of_the_same_name_has_another_id() -> None:
    first = IamGrantee(ANALYST, "AROA2EXAMPLE00000001")
    only = document([replace(HR, grantee=first)])
    assert list(what(only, IamCallers(ANALYST, "AROA2EXAMPLE00000001")))
    assert not list(what(only, IamCallers(ANALYST, "AROA2EXAMPLE00000002")))
    for besides, id_ in ([], "AROA2EXAMPLE00000001"), ([first], "AROA2EXAMPLE00000002"):
        (one,) = who(document([HR]), Keys.parse("s3://bkt/hr/*"), READ, besides=besides)
        assert isinstance(one.caller, IamIdentity)
        assert one.caller.unique_id == id_


TWO_PATHS = grant("s3://bkt/a/${claim.t:path}/${claim.g:path}/* READ", id="two", grantee=web("u"))


def test_of_several_variables_for_paths_the_answer_is_no_less_and_says_so() -> None:
    (found,) = who(document([TWO_PATHS]), Keys.parse("s3://bkt/a/*"), READ)
    assert not found.is_exact
    assert not found.is_whole
    assert found.keys == "s3://bkt/a/*"
    assert not list(who(document([TWO_PATHS]), Keys.parse("s3://bkt/b/*"), READ))


@pytest.mark.parametrize(
    ("sentence", "claim", "scope", "expected"),
    [
        ("room for a letter", "x" * 510, "${claim.t}/${claim.t}/${claim.g}", 1023),
        ("room for none", "x" * 511, "${claim.t}/${claim.t}/${claim.g}", None),
        ("a prefix that is a key itself", "x" * 511, "${claim.t}/${claim.t}/*", 1024),
        ("a prefix that is too long", "x" * 512, "${claim.t}/${claim.t}/*", None),
        ("bytes, not characters", "ü" * 255, "${claim.t}/${claim.t}/${claim.g}", 1023),
        ("no more bytes than that", "ü" * 256, "${claim.t}/${claim.t}/${claim.g}", None),
    ],
)  # fmt: skip
def test_a_key_has_1024_bytes(sentence: str, claim: str, scope: str, expected: int | None) -> None:
    long = grant(f"s3://bkt/{scope} READ", grantee=web(t=claim))
    found = list(who(document([long]), Keys.parse("s3://bkt/*"), READ))
    assert [len(one.key.key.encode()) for one in found] == ([expected] if expected else [])
    assert all(opens(long, one.caller, one.key) for one in found)


@pytest.mark.parametrize(
    ("sentence", "grantee", "keys", "expected"),
    [
        ("it may be of any length", web("u"), "tenants/*", "${claim.t:path}/x/*"),
        ("one is the witness", web("u"), "tenants/x/y", "tenants/x/y"),
        ("a text that is matched is known", web(t="a/b"), "a/*", "a/b/x/*"),
    ],
)  # fmt: skip
def test_what_a_variable_for_a_path_is_filled_with_is_told_where_it_is_known(
    sentence: str, grantee: WebGrantee, keys: str, expected: str
) -> None:
    path = grant("s3://bkt/${claim.t:path}/x/* READ", grantee=grantee)
    (found,) = who(document([path]), Keys.parse(f"s3://bkt/{keys}"), READ)
    assert found.keys == f"s3://bkt/{expected}"
    assert dict(found.filled) == ({"claim.t": "a/b"} if grantee.claims else {})
