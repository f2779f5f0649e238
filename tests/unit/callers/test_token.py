"""Tokens are parsed strictly: each has one spelling and one meaning, or is refused."""

import json
from base64 import urlsafe_b64encode
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tokens import ISSUER, KEY_ID, claims, compact, segment, sign
from vending.callers.token import KEY_ID_CHARACTERS, TOKEN_BYTES, parse_token, read_json, token_hash
from vending.errors import TokenRefused

HEADER = {"alg": "RS256", "kid": KEY_ID}


def reason(text: str) -> str:
    with pytest.raises(TokenRefused) as refused:
        parse_token(text)
    return refused.value.reason


def test_a_token_is_read_into_its_parts() -> None:
    text = sign()
    token = parse_token(text)
    assert (token.algorithm, token.key_id, token.issuer) == ("RS256", KEY_ID, ISSUER)
    assert token.claims == claims()
    assert token.signed.decode() == text.rpartition(".")[0]
    assert segment(token.signature) == text.rpartition(".")[2]


@pytest.mark.parametrize("kind", ["JWT", "jwt", "JOSE", "at+jwt", "application/at+JWT"])
def test_a_token_may_say_that_it_is_one(kind: str) -> None:
    assert parse_token(sign(typ=kind)).issuer == ISSUER


def test_a_token_need_not_say_that_it_is_one() -> None:
    assert parse_token(compact(HEADER, claims())).issuer == ISSUER


@pytest.mark.parametrize("name", ["cty", "x5t", "x5t#S256", "nonce", "ver"])
def test_a_member_of_the_header_that_chooses_nothing_is_let_be(name: str) -> None:
    assert parse_token(compact(HEADER | {name: "something"}, claims())).key_id == KEY_ID


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc"])
@pytest.mark.parametrize("value", [None, False, "", [], {}, "x"])
def test_a_member_of_the_header_that_chooses_is_refused_whatever_it_holds(
    name: str, value: object
) -> None:
    assert reason(compact(HEADER | {name: value}, claims())) == "HeaderNotAllowed"


def test_a_key_id_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert parse_token(sign(kid="k" * KEY_ID_CHARACTERS)).key_id == "k" * KEY_ID_CHARACTERS
    assert reason(sign(kid="k" * (KEY_ID_CHARACTERS + 1))) == "KeyUnknown"
    assert reason(sign(kid="")) == "KeyUnknown"
    assert parse_token(compact({"alg": "RS256"}, claims())).key_id == ""


def test_a_token_may_be_as_long_as_the_limit_and_no_longer() -> None:
    body = f"{segment(HEADER)}.{segment(claims())}."
    fits = body + "A" * (TOKEN_BYTES - len(body))
    fits = fits[:-1] if (len(fits) - len(body)) % 4 == 1 else fits
    assert parse_token(fits).issuer == ISSUER
    assert reason(body + "A" * (TOKEN_BYTES - len(body) + 1)) == "TooLong"


@given(st.binary(min_size=1, max_size=40))
def test_bytes_have_one_spelling(raw: bytes) -> None:
    """A token has only one text, so that the hash of the text identifies it."""
    spelled = urlsafe_b64encode(raw).decode().rstrip("=")
    token = f"{segment(HEADER)}.{segment(claims())}"
    assert parse_token(f"{token}.{spelled}").signature == raw
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for last in alphabet.replace(spelled[-1], ""):
        with suppress(TokenRefused):
            assert parse_token(f"{token}.{spelled[:-1]}{last}").signature != raw


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b'"a"',
        b"1",
        b'{"a": 1, "a": 1}',
        b'{"a": 1, "\\u0061": 2}',
        b'{"a": {"b": [{"c": 1, "c": 2}]}}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": "\x00"}',
        b'{"a": "\n"}',
        b"\xef\xbb\xbf{}",
        b'{"a": "\xff"}',
        b'{"a": "\xc0\x80"}',
        b'{"a": "\xed\xa0\x80"}',
        b"{} {}",
        b"{'a': 1}",
        b'{"a": 01}',
        b'{"a": 1,}',
        b'{"a": +1}',
        b'{"a": 0x1}',
        b'{"a": .5}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
)
def test_json_that_not_everybody_reads_alike_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message does not matter
        read_json(text)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_characters="\0")),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(st.characters(exclude_characters="\0")),
            lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("abc"), inner),
            max_leaves=8,
        ),
    )
)
def test_other_json_is_read_as_it_is(members: dict[str, object]) -> None:
    assert read_json(json.dumps(members).encode()) == members


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_refused(text: bytes) -> None:
    try:
        assert isinstance(read_json(text), dict)
    except ValueError:
        return


def test_a_hash_tells_tokens_apart_and_holds_nothing_of_them() -> None:
    text = sign()
    assert token_hash(text) == token_hash(text)
    assert token_hash(text) != token_hash(text + "A")
    assert len(token_hash(text)) == 32
    assert set(token_hash(text)) <= set("0123456789abcdef")
    assert token_hash("\ud800")
