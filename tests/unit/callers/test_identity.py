"""A caller's identity is read from the request context, and a doubtful one is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.make import ACCOUNT
from tests.support.tokens import ISSUER
from vending.bodies.issuer_fields import ISSUER_CHARACTERS
from vending.callers.grantee_keys import MOST_KEYS, VALUE_BYTES, Claims, Scalar
from vending.callers.identity import IamIdentity, WebIdentity
from vending.callers.principal import Principal
from vending.errors import TooManyClaims

USER_ID, ROLE_ID = "AIDA2EXAMPLEEXAMPLE1", "AROA2EXAMPLEEXAMPLE1"


def identity(arn: str, unique_id: str, account: str = ACCOUNT) -> IamIdentity:
    return IamIdentity.read(arn, unique_id, account)


def test_an_assumed_role_is_its_role_whatever_the_session_is_called() -> None:
    first = identity(f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/alice", f"{ROLE_ID}:alice")
    second = identity(f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/bob", f"{ROLE_ID}:bob")
    assert first.principal == second.principal == Principal("aws", ACCOUNT, "role", "Reader")
    assert first.grantee_keys == second.grantee_keys
    assert (first.session_name, first.unique_id) == ("alice", ROLE_ID)


def test_a_user_and_a_role_of_one_name_have_no_key_in_common_but_the_accounts() -> None:
    user = identity(f"arn:aws:iam::{ACCOUNT}:user/Reader", USER_ID)
    role = identity(f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/user", f"{ROLE_ID}:user")
    assert user.grantee_keys == (f"iam#{ACCOUNT}#user#Reader", f"iam#{ACCOUNT}")
    assert set(user.grantee_keys) & set(role.grantee_keys) == {f"iam#{ACCOUNT}"}


def test_the_variables_of_a_caller_are_its_name_kind_and_account() -> None:
    alice = identity(f"arn:aws:iam::{ACCOUNT}:user/team/Alice", USER_ID)
    assert alice.variables == {
        "caller.name": "Alice",
        "caller.kind": "user",
        "caller.account": ACCOUNT,
    }


@pytest.mark.parametrize(
    ("arn", "unique_id", "account"),
    [
        (f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, ACCOUNT),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/x", f"{ACCOUNT}:x", ACCOUNT),
        (f"arn:aws:iam::{ACCOUNT}:user/Alice", USER_ID, "999999999999"),
        (f"arn:aws:iam::{ACCOUNT}:user/Alice", f"{USER_ID}:session", ACCOUNT),
        (f"arn:aws:iam::{ACCOUNT}:user/Alice", "", ACCOUNT),
        (f"arn:aws:iam::{ACCOUNT}:role/Reader", ROLE_ID, ACCOUNT),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/alice", ROLE_ID, ACCOUNT),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/alice", f"{ROLE_ID}:bob", ACCOUNT),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/a/b", f"{ROLE_ID}:b", ACCOUNT),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/path/Reader/a", f"{ROLE_ID}:a", ACCOUNT),
        (f"arn:aws:iam::{ACCOUNT}:user/Alice", "aida2exampleexample1", ACCOUNT),
    ],
)
def test_a_context_that_does_not_agree_with_itself_is_refused(
    arn: str, unique_id: str, account: str
) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        identity(arn, unique_id, account)


def web(
    claims: Claims | None = None, *, issuer: str = ISSUER, subject: str = "alice"
) -> WebIdentity:
    return WebIdentity(issuer, subject, claims or {}, "a-hash")


def of_claim(name: str, value: str) -> str:
    return f"oidc#{ISSUER}#claim#{name}#{value}"


@pytest.mark.parametrize(
    ("sentence", "claims", "keys"),
    [
        ("text", {"tenant": "acme"}, [of_claim("tenant", "acme")]),
        ("a number", {"id": 42}, [of_claim("id", "42")]),
        ("a part of a number", {"id": 1.5}, [of_claim("id", "1.5")]),
        ("true and false", {"a": True, "b": False}, [of_claim("a", "true"), of_claim("b", "false")]),
        ("each claim", {"b": "x", "a": "y"}, [of_claim("b", "x"), of_claim("a", "y")]),
        ("each member of a list", {"groups": ["x", "y"]}, [of_claim("groups", "x"), of_claim("groups", "y")]),
        ("a list of all kinds", {"g": ["x", 1, True]}, [of_claim("g", "x"), of_claim("g", "1"), of_claim("g", "true")]),
        ("a member that is there twice", {"g": ["x", "x"]}, [of_claim("g", "x")]),
        ("a list of nothing", {"groups": []}, []),
        ("empty text", {"tenant": ""}, [of_claim("tenant", "")]),
        ("the separator", {"a#b": "c#d"}, [of_claim("a%23b", "c%23d")]),
        ("a percent sign", {"a%23b": "c%23d"}, [of_claim("a%2523b", "c%2523d")]),
        ("text outside ASCII", {"tenant": "é日"}, [of_claim("tenant", "é日")]),
        ("text that is JSON", {"tenant": '"a"'}, [of_claim("tenant", '"a"')]),
    ],
)  # fmt: skip
def test_a_subject_has_a_key_of_its_own_and_one_for_each_value_of_a_claim(
    sentence: str, claims: Claims, keys: list[str]
) -> None:
    assert web(claims).grantee_keys == (f"oidc#{ISSUER}#sub#alice", *keys)


def test_a_subject_cannot_be_named_so_that_its_key_is_a_claims() -> None:
    forged = web(subject="x#claim#tenant#acme").grantee_keys
    assert forged == (f"oidc#{ISSUER}#sub#x%23claim%23tenant%23acme",)
    assert not set(forged) & set(web({"tenant": "acme"}).grantee_keys)
    named = web({"a": "b#c"}).grantee_keys[1:], web({"a#b": "c"}).grantee_keys[1:]
    assert named[0] != named[1]


def test_no_two_issuers_have_a_key_in_common() -> None:
    claims: Claims = {"tenant": "acme"}
    first, second = web(claims), web(claims, issuer=f"{ISSUER}/other")
    assert not set(first.grantee_keys) & set(second.grantee_keys)


@pytest.mark.parametrize(("groups", "fits"), [(MOST_KEYS - 1, True), (MOST_KEYS, False)])
def test_a_caller_has_ninety_keys_at_most(groups: int, fits: bool) -> None:
    assert MOST_KEYS == 90
    member = web({"groups": [f"g{n}" for n in range(groups)]})
    if fits:
        assert len(member.grantee_keys) == MOST_KEYS
    else:
        with pytest.raises(TooManyClaims, match="91 grantee keys; the limit is 90"):
            _ = member.grantee_keys


def test_keys_that_are_the_same_count_once() -> None:
    assert len(web({"groups": ["x"] * 500, "ids": [1, "1", 1]}).grantee_keys) == 3


@pytest.mark.parametrize(
    ("value", "has_key"),
    [
        ("a" * VALUE_BYTES, True),
        ("a" * (VALUE_BYTES + 1), False),
        ("é" * (VALUE_BYTES // 2), True),
        ("é" * (VALUE_BYTES // 2) + "a", False),
    ],
)
def test_a_value_that_is_too_long_for_any_grant_has_no_key(value: str, has_key: bool) -> None:
    assert len(web({"tenant": value}).grantee_keys) == 1 + has_key
    assert len(web({"tenant": ["x", value]}).grantee_keys) == 2 + has_key


def test_the_longest_key_is_one_that_dynamodb_takes() -> None:
    issuer = "https://" + "i" * (ISSUER_CHARACTERS - len("https://"))
    longest = web({"n" * 64: "#" * VALUE_BYTES}, issuer=issuer, subject="%" * VALUE_BYTES)
    assert max(len(key.encode()) for key in longest.grantee_keys) <= 2048


# fmt: off
HELD: list[tuple[str, object, list[object], list[object]]] = [
    ("text", "a", ["a"], ["A", "", "a ", "ab", True]),
    ("a number", 1, [1], ["1", True, 1.0, 2]),
    ("a number as text", "1", ["1"], [1, True]),
    ("true", True, [True], [1, "true", "True", False]),
    ("true as text", "true", ["true"], [True]),
    ("false", False, [False], [0, "", "false", True]),
    ("zero", 0, [0], [False, "0", ""]),
    ("empty text", "", [""], [False, 0, "a"]),
    ("a list", ["a", 1], ["a", 1], ["1", True, "a,1", '["a", 1]', "b"]),
    ("a list of nothing", [], [], ["", False]),
    ("one spelling of a letter", "\u00e9", ["\u00e9"], ["e\u0301", "e"]),
]
# fmt: on


@pytest.mark.parametrize(("sentence", "claim", "yes", "no"), HELD)
def test_a_claim_has_a_value_of_its_own_type_alone(
    sentence: str, claim: Scalar | list[Scalar], yes: list[object], no: list[object]
) -> None:
    held = web({"x": claim})
    assert [one for one in yes if not held.has("x", json.dumps(one))] == []
    assert [one for one in no if held.has("x", json.dumps(one))] == []
    assert not [one for one in [*yes, *no] if held.has("y", json.dumps(one))]


def test_the_variables_of_a_subject_are_its_claims_and_nothing_else() -> None:
    assert web({"tenant": "acme", "n": 1}).variables == {"claim.tenant": "acme", "claim.n": 1}
    assert web().variables == {}


def test_a_subject_is_the_same_whatever_its_token_and_its_claims() -> None:
    first = WebIdentity(ISSUER, "alice", {"tenant": "a"}, "one")
    second = WebIdentity(ISSUER, "alice", {"tenant": "b"}, "two")
    assert first.canonical == second.canonical == first.unique
    assert first.canonical != web(subject="bob").canonical
    assert first.canonical != web(issuer="https://other.example.com").canonical


@pytest.mark.invariant(9)
@pytest.mark.invariant(16)
def test_sessions_and_uploads_are_those_of_one_subject_and_one_holder() -> None:
    """A subject of names goes to another holder when the names are registered again."""
    names, subject = ("id", "owner"), "repo:octo/app:ref:refs/heads/main"

    def token(*values: Scalar) -> WebIdentity:
        claims: Claims = dict(zip(names, values, strict=True))
        return WebIdentity(ISSUER, subject, claims, "a-hash", names)

    values: list[tuple[Scalar, Scalar]] = [
        ("1", "o"),
        ("2", "o"),
        ("1", "p"),
        (1, "o"),
        (True, "o"),
    ]
    assert len({token(*pair).unique for pair in values}) == len(values)
    assert len({token(*pair).canonical for pair in values}) == 1
    again = WebIdentity(ISSUER, subject, {"owner": "o", "id": "1"}, "later", ("owner", "id"))
    assert again.unique == token("1", "o").unique
    other = WebIdentity(ISSUER, f"{subject}-2", {"id": "1", "owner": "o"}, "a-hash", names)
    assert other.unique != token("1", "o").unique
    assert other.holder == token("1", "o").holder


def test_a_subject_sees_its_claims_and_the_record_has_its_tokens_hash() -> None:
    claims: Claims = {"tenant": "acme"}
    assert web(claims).as_json() == {"issuer": ISSUER, "subject": "alice", "claims": claims}
    assert web(claims).as_recorded() == {
        "issuer": ISSUER,
        "subject": "alice",
        "tokenHash": "a-hash",
    }


scalars = (
    st.text()
    | st.integers(-(2**53), 2**53)
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
)


@given(
    st.text(min_size=1),
    st.text(min_size=1),
    st.dictionaries(st.text(), scalars | st.lists(scalars)),
    st.text(),
)
def test_what_the_authorizer_wrote_is_read_back_with_its_types(
    issuer: str, subject: str, claims: dict[str, Any], token_hash: str
) -> None:
    written = WebIdentity(issuer, subject, claims, token_hash)
    text = written.encode()
    assert text.isascii()
    assert "\n" not in text
    assert repr(WebIdentity.read(text)) == repr(written)


CONTEXT = {"issuer": ISSUER, "subject": "alice", "claims": {}, "tokenHash": "h"}


def test_a_context_is_read_into_who_asks() -> None:
    assert WebIdentity.read(json.dumps(CONTEXT)) == WebIdentity(ISSUER, "alice", {}, "h")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "{",
        "null",
        "[]",
        '"alice"',
        "7",
        "{}",
        json.dumps([CONTEXT]),
        *(json.dumps({k: v for k, v in CONTEXT.items() if k != name}) for name in CONTEXT),
        *(json.dumps(CONTEXT | {name: None}) for name in CONTEXT),
        *(json.dumps(CONTEXT | {name: 7}) for name in CONTEXT),
        *(json.dumps(CONTEXT | {name: ["x"]}) for name in CONTEXT),
        json.dumps(CONTEXT | {"issuer": ""}),
        json.dumps(CONTEXT | {"subject": ""}),
        json.dumps(CONTEXT | {"arn": "arn:aws:iam::123456789012:user/Alice"}),
        json.dumps(CONTEXT) + "x",
    ],
)
def test_anything_else_is_nobody(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        WebIdentity.read(text)


@pytest.mark.parametrize("claim", [None, {}, {"a": 1}, [[]], [None], [{}]])
def test_a_claim_that_the_authorizer_never_writes_is_nobodys(claim: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        WebIdentity.read(json.dumps(CONTEXT | {"claims": {"x": claim}}))


@pytest.mark.parametrize("member", ["issuer", "subject", "tokenHash", "claims"])
def test_a_lone_surrogate_which_no_key_of_the_table_can_hold_is_nobodys(member: str) -> None:
    odd = {"x": "\ud800"} if member == "claims" else "\ud800"
    with pytest.raises(ValueError, match="surrogates"):
        WebIdentity.read(json.dumps(CONTEXT | {member: odd}))
