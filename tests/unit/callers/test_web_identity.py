"""A good token is accepted, and nothing that is made from it by a change."""

import json
from collections.abc import Callable
from string import ascii_letters, digits, printable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from tests.support.make import NOW, record
from tests.support.tokens import (
    AUDIENCE,
    ISSUER,
    KEY_ID,
    PrivateKey,
    accept,
    claims,
    compact,
    ec_key,
    ed_key,
    issuer,
    jwk,
    jwks,
    rsa_key,
    sign,
)
from vending.callers.grantee_keys import VALUE_BYTES
from vending.callers.identity import WebIdentity
from vending.callers.issuer import ALGORITHMS, LIFETIME, SKEW, Claim, Issuer
from vending.callers.token import token_hash
from vending.callers.web_identity import (
    CONTEXT_BYTES,
    authenticate,
    claims_left_out,
    has_keys,
    read_keys,
)
from vending.errors import TokenRefused, Unavailable

TIME = int(NOW.timestamp())
MAKERS: dict[str, Callable[[], PrivateKey]] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), rsa_key),
    "ES256": ec_key,
    "ES384": lambda: ec_key(ec.SECP384R1),
    "ES512": lambda: ec_key(ec.SECP521R1),
    "EdDSA": ed_key,
}
USED = (Claim("tenant", ("tenant",)), Claim("groups", ("groups",)))
KINDS = ["RS256", "ES256", "EdDSA"]


class Door:
    """Accepts the tokens of an issuer with a key for every algorithm."""

    def __init__(self) -> None:
        self.issuers = {ISSUER: issuer(algorithms=ALGORITHMS, claims=USED)}
        listed = {id(make()): make() for make in MAKERS.values()}.values()
        by_kind = [jwk(key, f"key-{place}") for place, key in enumerate(listed, 1)]
        self.keys = read_keys(jwks(*by_kind))
        self.ids = {algorithm: key_id for key_id, algorithm in self.keys}

    def accept(self, token: str) -> WebIdentity:
        return authenticate(
            token,
            record(),
            issuers=self.issuers,
            find_key=lambda _, key_id, algorithm: self.keys.get((key_id, algorithm)),
            now=NOW,
        )

    def sign(self, algorithm: str, header: object = None, payload: object = None) -> str:
        return compact(
            {"alg": algorithm, "kid": self.ids[algorithm]} if header is None else header,
            claims() if payload is None else payload,
            key=MAKERS[algorithm](),
            algorithm=algorithm,
        )


DOOR = Door()
TOKENS = {algorithm: DOOR.sign(algorithm) for algorithm in KINDS}


def is_refused(token: str) -> bool:
    """Whether the token is refused; any other error fails the test."""
    try:
        DOOR.accept(token)
    except TokenRefused:
        return True
    return False


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_is_accepted_where_the_issuer_lists_it(algorithm: str) -> None:
    token = DOOR.sign(algorithm)
    assert DOOR.accept(token).subject == "alice"
    alone = issuer(algorithms=(algorithm,))
    found = DOOR.keys[(DOOR.ids[algorithm], algorithm)]
    accepted = authenticate(
        token, record(), issuers={ISSUER: alone}, find_key=lambda *_: found, now=NOW
    )
    assert accepted.issuer == ISSUER


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_no_algorithm_is_accepted_where_the_issuer_lists_the_others(algorithm: str) -> None:
    others = tuple(one for one in ALGORITHMS if one != algorithm)
    with pytest.raises(TokenRefused) as error:
        authenticate(
            DOOR.sign(algorithm),
            record(),
            issuers={ISSUER: issuer(algorithms=others)},
            find_key=lambda *_: pytest.fail("a key was asked for"),
            now=NOW,
        )
    assert error.value.reason == "AlgorithmNotAllowed"


def test_a_shared_secret_is_no_algorithm_even_where_an_entry_lists_one() -> None:
    """No entry can list it; and if one could, no key would be found."""
    listing = issuer(algorithms=("HS256", "none"))
    for algorithm in ("HS256", "none"):
        token = compact({"alg": algorithm, "kid": KEY_ID}, claims())
        with pytest.raises(TokenRefused) as error:
            accept(token, listing)
        assert error.value.reason == "KeyUnknown"


