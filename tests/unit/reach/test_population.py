"""Which callers can exist: what an issuer's entry says of their claims decides it."""

from collections.abc import Mapping

import pytest

from tests.proof.reaching import READ, URL, document, lends, web
from tests.support.make import ACCOUNT, NOW
from vending.callers.identity import IamIdentity, WebIdentity
from vending.callers.issuer import Claim, Issuer
from vending.errors import TokenRefused
from vending.grants.grant import Grant
from vending.grants.grantee import WebGrantee
from vending.grants.keys import Keys
from vending.grants.scope import Scope
from vending.reach.alphabets import PLAIN
from vending.reach.case import Case
from vending.reach.population import (
    ACCOUNT_ID,
    IAM,
    KIND,
    NAME_OF,
    PARTITION,
    UNIQUE_ID,
    Place,
    Rule,
    Value,
    place_of,
    population_of,
)
from vending.reach.solve import solve
from vending.reach.who import who

type Members = Mapping[str, object]
A, B, S, NESTED = (
    Claim("a", ("a",)),
    Claim("b", ("b",)),
    Claim("s", ("sub",)),
    Claim("n", ("a", "x")),
)


def entry(**members: object) -> Issuer:
    return Issuer(**({"url": URL, "audience": ("s3vend",), "claims": (A, B)} | members))  # type: ignore[arg-type]


def reached(issuer: Issuer, grantee: WebGrantee, scope: str, key: str) -> bool:
    """Whether somebody reaches the key; whoever is named does, and the issuer could say so."""
    grant = Grant("g", grantee, Scope.parse(f"s3://bkt/{scope}"), READ)
    wanted = Keys.parse(f"s3://bkt/{key}")
    found = list(who(document([grant], issuer), wanted, READ))
    for one in found:
        assert isinstance(one.caller, WebIdentity)
        assert lends([grant], one.caller, one.key, READ)
        issuer.check_caller(one.caller.claims)
    return bool(found)


