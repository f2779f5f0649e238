"""What a token says of its audience, and tokens that two readers could read differently."""

import pytest

from s3vend.identity.receiver import UnusableToken, read_claims
from tests.client.tokens import AUDIENCE, raw, receiver, token

HEADER = {"alg": "RS256"}


@pytest.mark.parametrize("named", [True, False])
def test_a_token_for_the_audience_that_is_set_passes(*, named: bool) -> None:
    receiver(named=named, audience=AUDIENCE).check(token())


@pytest.mark.parametrize(
    "text",
    [
        raw(HEADER, '{"aud": "sts.amazonaws.com", "aud": "https://vend.example.com"}'),
        raw(HEADER, '{"aud": "https://vend.example.com", "x": {"a": 1, "a": 2}}'),
        raw(HEADER, '{"aud": "https://vend.example.com", "AUD": "sts.amazonaws.com"}'),
        raw(HEADER, '{"aud": "https://vend.example.com"'),
        raw(HEADER, ["https://vend.example.com"]),
        raw(HEADER, "[" * 5000),
        raw("none", {"aud": AUDIENCE}),
        f"{token()}.e30",
        token().rpartition(".")[0],
        token().replace(".", "=.", 1),
        token().replace(".", "+.", 1),
        token().replace(".", "\n.", 1),
        "e30.77u_.c2ln",
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_a_token_that_readers_could_read_differently_is_not_sent(text: str, *, named: bool) -> None:
    for unset in (receiver(named=named), receiver(named=named, audience=AUDIENCE)):
        with pytest.raises(UnusableToken, match="not a JWT with a readable audience"):
            unset.check(text)


def test_claims_that_differ_in_case_elsewhere_are_fine() -> None:
    assert read_claims(token(team="a", Team="b"))["Team"] == "b"


def test_a_message_shows_an_audience_without_its_control_characters() -> None:
    with pytest.raises(UnusableToken) as refused:
        receiver(audience=AUDIENCE).check(token("\x1b[2J\u202e" + "a" * 500))
    assert r'"\u001b[2J\u202e' in str(refused.value)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    ("url", "audience"),
    [
        ("https://Vend.example.com/v1", "https://vend.example.com/v1"),
        ("https://Vend.example.com/v1", "https://Vend.example.com"),
        ("https://vend.example.com", "https://vend.example.com/"),
        ("http://127.0.0.1:4566/r/v1", "http://127.0.0.1:4566/r/v1/"),
    ],
)
def test_the_service_s_address_and_its_origin_are_its_audiences(url: str, audience: str) -> None:
    receiver(named=False, url=url).check(token(audience))


@pytest.mark.parametrize(
    "audience", [f"{AUDIENCE}/", "https://VEND.example.com", f"{AUDIENCE}/v1", f" {AUDIENCE}"]
)
def test_an_audience_that_is_set_is_compared_exactly(audience: str) -> None:
    with pytest.raises(UnusableToken, match="--audience or S3VEND_AUDIENCE"):
        receiver(audience=AUDIENCE).check(token(audience))