@pytest.mark.parametrize(
    "members",
    [
        {"aud": [AUDIENCE]},
        {"aud": ["https://other.example.com", AUDIENCE]},
        {"exp": TIME + LIFETIME},
        {"exp": TIME + 1},
        {"exp": TIME + 0.5},
        {"iat": TIME + SKEW},
        {"nbf": TIME + SKEW},
        {"nbf": 0},
        {"sub": "a" * VALUE_BYTES},
        {"sub": "é" * (VALUE_BYTES // 2)},
        {"sub": "repo:acme/site:ref:refs/heads/main"},
        {"sub": "system:serviceaccount:team:app"},
        {"note": {"anything": [None, {"else": 1}]}},
        {"tenant": None},
        {"groups": []},
    ],
)
def test_what_is_just_within_the_limits_is_accepted(members: dict[str, object]) -> None:
    assert DOOR.accept(DOOR.sign("RS256", payload=claims() | members)).issuer == ISSUER


def test_an_identity_holds_the_listed_claims_and_the_tokens_hash() -> None:
    token = sign(claims(tenant="a", groups=["x", 1, True], admin=True))
    assert accept(token, issuer(claims=USED)) == WebIdentity(
        ISSUER, "alice", {"tenant": "a", "groups": ["x", 1, True]}, token_hash(token)
    )


GROUPS = (Claim("g", ("groups",)), Claim("roles", ("roles",)))


@pytest.mark.parametrize(
    ("members", "left_out"),
    [
        ({"_claim_names": {"groups": "src1"}}, ("g",)),
        ({"_claim_names": {"groups": "src1", "roles": "src1", "wids": "src1"}}, ("g", "roles")),
        ({"hasgroups": True}, ("g",)),
        ({"hasgroups": "true"}, ("g",)),
        ({"groups:src1": "https://graph.microsoft.com/x"}, ("g",)),
        ({"hasgroups": True, "groups": ["a"]}, ()),
        ({"_claim_names": {"groups": "src1"}, "groups": []}, ()),
        ({"_claim_names": {"wids": "src1"}}, ()),
        ({"_claim_names": ["groups"]}, ()),
        ({"_claim_names": "groups"}, ()),
        ({"hasgroups": False}, ()),
        ({"hasgroups": ["x"]}, ()),
        ({}, ()),
    ],
)
def test_claims_that_the_issuer_left_out_are_named(
    members: dict[str, object], left_out: tuple[str, ...]
) -> None:
    assert claims_left_out(issuer(claims=GROUPS), claims(**members)) == left_out
    assert claims_left_out(issuer(), claims(**members)) == ()


def test_groups_that_the_issuer_left_out_are_in_the_record_and_in_the_callers_identity() -> None:
    token = sign(claims(_claim_names={"groups": "src1"}, _claim_sources={"src1": {}}))
    identity = accept(token, issuer(claims=USED))
    assert identity.as_recorded()["claimsLeftOut"] == ["groups"]
    assert identity.as_json()["claimsLeftOut"] == ["groups"]
    assert WebIdentity.read(identity.encode()) == identity
    usual = accept(sign(claims(groups=["a"])), issuer(claims=USED))
    assert "claimsLeftOut" not in usual.as_recorded() | usual.as_json()


def test_the_context_may_be_as_long_as_the_limit_and_no_longer() -> None:
    def context(length: int) -> WebIdentity:
        return accept(sign(claims(tenant="t" * length)), issuer(claims=USED))

    spare = CONTEXT_BYTES - len(context(1).encode()) + 1
    assert len(context(spare).encode()) == CONTEXT_BYTES
    with pytest.raises(TokenRefused) as error:
        context(spare + 1)
    assert error.value.reason == "ClaimsTooLong"


def test_what_is_accepted_is_read_back_alike() -> None:
    accepted = accept(sign(claims(tenant="é\u2028", groups=[1, "1"])), issuer(claims=USED))
    assert WebIdentity.read(accepted.encode()) == accepted


def test_an_issuer_that_cannot_be_asked_is_no_bad_token() -> None:
    def find_key(one: Issuer, key_id: str, algorithm: str) -> None:
        raise Unavailable("IssuerUnreachable")

    with pytest.raises(Unavailable):
        authenticate(sign(), record(), issuers={ISSUER: issuer()}, find_key=find_key, now=NOW)


def test_the_record_knows_who_was_refused_only_once_the_signature_is_right() -> None:
    written = record()
    found = read_keys(jwks())[(KEY_ID, "RS256")]

    def refuse(token: str) -> None:
        with pytest.raises(TokenRefused):
            authenticate(
                token, written, issuers={ISSUER: issuer()}, find_key=lambda *_: found, now=NOW
            )

    refuse(sign(claims(iss="https://evil.example.com")))
    assert written.members.keys() & {"issuer", "subject"} == set()
    refuse(sign(claims(sub="root"), key=rsa_key("attacker")))
    assert written.members.keys() & {"issuer", "subject"} == {"issuer"}
    refuse(sign(claims(exp=TIME - 1)))
    assert written.members["subject"] == "alice"


@pytest.mark.parametrize("algorithm", KINDS)
def test_every_single_bit_of_a_token_matters(algorithm: str) -> None:
    token = TOKENS[algorithm].encode()
    assert not is_refused(token.decode())
    for place in range(8 * len(token)):
        changed = bytearray(token)
        changed[place // 8] ^= 1 << place % 8
        assert is_refused(changed.decode("latin-1")), f"bit {place}"


@pytest.mark.parametrize("algorithm", KINDS)
def test_every_single_character_of_a_token_matters(algorithm: str) -> None:
    token = TOKENS[algorithm]
    for place in range(len(token)):
        assert is_refused(token[:place] + token[place + 1 :])
        assert is_refused(token[:place])
        assert is_refused(token[place + 1 :])


@given(st.sampled_from(KINDS), st.data(), st.characters() | st.sampled_from(printable))
def test_no_character_can_be_put_for_another(algorithm: str, data: st.DataObject, new: str) -> None:
    token = TOKENS[algorithm]
    place = data.draw(st.integers(0, len(token) - 1))
    changed = token[:place] + new + token[place + 1 :]
    assert is_refused(changed) or changed == token


@given(st.sampled_from(KINDS), st.data(), st.text(min_size=1, max_size=4))
def test_no_character_can_be_added(algorithm: str, data: st.DataObject, new: str) -> None:
    token = TOKENS[algorithm]
    place = data.draw(st.integers(0, len(token)))
    assert is_refused(token[:place] + new + token[place:])


@given(st.data())
def test_two_parts_cannot_change_places(data: st.DataObject) -> None:
    parts = [part for token in TOKENS.values() for part in token.split(".")]
    mixed = ".".join(data.draw(st.lists(st.sampled_from(parts), min_size=3, max_size=3)))
    assert is_refused(mixed) or mixed in TOKENS.values()


@given(
    st.text(max_size=60)
    | st.text(f"{ascii_letters}{digits}-_.", max_size=60)
    | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1"))
    | st.binary(max_size=60).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
)
def test_any_text_is_a_refusal_and_nothing_else(text: str) -> None:
    assert is_refused(text)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.text()
    | st.sampled_from([ISSUER, AUDIENCE, KEY_ID, "RS256", "none", "JWT", TIME, TIME + 600]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "crit", "jwk", "b64", "x", "cty"]), json_values
    )
)
def test_any_header_is_an_answer_or_a_refusal(header: dict[str, object]) -> None:
    is_refused(DOOR.sign("RS256", header))
    is_refused(DOOR.sign("RS256", {"alg": "RS256", "kid": DOOR.ids["RS256"]} | header))