@pytest.mark.parametrize(
    ("sentence", "members", "grantee", "scope", "key", "expected"),
    [
        ("one claim fills one segment", {}, web(b="x"), "${claim.a}/*", "t/k", True),
        ("a claim that is matched is what fills", {}, web(a="x"), "${claim.a}/*", "x/k", True),
        ("and nothing else", {}, web(a="x"), "${claim.a}/*", "t/k", False),
        ("a number fills nothing", {}, web(a=1), "${claim.a}/*", "1/k", False),
        ("a claim that is used twice is equal", {}, web(b="x"), "${claim.a}/${claim.a}", "t/t", True),
        ("so it is not two texts", {}, web(b="x"), "${claim.a}/${claim.a}", "t/u", False),
        ("two claims may differ", {}, web("u"), "${claim.a}/${claim.b}", "t/u", True),
        ("two names of one member are one value", {"claims": (A, Claim("b", ("a",)))}, web("u"), "${claim.a}/${claim.b}", "t/u", False),
        ("the subject's member is the subject", {"claims": (S,)}, web("u"), "${claim.s}/*", "u/k", True),
        ("it is not another's", {"claims": (S,)}, web("u"), "${claim.s}/*", "v/k", False),
        ("a claim that is not listed fills nothing", {"claims": (B,)}, web("u"), "${claim.a}/*", "t/k", False),
        ("nor is it matched", {"claims": (B,)}, web(a="x"), "t/*", "t/k", False),
        ("a member of a member cannot be there beside it", {"claims": (A, NESTED)}, web("u"), "${claim.n}/*", "t/k", False),
        ("alone it can", {"claims": (NESTED,)}, web("u"), "${claim.n}/*", "t/k", True),
        ("the issuer's name is no one segment", {"claims": (Claim("i", ("iss",)),)}, web("u"), "${claim.i}/*", "t/k", False),
        ("it can be a path, but for its empty segment", {"claims": (Claim("i", ("iss",)),)}, web("u"), "${claim.i:path}/*", "t/k", False),
        ("an audience is one that is accepted", {"claims": (Claim("d", ("aud",)),)}, web("u"), "${claim.d}/*", "s3vend/k", True),
        ("it is found", {"claims": (Claim("d", ("aud",)),)}, web("u"), "${claim.d}/*", "*", True),
        ("no other", {"claims": (Claim("d", ("aud",)),)}, web("u"), "${claim.d}/*", "other/k", False),
        ("of several, any", {"claims": (Claim("d", ("aud",)),), "audience": ("x", "y/z")}, web("u"), "${claim.d:path}/*", "y/z/k", True),
        ("as a list, another beside it", {"claims": (Claim("d", ("aud",)),)}, web(d="other"), "t/*", "t/k", True),
        ("times are numbers", {"claims": (Claim("e", ("exp",)),)}, web("u"), "${claim.e}/*", "1/k", False),
        ("Cognito's client is an audience", {"claims": (Claim("c", ("client_id",)),), "audience_claim": "client_id"}, web("u"), "${claim.c}/*", "s3vend/k", True),
        ("and no other client", {"claims": (Claim("c", ("client_id",)),), "audience_claim": "client_id"}, web("u"), "${claim.c}/*", "t/k", False),
        ("its access tokens have no audience", {"claims": (Claim("d", ("aud",)),), "audience_claim": "client_id"}, web(d="s3vend"), "t/*", "t/k", False),
        ("true as text is true", {"claims": (Claim("v", ("email_verified",)),), "email_verified": "text"}, web("u"), "${claim.v}/*", "true/k", False),
        ("other text stays", {"claims": (Claim("v", ("email_verified",)),), "email_verified": "text"}, web("u"), "${claim.v}/*", "t/k", True),
        ("a caller claim is no list", {"caller_claims": ("a",)}, web(a="x"), "${claim.a}/*", "x/k", True),
        ("a caller claim of 512 bytes fills", {"caller_claims": ("a",)}, web("u"), "${claim.a}/*", f"{'t' * 512}/k", True),
        ("a longer one is refused", {"caller_claims": ("a",)}, web("u"), "${claim.a}/*", f"{'t' * 513}/k", False),
        ("any other claim is as long as a key", {}, web("u"), "${claim.a}/*", f"{'t' * 1000}/k", True),
        ("a subject has 512 bytes, on a path too", {"claims": (S,)}, web(s="x" * 512), "${claim.s:path}/*", f"{'x' * 512}/k", True),
        ("and no more", {"claims": (S, A)}, web(a="x"), "${claim.s:path}/k", f"{'t/' * 257}k", False),
    ],
)  # fmt: skip
def test_what_an_entry_says_decides_who_can_exist(
    sentence: str, members: Members, grantee: WebGrantee, scope: str, key: str, expected: bool
) -> None:
    assert reached(entry(**members), grantee, scope, key) is expected


TOKEN = {
    "iss": URL,
    "aud": "s3vend",
    "sub": "u",
    "iat": NOW.timestamp(),
    "exp": NOW.timestamp() + 9,
}


@pytest.mark.parametrize(
    ("sentence", "members", "claims"),
    [
        ("nothing more than it must have", {}, {}),
        ("a claim as text, as a number, or as a list", {}, {"a": ["x", 1], "b": 1}),
        ("an audience of several", {}, {"aud": ["other", "s3vend"]}),
        ("a wrong audience", {}, {"aud": "other"}),
        ("no audience", {}, {"aud": None}),
        ("an audience beside a number", {}, {"aud": ["s3vend", 1]}),
        ("no end", {}, {"exp": None}),
        ("no beginning", {}, {"iat": None}),
        ("a subject that is a list", {}, {"sub": ["u"]}),
        ("a subject that is a number", {}, {"sub": 1}),
        ("a subject that is too long", {}, {"sub": "x" * 513}),
        ("a caller claim", {"caller_claims": ("a",)}, {"a": "x"}),
        ("a caller claim that is a list", {"caller_claims": ("a",)}, {"a": ["x"]}),
        ("a caller claim that is missing", {"caller_claims": ("a",)}, {}),
        ("an access token of Cognito", {"audience_claim": "client_id"}, {"aud": None, "client_id": "s3vend", "token_use": "access"}),
        ("an ID token of Cognito", {"audience_claim": "client_id"}, {"aud": None, "client_id": "s3vend", "token_use": "id"}),
    ],
)  # fmt: skip
def test_the_rules_of_an_entry_are_those_by_which_it_verifies(
    sentence: str, members: Members, claims: Members
) -> None:
    issuer = entry(**members)
    token = {name: value for name, value in {**TOKEN, **claims}.items() if value is not None}
    try:
        issuer.check(token, NOW)
        issuer.subject(token)
        issuer.check_caller(issuer.usable_claims(token))
        is_accepted = True
    except TokenRefused:
        is_accepted = False
    values: dict[Place, Value] = {(name,): value for name, value in token.items()}  # type: ignore[misc]
    assert is_allowed(issuer, values) is is_accepted


