"""The checks of a token against its issuer's entry, to the second and to the byte."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.make import NOW
from tests.support.tokens import AUDIENCE, ISSUER, claims, issuer
from vending.callers.grantee_keys import VALUE_BYTES, is_plain
from vending.callers.issuer import LIFETIME, SKEW, Claim
from vending.callers.issuer_url import is_only_a_name, is_public
from vending.documents.issuer import IssuerBody
from vending.errors import TokenRefused

TIME = int(NOW.timestamp())
OTHER_AUDIENCE = "https://other.example.com"


def refused(**members: object) -> str | None:
    """Return the reason why these claims are refused, or None if they are accepted."""
    try:
        issuer(audience=(AUDIENCE, "second")).check(claims() | members, NOW)
    except TokenRefused as error:
        return error.reason
    return None


# fmt: off
CHECKED: list[tuple[str, dict[str, object], str | None]] = [
    ("one audience", {"aud": AUDIENCE}, None),
    ("the other audience", {"aud": "second"}, None),
    ("a list with the audience", {"aud": [OTHER_AUDIENCE, AUDIENCE]}, None),
    ("a list with both", {"aud": ["second", AUDIENCE]}, None),
    ("a list without", {"aud": [OTHER_AUDIENCE]}, "AudienceWrong"),
    ("both in one text", {"aud": f"{AUDIENCE} second"}, "AudienceWrong"),
    ("it ends in a second", {"exp": TIME + 1}, None),
    ("it ends in a part of a second", {"exp": TIME + 0.001}, None),
    ("it ends now: no skew for an end", {"exp": TIME, "iat": TIME - 60}, "Expired"),
    ("it was issued as far ahead as a clock may be", {"iat": TIME + SKEW}, None),
    ("it was issued further ahead", {"iat": TIME + SKEW + 1}, "NotYetValid"),
    ("it begins as far ahead as a clock may be", {"nbf": TIME + SKEW}, None),
    ("it begins further ahead", {"nbf": TIME + SKEW + 1}, "NotYetValid"),
    ("it began long ago", {"nbf": 0}, None),
    ("its times have parts of seconds", {"iat": TIME - 0.5, "nbf": TIME - 0.5, "exp": TIME + 9.5}, None),
    ("it lives as long as may be", {"exp": TIME + LIFETIME}, None),
    ("it lives a second longer", {"exp": TIME + LIFETIME + 1}, "LifetimeTooLong"),
    ("it lives as long, most of it over", {"iat": TIME - LIFETIME + 1, "exp": TIME + 1}, None),
    ("it lives longer, all but a second over", {"iat": TIME - LIFETIME, "exp": TIME + 1}, "LifetimeTooLong"),
    ("it ends before it is issued", {"iat": TIME + 9, "exp": TIME + 8}, "LifetimeTooLong"),
    ("its beginning is null", {"nbf": None}, "TimeMissing"),
]
# fmt: on
ACCESS = {"aud": None, "token_use": "access", "client_id": AUDIENCE}


@pytest.mark.parametrize(
    ("sentence", "members", "accepted"),
    [
        ("an access token of the app client", ACCESS, True),
        ("of another app client", ACCESS | {"client_id": "https://other.example.com"}, False),
        ("of several", ACCESS | {"client_id": [AUDIENCE]}, False),
        ("of none", ACCESS | {"client_id": None}, False),
        ("an ID token", {"token_use": "id"}, False),
        ("an ID token with a client", ACCESS | {"token_use": "id"}, False),
        ("no word of its use", ACCESS | {"token_use": None}, False),
        ("its use in a list", ACCESS | {"token_use": ["access"]}, False),
        ("for us besides", ACCESS | {"aud": AUDIENCE}, False),
        ("for somebody else besides", ACCESS | {"aud": "https://api.example.com"}, False),
        ("for nobody besides", ACCESS | {"aud": []}, False),
    ],
)
def test_an_access_token_of_cognito_is_for_its_client_where_the_entry_says_so(
    sentence: str, members: dict[str, object], accepted: bool
) -> None:
    payload = claims(**members)
    trusted = issuer(audience=("a", AUDIENCE), audience_claim="client_id")
    assert trusted.audience_of(payload) == (AUDIENCE if accepted else None), sentence
    if accepted:
        trusted.check(payload, NOW)
    else:
        with pytest.raises(TokenRefused, match="was not accepted"):
            trusted.check(payload, NOW)
    usual = issuer(audience=("a", AUDIENCE)).audience_of(payload)
    assert usual == (AUDIENCE if payload.get("aud") == AUDIENCE else None)


TEXT = (Claim("ok", ("email_verified",)), Claim("other", ("other",)), Claim("deep", ("x", "email_verified")))  # fmt: skip


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("true", True),
        ("false", False),
        (True, True),
        ("True", "True"),
        ("1", "1"),
        ("", ""),
        (1, 1),
        (["true"], ["true"]),
    ],
)
def test_an_email_is_verified_in_text_where_the_entry_says_so(value: object, read: object) -> None:
    payload = claims(email_verified=value, other="true", x={"email_verified": "true"})
    found = issuer(claims=TEXT, email_verified="text").usable_claims(payload)
    assert json.dumps(found) == json.dumps({"ok": read, "other": "true", "deep": "true"})
    assert json.dumps(issuer(claims=TEXT).usable_claims(payload)["ok"]) == json.dumps(value)


@pytest.mark.parametrize(("sentence", "members", "reason"), CHECKED)
def test_times_and_audience_are_checked_to_the_second(
    sentence: str, members: dict[str, object], reason: str | None
) -> None:
    assert refused(**members) == reason, sentence


@pytest.mark.parametrize("seconds", [1, 60, 86_400])
def test_the_longest_lifetime_is_the_issuers_own(seconds: int) -> None:
    one = issuer(max_token_lifetime=seconds)
    one.check(claims(exp=TIME + seconds), NOW)
    with pytest.raises(TokenRefused):
        one.check(claims(exp=TIME + seconds + 1), NOW)


@given(
    st.sampled_from(["exp", "iat", "nbf", "aud"]),
    st.none()
    | st.booleans()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.text(max_size=5)
    | st.lists(st.text(max_size=3) | st.integers()),
)
def test_no_value_of_a_claim_is_more_than_a_refusal(name: str, value: object) -> None:
    assert refused(**{name: value}) in (
        *(None, "AudienceWrong", "TimeMissing", "Expired", "NotYetValid", "LifetimeTooLong"),
    )


@pytest.mark.parametrize("name", ["sub", "repository_id", "https://example.com/id"])
def test_the_subject_is_the_claim_that_the_entry_names(name: str) -> None:
    one = issuer(subject_claim=name)
    assert one.subject({"sub": "alice", name: "42"}) == "42"
    if name != "sub":
        with pytest.raises(TokenRefused):
            one.subject({"sub": "alice"})
        with pytest.raises(TokenRefused):
            one.subject({"sub": "alice", name: 42})


@pytest.mark.parametrize(
    "text", ["a", " ", "é" * 256, "a" * VALUE_BYTES, "日本語", "a b", "*", "${}"]
)
def test_a_subject_is_taken_as_it_is(text: str) -> None:
    assert issuer().subject({"sub": text}) == text


@given(st.text())
def test_a_plain_text_is_short_and_can_be_printed(text: str) -> None:
    if is_plain(text):
        assert 1 <= len(text.encode()) <= VALUE_BYTES
        assert not [one for one in text if ord(one) < 32 or 127 <= ord(one) < 160]
        assert "\n" not in text


@given(st.sampled_from(["\0", "\n", "\x1f", "\x7f", "\x80", "\x9f", "\ud800", "\udfff"]), st.text())
def test_a_control_character_or_lone_surrogate_is_never_plain(odd: str, text: str) -> None:
    assert not is_plain(f"{text}{odd}")
    assert not is_plain(f"{odd}{text}")


def test_only_the_listed_claims_are_taken() -> None:
    one = issuer(claims=(Claim("tenant", ("tenant",)), Claim("roles", ("realm", "roles"))))
    given_claims = claims(tenant="a", admin=True, realm={"roles": ["x", 1, True], "more": {}})
    assert one.usable_claims(given_claims) == {"tenant": "a", "roles": ["x", 1, True]}


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"realm": None},
        {"realm": "roles"},
        {"realm": ["roles"]},
        {"realm": {}},
        {"realm": {"roles": None}},
        {"realm.roles": ["x"]},
        {"roles": ["x"]},
    ],
)
def test_a_claim_that_is_not_at_its_place_is_not_there(members: dict[str, Any]) -> None:
    assert issuer(claims=(Claim("roles", ("realm", "roles")),)).usable_claims(members) == {}


@pytest.mark.parametrize("value", [{}, {"a": 1}, [{}], [[]], [None], ["a", [1]]])
def test_a_claim_that_is_no_scalar_is_refused_and_not_dropped(value: object) -> None:
    with pytest.raises(TokenRefused) as error:
        issuer(claims=(Claim("roles", ("roles",)),)).usable_claims({"roles": value})
    assert error.value.reason == "ClaimNotScalar"


@pytest.mark.parametrize("value", ["a\0", "a\n", "\x7f", ["a", "\x9f"], "\ud800"])
def test_a_claim_with_a_control_character_is_refused_and_not_cleaned(value: object) -> None:
    with pytest.raises(TokenRefused) as error:
        issuer(claims=(Claim("roles", ("roles",)),)).usable_claims({"roles": value})
    assert error.value.reason == "ClaimNotPlain"


@pytest.mark.parametrize("value", ["", "a", 0, -1, 1.5, True, False, [], ["a"], [1, "1", True]])
def test_scalars_and_lists_of_scalars_are_taken_with_their_types(value: object) -> None:
    taken = issuer(claims=(Claim("roles", ("roles",)),)).usable_claims({"roles": value})
    assert repr(taken) == repr({"roles": value})


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"audience": ("a", "b"), "subject_claim": "repository_id"},
        {"claims": (Claim("a", ("a",)), Claim("b", ("c", "d")))},
        {"algorithms": ("ES256", "EdDSA"), "max_token_lifetime": 60},
        {"jwks": '{"keys":[]}'},
        {"audience_claim": "client_id"},
        {"email_verified": "text", "claims": (Claim("ok", ("email_verified",)),)},
    ],
)
def test_an_entry_reads_as_it_is_written(members: dict[str, Any]) -> None:
    one = issuer(**members)
    written = {name: value for name, value in one.as_json().items() if name != "jwks"}
    if not members.get("jwks"):
        assert IssuerBody.model_validate(json.loads(json.dumps(written))).trusted_issuer() == one
    assert one.as_json()["issuer"] == ISSUER


def test_an_http_url_is_only_a_name_wherever_it_leads() -> None:
    assert is_public("https://login.example.com")
    assert not is_only_a_name("https://login.example.com")
    for url in ("http://login.example.com", "http://127.0.0.2:8080", "http://adfs.corp.internal/a"):
        assert not is_public(url)
        assert is_only_a_name(url)
    assert not is_only_a_name("http://127.0.0.1:8080")


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://login.example.com", "login.example.com"),
        ("https://login.example.com/", "login.example.com~"),
        ("https://login.example.com/a/b", "login.example.com~a~b"),
        ("http://login.example.com/a/b", "http:~~login.example.com~a~b"),
    ],
)
def test_the_id_is_the_url_as_it_fits_into_a_path(url: str, written: str) -> None:
    assert issuer(url).id == written