@given(
    st.dictionaries(
        st.sampled_from(["iss", "aud", "sub", "exp", "iat", "nbf", "tenant", "groups", "x"]),
        json_values,
    )
)
def test_any_claims_are_an_answer_or_a_refusal(members: dict[str, object]) -> None:
    is_refused(DOOR.sign("RS256", payload=members))
    is_refused(DOOR.sign("RS256", payload=claims() | members))


@given(json_values)
def test_any_claim_that_grants_may_use_is_an_answer_or_a_refusal(value: object) -> None:
    token = DOOR.sign("RS256", payload=claims() | {"tenant": value})
    try:
        taken = DOOR.accept(token)
    except TokenRefused:
        return
    assert WebIdentity.read(taken.encode()) == taken
    assert len(taken.encode()) <= CONTEXT_BYTES
    assert taken.grantee_keys


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_any_bytes_that_are_signed_are_a_refusal(header: bytes, payload: bytes) -> None:
    good = json.dumps({"alg": "RS256", "kid": DOOR.ids["RS256"]}).encode()
    assert is_refused(DOOR.sign("RS256", good, payload))
    assert is_refused(DOOR.sign("RS256", header))


NAMELESS = {name: value for name, value in jwk(rsa_key()).items() if name != "kid"}
OTHER_NAMELESS = {name: value for name, value in jwk(rsa_key("other")).items() if name != "kid"}