def is_allowed(issuer: Issuer, values: Mapping[Place, Value]) -> bool:
    """Whether a search with exactly these values finds a caller."""
    population = population_of(issuer)
    case = Case("bkt", population)
    places = values.keys() | population.rules.keys()
    return all(case.give(0, at, values.get(at)) for at in places) and solve(case) is not None


def test_where_text_counts_as_true_the_claim_is_another() -> None:
    verified = Claim("v", ("email_verified",))
    places = [
        place_of(verified, entry(claims=(verified,), email_verified=one)) for one in (None, "text")
    ]
    assert places[0] != places[1]


def test_any_other_claim_is_where_its_entry_says() -> None:
    for path in (("a",), ("email_verified", "x"), ("z",)):
        assert place_of(Claim("v", path), entry(email_verified="text")) == path


@pytest.mark.parametrize(("kind", "session"), [("role", "a-session"), ("user", None)])
def test_a_role_has_a_session_and_a_user_has_none(kind: str, session: str | None) -> None:
    values: dict[Place, Value] = {
        PARTITION: "aws",
        ACCOUNT_ID: ACCOUNT,
        KIND: kind,
        NAME_OF: "x",
        UNIQUE_ID: "A",
    }
    caller = IAM.identity(values)
    assert isinstance(caller, IamIdentity)
    assert (caller.principal.kind, caller.session_name) == (kind, session)


@pytest.mark.parametrize(
    ("url", "is_theirs"),
    [(f"{URL}.au", False), (URL.removesuffix("m"), False), (URL.encode().decode(), True)],
)
def test_a_grantee_is_one_of_the_issuer_that_has_its_url(url: str, *, is_theirs: bool) -> None:
    required = population_of(entry()).required_of(WebGrantee(url, "u", ()))
    assert required == ([(("sub",), '"u"')] if is_theirs else None)
    assert IAM.required_of(WebGrantee(url, "u", ())) is None


LONG, SHORT = Rule(), Rule(PLAIN)


@pytest.mark.parametrize(
    ("sentence", "rule", "other", "expected"),
    [
        ("itself", LONG, Rule(), True),
        ("longer texts", SHORT, LONG, True),
        ("shorter texts", LONG, SHORT, False),
        ("it may be absent", Rule(required=True), Rule(), True),
        ("it has to be there", Rule(), Rule(required=True), False),
        ("lists too", Rule(scalar=True), Rule(), True),
        ("no lists", Rule(), Rule(scalar=True), False),
        ("it may be there", Rule(absent=True), Rule(), True),
        ("it has to be absent", Rule(), Rule(absent=True), False),
        ("texts too", Rule(texts=False), Rule(), True),
        ("no texts", Rule(), Rule(texts=False), False),
        ("numbers too", Rule(others=False), Rule(), True),
        ("no numbers", Rule(), Rule(others=False), False),
        ("any text", Rule(without=("a", "b")), Rule(without=("a",)), True),
        ("not all texts", Rule(without=("a",)), Rule(without=("a", "b")), False),
        ("one of some texts, which is looked at apart", Rule(), Rule(one_of=("a",)), True),
    ],
)
def test_a_rule_implies_another_that_allows_whatever_it_does(
    sentence: str, rule: Rule, other: Rule, expected: bool
) -> None:
    assert rule.implies(other) is expected
