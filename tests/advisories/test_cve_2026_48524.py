"""CVE-2026-48524, PyJWT before 2.13: every unknown key id fetched the JWKS, and a failure forgot it.

Anybody, without a valid token, could drive requests to the issuer without bound; one that failed
cleared the keys that were kept, and then nobody's token could be verified.
https://github.com/jpadilla/pyjwt/security/advisories/GHSA-fhv5-28vv-h8m8
"""

from datetime import timedelta

import pytest

from tests.support.make import NOW, record
from tests.support.tokens import KEY_ID, issuer, jwks, sign
from vending.callers.issuer import Issuer
from vending.callers.issuer_keys import PAUSE, Fetched, IssuerKeys
from vending.callers.web_identity import authenticate, read_keys
from vending.errors import TokenRefused, Unavailable


class Issuing:
    """An issuer that can be down, and whoever verifies its tokens."""

    def __init__(self) -> None:
        self.answer: bytes | None = jwks()
        self.fetches = 0
        self.time = NOW
        self.keys = IssuerKeys(self.fetch, read_keys, lambda: self.time)

    def fetch(self, one: Issuer) -> Fetched:
        self.fetches += 1
        if self.answer is None:
            raise Unavailable("TimeoutError")
        return Fetched(self.answer, None)

    def accept(self, token: str) -> str:
        one = issuer()
        return authenticate(
            token, record(), issuers={one.url: one}, find_key=self.keys.find, now=NOW
        ).subject


@pytest.mark.parametrize("answer", [None, b"", b"<html>", b"{}", b'{"keys": 1}'])
def test_a_request_that_fails_leaves_good_keys_good(answer: bytes | None) -> None:
    issuing = Issuing()
    issuing.accept(sign())
    issuing.answer = answer
    for number in range(100):
        issuing.time += timedelta(seconds=60)
        with pytest.raises(Unavailable):
            issuing.accept(sign(kid=f"random-{number}"))
        assert issuing.accept(sign()) == "alice"


def test_a_request_that_fails_after_the_keys_are_stale_leaves_them_too() -> None:
    issuing = Issuing()
    issuing.accept(sign())
    issuing.answer = None
    for _ in range(24):
        issuing.time += timedelta(hours=1)
        assert issuing.accept(sign()) == "alice"


def test_unknown_key_ids_are_asked_for_once_in_a_pause() -> None:
    issuing = Issuing()
    token = sign(kid="x")
    for number in range(1000):
        with pytest.raises(TokenRefused):
            issuing.accept(sign(kid=f"random-{number}") if number % 100 else token)
    assert issuing.fetches == 1
    issuing.time += PAUSE
    for number in range(1000):
        issuing.keys.find(issuer(), f"other-{number}", "RS256")
    assert issuing.fetches == 2
    assert issuing.keys.find(issuer(), KEY_ID, "RS256")