@pytest.mark.parametrize("header", [{}, {"kid": "any"}])
def test_a_token_is_verified_by_a_key_without_an_id_where_it_is_the_only_one(
    header: dict[str, str],
) -> None:
    token = compact({"alg": "RS256"} | header, claims())
    assert accept(token, keys=jwks(NAMELESS)).subject == "alice"
    for keys in (
        jwks(NAMELESS, OTHER_NAMELESS),
        jwks(NAMELESS, jwk(rsa_key("other"))),
        jwks(NAMELESS | {"alg": "RS384"}),
        jwks(NAMELESS | {"use": "enc"}),
        jwks(jwk(rsa_key(), "named")),
    ):
        with pytest.raises(TokenRefused) as refused:
            accept(token, keys=keys)
        assert refused.value.reason == "KeyUnknown"
    with pytest.raises(TokenRefused) as refused:
        accept(token, keys=jwks(OTHER_NAMELESS))
    assert refused.value.reason == "SignatureWrong"


def test_pinned_keys_are_keys_only_if_one_can_be_used() -> None:
    assert has_keys(jwks().decode())
    assert not has_keys('{"keys": []}')
    assert not has_keys(jwks(jwk(rsa_key("small", 1024))).decode())


@pytest.mark.invariant(16)
@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ("1", True),
        (1, True),
        (0, True),
        (True, True),
        (False, True),
        (None, False),
        ("", False),
        (1.5, False),
        ([], False),
        (["1"], False),
        (["1", "2"], False),
        ("x" * 513, False),
    ],
)
def test_a_token_without_what_makes_a_caller_is_refused(value: object, accepted: bool) -> None:
    trusted = issuer(claims=(Claim("id", ("id",)),), caller_claims=("id",))
    token = sign(claims(id=value))
    if accepted:
        identity = accept(token, trusted)
        assert identity.as_recorded()["callerClaims"] == {"id": value}
        assert WebIdentity.read(identity.encode()) == identity
        return
    with pytest.raises(TokenRefused) as refused:
        accept(token, trusted)
    assert refused.value.reason == "CallerClaimMissing"


@pytest.mark.invariant(16)
def test_what_makes_a_caller_is_its_claims_with_their_types_and_not_its_subject() -> None:
    trusted = issuer(claims=(Claim("id", ("id",)), Claim("n", ("n",))), caller_claims=("id", "n"))

    def counted(**members: object) -> str:
        return accept(sign(claims(**{"id": "1", "n": 1} | members)), trusted).holder

    same = counted()
    assert counted(sub="bob") == same
    assert len({same, counted(id=1), counted(id=True), counted(id="2"), counted(n="1")}) == 5
    assert accept(sign(claims(sub="bob")), issuer()).holder != accept(sign(), issuer()).holder
