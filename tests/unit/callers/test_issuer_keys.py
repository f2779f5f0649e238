"""Issuers' keys: new ones are found, good ones outlast an outage, and requests are rare."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, x25519
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

from tests.support.make import NOW
from tests.support.tokens import KEY_ID, PrivateKey, ec_key, ed_key, issuer, jwk, jwks, rsa_key
from vending.callers.issuer import Issuer
from vending.callers.issuer_keys import (
    CAPACITY,
    FRESH,
    MISSED,
    MISSED_CAPACITY,
    PAUSE,
    USUAL,
    Fetched,
    IssuerKeys,
    IssuerSaysNo,
    KeyName,
)
from vending.callers.web_identity import read_keys
from vending.errors import TokenRefused, Unavailable

ONE, OTHER = issuer(), issuer("https://other.example.com")


def read(document: bytes) -> dict[KeyName, str]:
    """Read a short stand-in for a JWKS: ``[["kid", "name of the key"]]``; null for no id."""
    listed = json.loads(document)
    if not isinstance(listed, list):
        raise ValueError("no list")  # noqa: TRY004 - as the real one
    return {(key_id, "RS256"): key for key_id, key in listed}


def nameless(key: PrivateKey) -> dict[str, Any]:
    """The public half as some issuers publish it, without an id."""
    return {name: value for name, value in jwk(key).items() if name != "kid"}


class World:
    """Issuers that serve keys, a clock, and the cache of keys under test."""

    def __init__(self) -> None:
        self.time = NOW
        self.served: dict[str, dict[str | None, str]] = {ONE.url: {"a": "key a"}}
        self.document: bytes | None = None
        self.max_age: int | None = None
        self.down = self.refuses = False
        self.asked: list[tuple[str, datetime]] = []
        self.keys = IssuerKeys(self.fetch, read, lambda: self.time)

    def fetch(self, one: Issuer) -> Fetched:
        self.asked.append((one.url, self.time))
        if self.down:
            raise Unavailable("ConnectionRefusedError")
        if self.refuses:
            raise IssuerSaysNo("IssuerAnswered403")
        listed = json.dumps(list(self.served[one.url].items())).encode()
        return Fetched(listed if self.document is None else self.document, self.max_age)

    def find(self, key_id: str, one: Issuer = ONE) -> str | None:
        return self.keys.find(one, key_id, "RS256")

    def later(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    @property
    def fetches(self) -> int:
        return len(self.asked)


@pytest.fixture
def world() -> World:
    return World()


def seconds(length: timedelta) -> int:
    return int(length.total_seconds())


def test_keys_are_asked_for_once_and_then_known(world: World) -> None:
    for _ in range(1000):
        assert world.find("a") == "key a"
        world.later(0.5)
    assert world.fetches == 1


def test_a_new_key_is_found_after_one_more_request_and_the_old_one_is_gone(world: World) -> None:
    assert world.find("a") == "key a"
    world.later(60)
    world.served[ONE.url] = {"b": "key b"}
    assert world.find("a") == "key a"  # the issuer has not been asked again yet
    assert world.fetches == 1
    assert world.find("b") == "key b"
    assert world.fetches == 2
    assert world.find("a") is None


def test_while_two_keys_are_served_both_are_good(world: World) -> None:
    world.served[ONE.url]["b"] = "key b"
    assert (world.find("a"), world.find("b"), world.fetches) == ("key a", "key b", 1)


def test_a_key_that_is_taken_back_is_gone_once_the_keys_are_no_longer_fresh(world: World) -> None:
    world.find("a")
    world.served[ONE.url] = {}
    world.later(USUAL - 1)
    assert world.find("a") == "key a"
    world.later(1)
    assert world.find("a") is None
    assert world.fetches == 2


def test_a_key_that_is_changed_under_its_name_is_seen_once_the_keys_are_not_fresh(
    world: World,
) -> None:
    world.find("a")
    world.served[ONE.url] = {"a": "another key a"}
    world.later(USUAL)
    assert world.find("a") == "another key a"


def test_an_outage_of_minutes_leaves_good_keys_good(world: World) -> None:
    world.find("a")
    world.down = True
    for _ in range(1800):  # half an hour, much longer than the keys are fresh
        world.later(1)
        assert world.find("a") == "key a"
    assert world.fetches - 1 <= (1800 - USUAL) / seconds(PAUSE) + 1
    world.down = False
    world.served[ONE.url] = {"b": "key b"}
    world.later(30)
    assert world.find("b") == "key b"
    assert world.find("a") is None


@pytest.mark.invariant(12)
def test_an_issuer_that_says_no_refuses_the_token_and_good_keys_stay_in_use(world: World) -> None:
    world.find("a")
    world.refuses = True
    world.later(60)
    for _ in range(2):
        with pytest.raises(TokenRefused) as error:
            world.find("b")
        assert error.value.reason == "IssuerRefused: IssuerAnswered403"
        assert world.find("a") == "key a"
    world.refuses, world.down = False, True
    world.later(60)
    with pytest.raises(Unavailable):
        world.find("b")
    world.down = False
    world.served[ONE.url] = {"b": "key b"}
    world.later(60)
    assert world.find("b") == "key b"


def test_an_unknown_key_in_an_outage_is_no_refusal(world: World) -> None:
    world.find("a")
    world.down = True
    world.later(60)
    for _ in range(100):
        with pytest.raises(Unavailable) as error:
            world.find("b")
        assert error.value.reason == "IssuerUnreachable: ConnectionRefusedError"
        assert world.find("a") == "key a"
        world.later(1)
    assert world.fetches <= 1 + 1 + 100 // seconds(PAUSE)


def test_a_first_request_that_fails_is_an_outage_and_is_repeated_after_the_pause(
    world: World,
) -> None:
    world.down = True
    with pytest.raises(Unavailable):
        world.find("a")
    world.down = False
    world.later(seconds(PAUSE) - 1)
    with pytest.raises(Unavailable):
        world.find("a")
    assert world.fetches == 1
    world.later(1)
    assert world.find("a") == "key a"
    assert world.fetches == 2


def test_a_flood_of_unknown_keys_costs_a_request_every_pause(world: World) -> None:
    world.find("a")
    flood, minutes = 10_000, 10
    for number in range(flood):
        assert world.find(f"random-{number}") is None
        assert world.find("a") == "key a"
        world.later(60 * minutes / flood)
    assert 2 <= world.fetches <= 1 + 60 * minutes / seconds(PAUSE)
    times = [time for _, time in world.asked]
    assert all(after - before >= PAUSE for before, after in pairwise(times))


def test_a_flood_in_one_moment_costs_one_request(world: World) -> None:
    for number in range(10_000):
        assert world.find(f"random-{number}") is None
    assert world.fetches == 1


def test_a_flood_while_the_issuer_is_down_costs_no_more(world: World) -> None:
    world.down = True
    for number in range(10_000):
        with pytest.raises(Unavailable):
            world.find(f"random-{number}")
        world.later(0.06)
    assert world.fetches <= 600 / seconds(PAUSE)


def test_a_flood_for_one_issuer_costs_another_nothing(world: World) -> None:
    world.served[OTHER.url] = {"b": "key b"}
    for number in range(1000):
        world.find(f"random-{number}")
        assert world.find("b", OTHER) == "key b"
    assert [url for url, _ in world.asked] == [ONE.url, OTHER.url]


def test_a_key_is_found_in_the_midst_of_a_flood(world: World) -> None:
    world.find("a")
    world.later(1)
    world.served[ONE.url]["b"] = "key b"
    waited = 0
    while world.find("b") is None:
        world.find(f"random-{waited}")
        world.later(1)
        waited += 1
        assert waited <= seconds(PAUSE) + 1
    assert world.fetches <= 3


def test_a_missed_key_is_not_asked_for_again_for_a_while(world: World) -> None:
    world.find("a")
    world.later(60)
    assert world.find("b") is None
    assert world.fetches == 2
    world.later(seconds(MISSED) - 1)
    assert world.find("b") is None
    assert world.fetches == 2


def test_a_missed_key_is_asked_for_again_after_a_while(world: World) -> None:
    world.find("a")
    world.later(60)
    assert world.find("b") is None
    world.served[ONE.url]["b"] = "key b"
    world.later(seconds(MISSED))
    assert world.find("b") == "key b"


def test_a_missed_key_holds_back_no_other(world: World) -> None:
    world.find("a")
    world.later(60)
    assert world.find("b") is None
    world.served[ONE.url]["c"] = "key c"
    world.later(60)
    assert world.find("b") is None
    assert world.fetches == 2
    assert world.find("c") == "key c"
    assert world.fetches == 3


def test_a_key_that_is_asked_for_all_the_time_is_found_within_two_minutes(world: World) -> None:
    """Tokens that come before their key is published must not stop it from being found later."""
    world.max_age = FRESH[-1]
    world.find("a")
    world.later(60)
    assert world.find("b") is None
    world.served[ONE.url]["b"] = "key b"
    for _ in range(seconds(MISSED) + seconds(PAUSE)):
        world.later(1)
        if world.find("b"):
            return
    pytest.fail(f"not found, in {world.fetches} requests")


def test_a_key_that_was_not_really_asked_for_is_not_missed(world: World) -> None:
    """The issuer gets no request during the pause; the key is found as soon as it is over."""
    world.max_age = FRESH[-1]
    world.find("a")
    world.served[ONE.url]["b"] = "key b"
    world.later(5)
    assert world.find("b") is None
    world.later(seconds(PAUSE))
    assert world.find("b") == "key b"


def test_missed_keys_take_bounded_memory(world: World) -> None:
    for number in range(10 * MISSED_CAPACITY):
        world.find(f"random-{number}")
        world.later(seconds(PAUSE))
    known = world.keys._issuers[ONE]  # noqa: SLF001 - nothing else shows how much is cached
    assert len(known.missed) <= MISSED_CAPACITY


def test_issuers_take_bounded_memory(world: World) -> None:
    for number in range(2 * CAPACITY):
        one = issuer(f"https://issuer-{number}.example.com")
        world.served[one.url] = {"a": f"key of {number}"}
        assert world.find("a", one) == f"key of {number}"
    assert len(world.keys._issuers) <= CAPACITY  # noqa: SLF001


def test_two_issuers_with_one_key_id_never_mix(world: World) -> None:
    world.served[OTHER.url] = {"a": "the other's key a", "b": "the other's key b"}
    assert world.find("a") == "key a"
    assert world.find("a", OTHER) == "the other's key a"
    assert world.find("b") is None
    assert world.find("b", OTHER) == "the other's key b"
    world.down = True
    world.later(USUAL)
    assert (world.find("a"), world.find("a", OTHER)) == ("key a", "the other's key a")


def test_a_key_is_for_its_algorithm_alone(world: World) -> None:
    world.find("a")
    world.later(60)
    assert world.keys.find(ONE, "a", "PS256") is None
    assert world.fetches == 1  # the key id is known, so no request is made


def test_a_key_without_an_id_is_for_tokens_that_name_none_or_another(world: World) -> None:
    world.served[ONE.url] = {None: "the only key"}
    for key_id in ("", "a"):
        assert world.keys.find(ONE, key_id, "RS256") == "the only key"
        assert world.keys.find(ONE, key_id, "ES256") is None


def test_a_new_key_without_an_id_is_found_within_two_minutes(world: World) -> None:
    world.served[ONE.url] = {None: "old"}
    assert world.keys.find(ONE, "", "RS256") == "old"
    world.served[ONE.url] = {None: "new"}
    world.time += MISSED - timedelta(seconds=1)
    assert world.keys.find(ONE, "", "RS256") == "old"
    world.time += timedelta(seconds=1)
    assert world.keys.find(ONE, "", "RS256") == "new"
    assert len(world.asked) == 2


def test_a_key_without_an_id_outlasts_an_outage(world: World) -> None:
    world.served[ONE.url] = {None: "the only key"}
    assert world.keys.find(ONE, "a", "RS256") == "the only key"
    world.down = True
    for _ in range(5):
        world.time += MISSED
        assert world.keys.find(ONE, "a", "RS256") == "the only key"


def test_pinned_keys_are_never_asked_for(world: World) -> None:
    pinned = replace(ONE, jwks='[["p", "pinned key"]]')
    for key_id in ("p", "a", "p", "b"):
        found = world.find(key_id, pinned)
        assert found == ("pinned key" if key_id == "p" else None)
        world.later(10_000)
    assert world.fetches == 0


@pytest.mark.parametrize(
    "change",
    [
        {"audience": ("another",)},
        {"algorithms": ("ES256",)},
        {"jwks": '[["p", "pinned key"]]'},
        {"max_token_lifetime": 60},
    ],
)
def test_an_entry_that_is_changed_starts_anew(world: World, change: dict[str, Any]) -> None:
    assert world.find("a") == "key a"
    world.served[ONE.url] = {"b": "key b"}
    changed = replace(ONE, **change)
    assert world.find("a", changed) is None
    pinned = "jwks" in change
    assert world.find("p" if pinned else "b", changed) == ("pinned key" if pinned else "key b")
    assert world.fetches == (1 if pinned else 2)


@pytest.mark.parametrize(
    ("max_age", "fresh"),
    [
        (None, USUAL),
        (0, FRESH[0]),
        (1, FRESH[0]),
        (FRESH[0] + 1, FRESH[0] + 1),
        (3600, 3600),
        (FRESH[-1], FRESH[-1]),
        (86_400, FRESH[-1]),
        (999_999_999, FRESH[-1]),
    ],
)
def test_an_issuer_says_how_long_its_keys_are_fresh_within_bounds(
    world: World, max_age: int | None, fresh: int
) -> None:
    world.max_age = max_age
    world.find("a")
    world.later(fresh - 1)
    world.find("a")
    assert world.fetches == 1
    world.later(1)
    world.find("a")
    assert world.fetches == 2
    assert (FRESH[0], FRESH[-1]) == (300, 21_600)


@pytest.mark.parametrize("document", [b"<html>", b"{}", b"", b"null", b'{"keys": "none"}', b"\xff"])
def test_an_answer_that_is_no_jwks_leaves_good_keys_good(world: World, document: bytes) -> None:
    found = read_keys(jwks())
    keys = IssuerKeys(world.fetch, read_keys, lambda: world.time)
    world.document = jwks()
    assert keys.find(ONE, KEY_ID, "RS256")
    world.document = document
    world.later(USUAL)
    key = keys.find(ONE, KEY_ID, "RS256")
    assert key
    assert key.key.public_numbers() == found[(KEY_ID, "RS256")].key.public_numbers()
    assert world.fetches == 2
    with pytest.raises(Unavailable):
        keys.find(ONE, "new", "RS256")


def test_an_answer_that_is_no_jwks_is_an_outage_where_none_came_before(world: World) -> None:
    world.document = b"<html>"
    with pytest.raises(Unavailable):
        world.find("a")


def test_a_fault_of_ours_is_an_outage_and_no_bad_token_until_keys_come(world: World) -> None:
    def faulty(_: Issuer) -> Fetched:
        raise RuntimeError("can't start new thread")

    world.keys.fetch = faulty
    with pytest.raises(RuntimeError):
        world.find("a")
    with pytest.raises(Unavailable):
        world.find("a")


def test_an_empty_list_of_keys_is_believed(world: World) -> None:
    world.find("a")
    world.served[ONE.url] = {}
    world.later(USUAL)
    assert world.find("a") is None
    world.served[ONE.url] = {"a": "key a"}
    world.later(seconds(MISSED))
    assert world.find("a") == "key a"


def test_a_clock_that_goes_back_finds_the_keys_that_are_kept(world: World) -> None:
    world.find("a")
    world.later(-3600)
    assert world.find("a") == "key a"
    assert world.find("b") is None
    assert world.fetches == 1


# Reading a JWKS


def known(*keys: object) -> set[KeyName]:
    return set(read_keys(json.dumps({"keys": keys}).encode()))


RSA_ALGORITHMS = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}


@pytest.mark.parametrize(
    ("key", "algorithms"),
    [
        (lambda: jwk(rsa_key()), RSA_ALGORITHMS),
        (lambda: jwk(rsa_key(), alg="RS256"), {"RS256"}),
        (lambda: jwk(rsa_key(), alg="PS384"), {"PS384"}),
        (lambda: jwk(rsa_key("large", 3072), alg="RS512"), {"RS512"}),
        (lambda: jwk(rsa_key(), alg="RS256", key_ops=["verify"]), {"RS256"}),
        (lambda: jwk(rsa_key(), alg="RS256", x5c=["MIIB"], x5t="x", n2="y"), {"RS256"}),
        (lambda: jwk(ec_key()), {"ES256"}),
        (lambda: jwk(ec_key(ec.SECP384R1)), {"ES384"}),
        (lambda: jwk(ec_key(ec.SECP521R1)), {"ES512"}),
        (lambda: jwk(ed_key()), {"EdDSA"}),
    ],
)
def test_a_public_key_is_for_its_algorithms(
    key: Callable[[], dict[str, Any]], algorithms: set[str]
) -> None:
    assert known(key()) == {(KEY_ID, algorithm) for algorithm in algorithms}


def test_a_key_without_a_use_is_for_signatures() -> None:
    key = jwk(rsa_key(), alg="RS256")
    del key["use"]
    assert known(key) == {(KEY_ID, "RS256")}


def private() -> dict[str, Any]:
    return {**RSAAlgorithm.to_jwk(rsa_key(), as_dict=True), "kid": "k", "key_ops": ["verify"]}


def of_ed448() -> dict[str, Any]:
    public = ed448.Ed448PrivateKey.generate().public_key()
    return {**OKPAlgorithm.to_jwk(public, as_dict=True), "kid": "k"}


def of_x25519() -> dict[str, Any]:
    point = x25519.X25519PrivateKey.generate().public_key().public_bytes_raw()
    return jwk(ed_key()) | {"crv": "X25519", "x": point.hex()}


def lacking(name: str) -> dict[str, Any]:
    return {member: value for member, value in jwk(rsa_key()).items() if member != name}


# fmt: off
UNUSABLE: list[tuple[str, Callable[[], object]]] = [
    ("RSA of 1,024 bits", lambda: jwk(rsa_key("small", 1024))),
    ("RSA of 2,047 bits", lambda: jwk(rsa_key("smaller", 2047))),
    ("a private key", private),
    ("an RSA key with d alone", lambda: jwk(rsa_key(), d="AQAB")),
    ("a private key on a curve", lambda: jwk(ec_key(), d="AQAB")),
    ("a private Ed25519 key", lambda: jwk(ed_key(), d="AQAB")),
    ("a shared secret", lambda: {"kty": "oct", "k": "c2VjcmV0", "kid": "k", "alg": "HS256"}),
    ("a shared secret that says RS256", lambda: {"kty": "oct", "k": "c2VjcmV0", "kid": "k", "alg": "RS256"}),
    ("an RSA key that says HS256", lambda: jwk(rsa_key(), alg="HS256")),
    ("an RSA key that says none", lambda: jwk(rsa_key(), alg="none")),
    ("an RSA key that says ES256", lambda: jwk(rsa_key(), alg="ES256")),
    ("an RSA key for encryption by its algorithm", lambda: jwk(rsa_key(), alg="RSA-OAEP")),
    ("an RSA key whose algorithm is null", lambda: jwk(rsa_key(), alg=None)),
    ("a P-256 key that says ES384", lambda: jwk(ec_key(), alg="ES384")),
    ("a key for encryption", lambda: jwk(rsa_key(), use="enc")),
    ("a key whose use is null", lambda: jwk(rsa_key(), use=None)),
    ("a key to sign with", lambda: jwk(rsa_key(), key_ops=["sign"])),
    ("a key to wrap with", lambda: jwk(rsa_key(), key_ops=["wrapKey", "encrypt"])),
    ("a key for nothing", lambda: jwk(rsa_key(), key_ops=[])),
    ("a key whose operations are a text", lambda: jwk(rsa_key(), key_ops="verify")),
    ("null as an id", lambda: jwk(rsa_key(), kid=None)),
    ("a key whose id is a number", lambda: jwk(rsa_key(), kid=1)),
    ("a key whose id is null", lambda: jwk(rsa_key(), kid=None)),
    ("a key without a type", lambda: lacking("kty")),
    ("a key of an unknown type", lambda: jwk(rsa_key(), kty="LMS")),
    ("a key whose type is a list", lambda: jwk(rsa_key(), kty=["RSA"])),
    ("a key without a modulus", lambda: lacking("n")),
    ("a key without an exponent", lambda: lacking("e")),
    ("an empty modulus", lambda: jwk(rsa_key(), n="")),
    ("a modulus that is a number", lambda: jwk(rsa_key(), n=5)),
    ("a modulus that is null", lambda: jwk(rsa_key(), n=None)),
    ("a modulus that is no base64url", lambda: jwk(rsa_key(), n="!")),
    ("the exponent 1, with which everything is a signature", lambda: jwk(rsa_key(), e="AQ")),
    ("an even exponent", lambda: jwk(rsa_key(), e="Ag")),
    ("an exponent of 0", lambda: jwk(rsa_key(), e="AA")),
    ("a modulus too large to be quick", lambda: jwk(rsa_key(), n="_" * 2732)),
    ("an unknown curve", lambda: jwk(ec_key(), crv="P-192")),
    ("secp256k1", lambda: jwk(ec_key(ec.SECP256K1))),
    ("a curve that is not the key's", lambda: jwk(ec_key(), crv="P-384")),
    ("a point that is not on the curve", lambda: jwk(ec_key(), y=jwk(ec_key())["x"])),
    ("a point of zeros", lambda: jwk(ec_key(), x="A" * 43, y="A" * 43)),
    ("a curve's key without a point", lambda: {"kty": "EC", "crv": "P-256", "kid": "k"}),
    ("a curve that is a list", lambda: jwk(ec_key(), crv=["P-256"])),
    ("Ed448", of_ed448),
    ("X25519, which signs nothing", of_x25519),
    ("an Ed25519 key that is too short", lambda: jwk(ed_key(), x="AAAA")),
    ("a text", lambda: "key"),
    ("null", lambda: None),
    ("a list", lambda: [jwk(rsa_key())]),
    ("nothing in it", dict),
]
# fmt: on


@pytest.mark.parametrize(("sentence", "key"), UNUSABLE, ids=[row[0] for row in UNUSABLE])
def test_a_key_that_cannot_be_used_is_left_out_and_spoils_no_other(
    sentence: str, key: Callable[[], object]
) -> None:
    assert known(key()) == set()
    good = jwk(rsa_key(), "good", alg="RS256")
    assert known(good, key(), key()) == known(key(), good) == {("good", "RS256")}


def test_of_two_keys_with_one_id_neither_is_used() -> None:
    twice = [jwk(rsa_key(), alg="RS256"), jwk(rsa_key("other"), alg="RS256")]
    assert known(*twice) == set()
    assert known(*twice, jwk(rsa_key("third"), alg="RS256")) == set()
    assert known(*twice, jwk(rsa_key(), "b", alg="RS256")) == {("b", "RS256")}


@pytest.mark.parametrize(
    ("others", "algorithms"),
    [
        ([], {"RS256", "PS256"}),
        ([jwk(ec_key())], {"RS256", "PS256"}),
        ([nameless(ec_key())], {"RS256", "PS256", "ES256"}),
        ([jwk(rsa_key("other"), use="enc")], {"RS256", "PS256"}),
        ([jwk(rsa_key("other"), alg="RS256")], {"PS256"}),
        ([jwk(rsa_key("other"))], set()),
        ([nameless(rsa_key("other"))], set()),
        ([nameless(rsa_key())], set()),
        ([nameless(rsa_key("small", 1024))], set()),
        ([jwk(rsa_key("other"), kid=7)], set()),
        ([jwk(rsa_key("other"), kid="")], set()),
    ],
)
def test_a_key_without_an_id_is_used_where_no_other_fits(
    others: list[dict[str, Any]], algorithms: set[str]
) -> None:
    found = read_keys(jwks(nameless(rsa_key()), *others))
    unnamed = {algorithm for name, algorithm in found if name is None}
    assert unnamed & {"RS256", "PS256", "ES256"} == algorithms


def test_two_kinds_of_key_may_have_one_id() -> None:
    assert known(jwk(rsa_key(), alg="RS256"), jwk(ec_key())) == {
        (KEY_ID, "RS256"),
        (KEY_ID, "ES256"),
    }


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"keys": {}}',
        b'{"keys": null}',
        b'{"keys": "a"}',
        b'{"Keys": []}',
        b'{"keys": [], "keys": []}',
        b'{"keys": [{"kid": "a", "kid": "b"}]}',
        b"<html></html>",
        b'{"keys": [',
    ],
)
def test_what_is_no_jwks_is_a_fault(document: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message does not matter
        read_keys(document)


parts = (
    st.none()
    | st.integers()
    | st.text(st.characters(exclude_characters="\0"))
    | st.lists(st.text(max_size=2), max_size=2)
)


@given(
    st.sampled_from([rsa_key, ec_key, ed_key]),
    st.dictionaries(
        st.sampled_from(["kty", "crv", "alg", "use", "key_ops", "kid", "n", "e", "x", "y"]),
        parts | st.sampled_from(["RSA", "EC", "OKP", "P-256", "Ed25519", "RS256", "sig", "AQAB"]),
    ),
)
def test_any_key_is_used_or_left_out(make: Callable[[], Any], members: dict[str, object]) -> None:
    """One odd key of an issuer must not make its other keys unusable."""
    assert ("good", "EdDSA") in known(jwk(make()) | members, jwk(ed_key(), "good"))
